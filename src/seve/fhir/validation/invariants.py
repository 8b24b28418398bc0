"""The invariants of R4 (FHIR R4, 2.1.0.3): the universal ones in Python, all others by FHIRPath, compiled once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, TypeAlias

from seve.fhir.definitions import Constraint, Element, TypeSchema, core
from seve.fhir.path import Compiled, FHIRPathError
from seve.fhir.path import compile as compile_path
from seve.fhir.validation.run import ALWAYS, Check, Place, Rule, Run
from seve.fhir.validation.structure import keys_of
from seve.kernel.refusals import Severity

Native: TypeAlias = Callable[[Run, Any], bool]

_HAS_CONTAINED = "'contained' in V"

_OCCASIONS: Mapping[str, str] = {
    "ele-1": "len(V) == 1 and 'id' in V",
    "ref-1": "V.get('reference', '')[:1] == '#'",
    "dom-2": _HAS_CONTAINED,
    "dom-3": _HAS_CONTAINED,
    "dom-4": _HAS_CONTAINED,
    "dom-5": _HAS_CONTAINED,
    "dom-6": "run.with_advice",  # best practice: only told when advice is asked for (elementdefinition-bestpractice)
}
"""When the invariants written in Python can fail at all, by key, as `Rule.when`."""

_EMPTY = "ele-1"

_CORRECTED: Mapping[str, str] = {
    # R4 writes `Boolean`, which no FHIR element is; R4B corrects it.
    "operator = 'exists' implies (answer is Boolean)": "operator = 'exists' implies (answer is boolean)",
}
"""R4's own expressions that refuse what its text allows."""


def of_type(schema: TypeSchema) -> Iterator[Rule]:
    """The invariants that a type states on itself."""
    for constraint in schema.constraints:
        yield rule(constraint, schema.name)
    if schema.kind == "backbone":
        yield rule(_stated("Element", _EMPTY), schema.name)


def of_element(element: Element, type_name: str) -> Iterator[Rule]:
    """The invariants that an element states beyond those of its type."""
    schema = core().type(type_name)
    stated = {constraint.expression for constraint in schema.constraints} if schema else set[str]()
    for expression, same in groupby(element.constraints, key=lambda c: c.expression):
        told = _joined(list(same))
        if expression not in stated and told.key != _EMPTY:
            yield rule(told, type_name)


def _joined(same: list[Constraint]) -> Constraint:
    """Constraints of one expression, as txt-1 and txt-2 are, told as one."""
    return replace(same[0], key=", ".join(c.key for c in same), human=" ".join(c.human for c in same))


def rule(constraint: Constraint, type_name: str) -> Rule:
    """The rule of one invariant on nodes of a type."""
    native = natives().get(constraint.expression)
    if native is not None:
        return Rule(_native(constraint, native), when=_OCCASIONS.get(constraint.key, ALWAYS))
    expression = _CORRECTED.get(constraint.expression, constraint.expression)
    return Rule(_path(constraint, compiled(expression, type_name), type_name=type_name))


@lru_cache(maxsize=8192)
def compiled(expression: str, type_name: str) -> Compiled:
    """A constraint for nodes of a type.

    Some of R4's own expressions name elements that their type lacks: those are evaluated as they are, on what is there.
    """
    try:
        return compile_path(expression, root_type=type_name)
    except FHIRPathError:
        return compile_path(expression)


def tell_empty(run: Run, place: Place) -> None:
    """Notes that a primitive has neither value nor extension."""
    _tell(run, place, constraint=_stated("Element", _EMPTY))


def _native(constraint: Constraint, native: Native) -> Check:
    def check(run: Run, node: Any, place: Place) -> None:
        if not native(run, node):
            _tell(run, place, constraint=constraint)

    return check


def _path(constraint: Constraint, path: Compiled, *, type_name: str) -> Check:
    def check(run: Run, node: Any, place: Place) -> None:
        try:
            if path.holds(node, type_name=type_name, root=run.root, resource=run.resource):
                return
        except FHIRPathError as error:
            run.tell(
                "invariant_failed", place, code="processing", severity="warning", key=constraint.key, reason=str(error)
            )
            return
        _tell(run, place, constraint=constraint)

    return check


