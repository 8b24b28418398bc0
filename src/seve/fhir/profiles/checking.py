"""The check of values against the rules of a profile; R4's own rules are validation's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from seve.fhir.definitions import Constraint, TypeRef, core
from seve.fhir.path import FHIRPathError
from seve.fhir.profiles.items import Item, items
from seve.fhir.profiles.matching import fits, is_fixed
from seve.fhir.profiles.resolving import PathContext, resolve
from seve.fhir.profiles.tree import MISSING, Node
from seve.fhir.validation.bindings import of_binding
from seve.fhir.validation.invariants import compiled
from seve.fhir.validation.references import target_type
from seve.fhir.validation.run import Run

_ROOTS = frozenset({"Resource", "DomainResource", "Element", "BackboneElement"})


def check_profile(run: Run, item: Item, *, canonical: str) -> bool:
    """Checks a value against a profile. False when the profile is unknown: nothing was checked then."""
    root = run.profiles.tree(canonical)
    if root is None:
        return False
    key = (id(item.value), root.profile)
    if key in run.visited:
        return True
    run.visited.add(key)
    kind = run.profiles.type_of(canonical) or ""
    if not core().is_subtype(item.type, kind):
        run.tell("profile_type", item.place, code="structure", profile=canonical, expected=kind, found=item.type)
    else:
        check_item(run, item, node=root)
    return True


def conforms(run: Run, check: Callable[[Run], object]) -> bool | None:
    """Whether a check run aside finds no error; None when a code that decides it is left to a terminology."""
    aside = run.aside()
    check(aside)
    if any(issue.severity in ("fatal", "error") for issue in aside.issues):
        return False
    return None if any(code.strength == "required" for code in aside.pending) else True


def check_item(run: Run, item: Item, *, node: Node) -> None:
    """Checks one value against the rules of its element or slice, and all that is below it."""
    if node.types and not _has_allowed_type(item, node):
        allowed = ", ".join(sorted(node.type_codes))
        run.tell(
            "profile_value_type", item.place, code="structure", found=item.type, allowed=allowed, profile=node.profile
        )
        return
    if item.value is not None:
        _check_value(run, item, node=node)
    for constraint in node.constraints:
        _check_constraint(run, item, constraint=constraint)
    if node.types:
        _check_types(run, item, node=node)
    for child in node.children.values():
        _check_children(run, item, child=child)


def _has_allowed_type(item: Item, node: Node) -> bool:
    return any(core().is_subtype(item.type, code) or code == "Resource" for code in node.type_codes)


def _check_value(run: Run, item: Item, *, node: Node) -> None:
    if node.fixed is not MISSING and not is_fixed(item.value, node.fixed):
        run.tell("profile_fixed", item.place, code="value", expected=shown(node.fixed), profile=node.profile)
    if node.pattern is not MISSING and not fits(item.value, node.pattern):
        run.tell("profile_pattern", item.place, code="value", expected=shown(node.pattern), profile=node.profile)
    for binding in node.bindings:
        for check in of_binding(binding, item.type):
            check(run, item.value, item.place)


def shown(value: Any) -> str:
    """A fixed value or pattern for a sentence, not too long."""
    return str(value)[:200]


def _check_constraint(run: Run, item: Item, *, constraint: Constraint) -> None:
    try:
        is_obeyed = compiled(constraint.expression, item.type).holds(
            item.value,
            type_name=item.type,
            root=run.root,
            resource=run.resource,
            sibling=dict(item.sibling) if item.sibling else None,
            context=PathContext(run=run),
        )
    except FHIRPathError as error:
        run.tell(
            "invariant_failed", item.place, code="processing", severity="warning", key=constraint.key, reason=str(error)
        )
        return
    if not is_obeyed:
        run.tell("invariant", item.place, severity=constraint.severity, key=constraint.key, human=constraint.human)


def _check_types(run: Run, item: Item, *, node: Node) -> None:
    """The profiles on the type of a value, and those on what a reference points to."""
    refs = [ref for ref in node.types if core().is_subtype(item.type, ref.code) or ref.code == "Resource"]
    # An extension is checked by its URL wherever it stands; its profile says nothing else.
    if refs and item.type != "Extension" and all(ref.profiles for ref in refs):
        _check_any(run, item, canonicals=[url for ref in refs for url in ref.profiles])
    if item.type == "Reference" and item.value and any(ref.targets for ref in refs):
        _check_target(run, item, refs=refs)


def _check_any(run: Run, item: Item, *, canonicals: list[str]) -> None:
    """One of several profiles must be obeyed; a single one tells its own issues."""
    known = [url for url in canonicals if run.profiles.tree(url) is not None]
    if len(known) < len(canonicals) or not known:
        return
    if len(known) == 1:
        check_profile(run, item, canonical=known[0])
    elif all(conforms(run, lambda aside, url=url: check_profile(aside, item, canonical=url)) is False for url in known):
        run.tell("profile_none", item.place, code="structure", profiles=", ".join(known))


def _check_target(run: Run, item: Item, *, refs: Iterable[TypeRef]) -> None:
    urls = [url for ref in refs for url in ref.targets]
    kinds = {run.profiles.type_of(url) for url in urls}
    text = item.value.get("reference")
    found = target_type(run, text) if text else item.value.get("type")
    if None in kinds or kinds & _ROOTS or found not in core().resource_types:
        return
    fitting = [url for url in urls if run.profiles.type_of(url) == found]
    if not fitting:
        allowed = ", ".join(sorted(str(kind) for kind in kinds))
        run.tell("reference_target", item.place, code="value", found=found, allowed=allowed)
    elif (target := resolve(run, item)) is not None:
        _check_any(run, target, canonicals=fitting)


def _check_children(run: Run, parent: Item, *, child: Node) -> None:
    from seve.fhir.profiles.slicing import check_slices  # slices check their items here

    found = items(parent, child.name)
    count(run, found, node=child, parent=parent)
    for item in found:
        check_item(run, item, node=child)
    if child.slices:
        check_slices(run, found, node=child, parent=parent)


def count(run: Run, found: list[Item], *, node: Node, parent: Item) -> None:
    """Checks how many values an element or slice has."""
    place = (parent.place, node.name, None)
    name = f"{node.name}:{node.slice_name}" if node.slice_name else node.name
    if len(found) < node.min:
        run.tell(
            "profile_min", place, code="required", name=name, least=node.min, count=len(found), profile=node.profile
        )
    if node.max is not None and len(found) > node.max:
        run.tell(
            "profile_max", place, code="structure", name=name, most=node.max, count=len(found), profile=node.profile
        )
