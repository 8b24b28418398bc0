"""Slices: which item belongs to which, and whether there are enough (FHIR R4, 5.1.0.14)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from seve.fhir.definitions import TypeRef, core
from seve.fhir.path.model import is_given
from seve.fhir.profiles.checking import check_item, check_profile, conforms, count
from seve.fhir.profiles.items import Item, items
from seve.fhir.profiles.matching import fits, is_fixed
from seve.fhir.profiles.resolving import resolve
from seve.fhir.profiles.tree import DEFAULT_SLICE, MISSING, Discriminator, Node, Slicing
from seve.fhir.validation.references import target_type
from seve.fhir.validation.run import Run

_STEPS = re.compile(r"\w+\('[^']*'\)|\w+\(\w*\)|\$this|\w+")
_CALL = re.compile(r"(\w+)\('?([^']*)'?\)")
_BY_URL = Slicing((Discriminator("value", "url"),), "open", is_ordered=False)
_OPEN = Slicing((), "open", is_ordered=False)


def check_slices(run: Run, found: list[Item], *, node: Node, parent: Item) -> None:
    """Gives each item to its slice, checks it there, and counts."""
    slicing = node.slicing or (_BY_URL if node.name in ("extension", "modifierExtension") else _OPEN)
    if not slicing.discriminators:
        return
    named = [slice_ for slice_ in node.slices if slice_.slice_name != DEFAULT_SLICE]
    sorted_ = [_owner(run, item, named=named, slicing=slicing) for item in found]
    owners = [owner for owner, _ in sorted_]
    in_doubt = [slice_ for owner, maybe in sorted_ if owner is None for slice_ in maybe]
    _check_order(run, owners, named=named, node=node, slicing=slicing, parent=parent)
    for slice_ in named:
        own = [item for item, owner in zip(found, owners, strict=True) if owner is slice_]
        _check_slice(run, own, slice_=slice_, parent=parent, is_counted=slice_ not in in_doubt)
    others = [item for item, (owner, maybe) in zip(found, sorted_, strict=True) if owner is None and not maybe]
    _check_others(run, others, node=node, slicing=slicing, parent=parent)


def _owner(run: Run, item: Item, *, named: list[Node], slicing: Slicing) -> tuple[Node | None, list[Node]]:
    """The slice of an item, or those it may belong to when a code that tells them apart can't be decided here."""
    maybe: list[Node] = []
    for slice_ in named:
        verdict = _belongs(run, item, slice_=slice_, slicing=slicing)
        if verdict:
            return slice_, []
        if verdict is None:
            maybe.append(slice_)
    return None, maybe


def _check_slice(run: Run, own: list[Item], *, slice_: Node, parent: Item, is_counted: bool = True) -> None:
    if is_counted:
        count(run, own, node=slice_, parent=parent)
    for item in own:
        check_item(run, item, node=slice_)
    if slice_.slices:
        check_slices(run, own, node=slice_, parent=parent)


def _check_others(run: Run, others: list[Item], *, node: Node, slicing: Slicing, parent: Item) -> None:
    default = next((s for s in node.slices if s.slice_name == DEFAULT_SLICE), None)
    if default is not None:
        _check_slice(run, others, slice_=default, parent=parent)
    elif slicing.rules == "closed":
        for item in others:
            run.tell("slice_closed", item.place, code="structure", name=node.name, profile=node.profile)


def _check_order(
    run: Run, owners: list[Node | None], *, named: list[Node], node: Node, slicing: Slicing, parent: Item
) -> None:
    ranks = [len(named) if owner is None else named.index(owner) for owner in owners]
    if slicing.rules == "openAtEnd":
        # Items outside all slices stand last; the slices among themselves only keep order when it is asked for.
        ends = [rank == len(named) for rank in ranks]
        if ends != sorted(ends):
            run.tell(
                "slice_end", (parent.place, node.name, None), code="structure", name=node.name, profile=node.profile
            )
    known = [rank for rank in ranks if rank < len(named)]
    if slicing.is_ordered and known != sorted(known):
        run.tell("slice_order", (parent.place, node.name, None), code="structure", name=node.name, profile=node.profile)


def _belongs(run: Run, item: Item, *, slice_: Node, slicing: Slicing) -> bool | None:
    verdicts = [
        _tells(run, item, slice_=slice_, discriminator=discriminator) for discriminator in slicing.discriminators
    ]
    return False if False in verdicts else None if None in verdicts else True