def _tell(run: Run, place: Place, *, constraint: Constraint) -> None:
    severity: Severity = constraint.severity
    run.tell("invariant", place, severity=severity, key=constraint.key, human=constraint.human)


def _has_more_than_id(_run: Run, node: Any) -> bool:
    return len(node) > 1 or "id" not in node


def _is_leaf_or_parent(_run: Run, extension: Any) -> bool:
    has_value = any(key.startswith(("value", "_value")) for key in extension)
    return ("extension" in extension) != has_value


def _has_no_nested(_run: Run, resource: Any) -> bool:
    return not any("contained" in inner for inner in resource.get("contained", ()))


def _has_no_versions(_run: Run, resource: Any) -> bool:
    metas = (inner.get("meta", {}) for inner in resource.get("contained", ()))
    return not any({"versionId", "lastUpdated", "_versionId", "_lastUpdated"} & meta.keys() for meta in metas)


def _has_no_security(_run: Run, resource: Any) -> bool:
    return not any("security" in inner.get("meta", {}) for inner in resource.get("contained", ()))


def _has_narrative(_run: Run, resource: Any) -> bool:
    return "div" in resource.get("text", {})


def _is_contained_known(run: Run, reference: Any) -> bool:
    text = reference.get("reference", "")
    if not text.startswith("#") or text == "#":
        return True
    return any(inner.get("id") == text[1:] for inner in run.root.get("contained", ()))


def _are_all_referred_to(_run: Run, resource: Any) -> bool:
    """dom-3, for resources that contain others."""
    contained = resource.get("contained")
    if not contained:
        return True
    if _are_mentioned({f"#{inner['id']}" if "id" in inner else "" for inner in contained}, resource):
        return True
    referred = set(_links(resource, resource["resourceType"]))
    return all(("id" in inner and f"#{inner['id']}" in referred) or _refers_to_container(inner) for inner in contained)


def _are_mentioned(wanted: set[str], value: Any) -> bool:
    """Whether all texts are given by a `reference` in `value`, the usual way to refer; those found are struck."""
    if isinstance(value, list):
        return any(_are_mentioned(wanted, item) for item in value if isinstance(item, (dict, list)))
    for key, inner in value.items():
        if isinstance(inner, (dict, list)):
            if _are_mentioned(wanted, inner):
                return True
        elif key == "reference":
            wanted.discard(inner)
    return not wanted


def _refers_to_container(inner: Any) -> bool:
    return "#" in set(_links(inner, inner["resourceType"]))


def _links(node: Mapping[str, Any], type_name: str) -> Iterator[str]:
    """The texts by which a node may point to a contained resource: `reference` elements, canonicals, URIs and URLs."""
    known = keys_of(type_name)
    for key, value in node.items():
        if key in known:
            name, inner = known[key]
            for one in value if isinstance(value, list) else (value,):
                yield from _links_in(one, name, type_name=inner)


def _links_in(value: Any, name: str, *, type_name: str) -> Iterator[str]:
    if isinstance(value, str):
        if name == "reference" or type_name in ("canonical", "uri", "url"):
            yield value
    elif isinstance(value, dict):
        yield from _links(value, value["resourceType"] if type_name == "Resource" else type_name)


def _stated(type_name: str, key: str) -> Constraint:
    return next(c for c in core().types[type_name].constraints if c.key == key)


@cache
def natives() -> Mapping[str, Native]:
    """Invariants that nearly every node or resource has, by expression. A test holds each to its FHIRPath."""
    return {
        _stated("Element", "ele-1").expression: _has_more_than_id,
        _stated("Extension", "ext-1").expression: _is_leaf_or_parent,
        _stated("Reference", "ref-1").expression: _is_contained_known,
        _stated("DomainResource", "dom-2").expression: _has_no_nested,
        _stated("DomainResource", "dom-3").expression: _are_all_referred_to,
        _stated("DomainResource", "dom-4").expression: _has_no_versions,
        _stated("DomainResource", "dom-5").expression: _has_no_security,
        _stated("DomainResource", "dom-6").expression: _has_narrative,
    }