def _tells(run: Run, item: Item, *, slice_: Node, discriminator: Discriminator) -> bool | None:
    """Whether a discriminator gives the item to the slice; None when that can't be decided here."""
    found, nodes = [item], [slice_]
    for step in _STEPS.findall(discriminator.path):
        nodes = [inner for node in nodes for inner in _nodes_at(run, node, step=step)]
        found = [inner for one in found for inner in _items_at(run, one, step=step)]
    if discriminator.type == "exists":
        return _tells_by_presence(found, nodes)
    if discriminator.type == "type":
        return any(_has_type(one, node) for one in found for node in nodes)
    test = _obeys if discriminator.type == "profile" else _has_value
    verdicts = [test(run, one, node=node) for one in found for node in nodes]
    return True if True in verdicts else None if None in verdicts else False


def _has_value(run: Run, item: Item, *, node: Node) -> bool | None:
    if node.is_pin:
        return is_fixed(item.value, node.fixed) if node.fixed is not MISSING else fits(item.value, node.pattern)
    return conforms(run, lambda aside: check_item(aside, item, node=node)) if _is_telling(node) else False


def _tells_by_presence(found: list[Item], nodes: list[Node]) -> bool:
    if any(node.max == 0 for node in nodes):
        return not found
    return bool(found) or not any(node.min for node in nodes)


def _has_type(item: Item, node: Node) -> bool:
    return not node.types or any(core().is_subtype(item.type, code) for code in node.type_codes)


def _obeys(run: Run, item: Item, *, node: Node) -> bool | None:
    profiles = [url for ref in node.types for url in ref.profiles]
    known = [url for url in profiles if run.profiles.tree(url) is not None]
    verdicts = [conforms(run, lambda aside, url=url: check_profile(aside, item, canonical=url)) for url in known]
    return True if True in verdicts else None if None in verdicts or not known else False


def _is_telling(node: Node) -> bool:
    if node.fixed is not MISSING or node.pattern is not MISSING:
        return True
    if any(binding.strength == "required" for binding in node.bindings):
        return True
    if any(ref.profiles for ref in node.types):
        return True
    return any(_is_telling(inner) for child in node.children.values() for inner in (child, *child.slices))


def _nodes_at(run: Run, node: Node, *, step: str) -> Iterable[Node]:
    """What a slice says at one step of a discriminator's path."""
    if step == "$this":
        return (node,)
    call = _CALL.fullmatch(step)
    if call is None:
        return _children_at(run, node, name=step)
    if call[1] == "extension":
        return [s for s in _extension_slices(run, node) if call[2] in _urls(s)]
    if call[1] == "resolve":
        return _targets(run, node)
    return (node,)


def _children_at(run: Run, node: Node, *, name: str) -> list[Node]:
    if pinned := list(_pinned(node, name)):
        return pinned
    if name in node.children:
        child = node.children[name]
        return [child, *child.slices]
    profiles = [url for ref in node.types for url in ref.profiles]
    if name == "url" and "Extension" in node.type_codes:
        return [Node("url", "Extension.url", node.profile, fixed=url.partition("|")[0]) for url in profiles]
    trees = (run.profiles.tree(url) for url in profiles)
    return [tree.children[name] for tree in trees if tree and name in tree.children]


def _pinned(node: Node, name: str) -> Iterator[Node]:
    """What a fixed value or pattern above says of a part."""
    whole = node.fixed if node.fixed is not MISSING else node.pattern
    if isinstance(whole, dict) and name in whole:
        parts = whole[name] if isinstance(whole[name], list) else [whole[name]]
        for part in parts:
            yield Node(name, f"{node.path}.{name}", node.profile, pattern=part)


def _extension_slices(run: Run, node: Node) -> list[Node]:
    return [slice_ for child in _children_at(run, node, name="extension") for slice_ in (child, *child.slices)]


def _urls(slice_: Node) -> list[str]:
    return [url.partition("|")[0] for ref in slice_.types for url in ref.profiles]


def _targets(run: Run, node: Node) -> list[Node]:
    urls = [url for ref in node.types for url in ref.targets]
    kinds = [(run.profiles.type_of(url) or url.rpartition("/")[2], url) for url in urls]
    return [Node("", kind, node.profile, types=(TypeRef(kind, (url,)),)) for kind, url in kinds]


def _items_at(run: Run, item: Item, *, step: str) -> list[Item]:
    if step == "$this":
        return [item]
    call = _CALL.fullmatch(step)
    if call is None:
        return items(item, step)
    if call[1] == "extension":
        return [inner for inner in items(item, "extension") if inner.members.get("url") == call[2]]
    if call[1] == "resolve":
        return _resolved(run, item)
    return [item] if is_given(item.type, call[2]) else []


def _resolved(run: Run, item: Item) -> list[Item]:
    """What a reference points to; when it is out of reach, at least the type that its text names."""
    if not isinstance(item.value, dict):
        return []
    target = resolve(run, item)
    if target is not None:
        return [target]
    text = item.value.get("reference")
    kind = target_type(run, text) if text else item.value.get("type")
    return [Item({}, kind, item.place)] if kind else []
