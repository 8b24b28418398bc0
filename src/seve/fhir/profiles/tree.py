"""A profile as a tree of element rules, made from its snapshot; what R4 says already is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from seve.fhir.definitions import Binding, Constraint, Element, TypeRef, TypeSchema, core
from seve.fhir.definitions.reading import binding, constraints, maximum, type_refs

Rules: TypeAlias = Literal["closed", "open", "openAtEnd"]
DEFAULT_SLICE = "@default"
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/elementdefinition-"


class _Missing:
    """The mark of a fixed or pattern value that isn't there; JSON has no such value."""


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Discriminator:
    """What tells slices apart: `value`, `pattern`, `exists`, `type` or `profile` at a path."""

    type: str
    path: str


@dataclass(frozen=True, slots=True)
class Slicing:
    """How the items of an element are divided."""

    discriminators: tuple[Discriminator, ...]
    rules: Rules
    is_ordered: bool


@dataclass(slots=True)
class Node:
    """The rules of one element or slice. `children` are by element name without `[x]`; `profile` is whose rules they are."""

    name: str
    path: str
    profile: str
    slice_name: str = ""
    min: int = 0
    max: int | None = None
    types: tuple[TypeRef, ...] = ()
    fixed: Any = MISSING
    pattern: Any = MISSING
    bindings: tuple[Binding, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    content_reference: str = ""
    slicing: Slicing | None = None
    is_modifier: bool = False
    slices: list[Node] = field(default_factory=list["Node"])
    children: dict[str, Node] = field(default_factory=dict[str, "Node"])

    @property
    def type_codes(self) -> frozenset[str]:
        """The codes of the allowed types; empty when R4's own are allowed."""
        return frozenset(ref.code for ref in self.types)

    @property
    def is_pin(self) -> bool:
        """Whether a fixed value or a pattern is all that is said."""
        is_pinned = (self.fixed is MISSING) != (self.pattern is MISSING)
        return is_pinned and not (self.types or self.bindings or self.constraints or self.children or self.slices)


def tree(snapshot: Sequence[dict[str, Any]], profile: str) -> Node:
    """The tree of a snapshot's elements."""
    root = _node(snapshot[0], profile)
    last: dict[str, Node] = {root.path: root}
    for definition in snapshot[1:]:
        node = _node(definition, profile)
        parent = last.get(definition["path"].rpartition(".")[0])
        if parent is None:
            continue
        _place(parent, node)
        last[definition["path"]] = node
    by_path = {node.path: node for node in _all(root)}
    _prune(root)
    _refer(root, by_path)
    return root


def _prune(node: Node) -> bool:
    """Drops what has no rule of its own; whether anything is left."""
    node.children = {name: child for name, child in node.children.items() if _prune(child)}
    for part in node.slices:
        _prune(part)
    return bool(node.children or node.slices or node.content_reference) or _has_rules(node)


def _has_rules(node: Node) -> bool:
    is_valued = node.fixed is not MISSING or node.pattern is not MISSING
    is_counted = node.min > 0 or node.max is not None
    return is_valued or is_counted or bool(node.types or node.bindings or node.constraints)


def _place(parent: Node, node: Node) -> None:
    """A slice joins the element it divides, or the slice of which it is a part (`a/b`); a first element joins its parent."""
    if _is_typed(node):
        _place_typed(parent, node)
        return
    sliced = parent.children.get(node.name)
    if sliced is None or not node.slice_name:
        parent.children[node.name] = node
        return
    for part in node.slice_name.split("/")[:-1]:
        sliced = next((found for found in sliced.slices if found.slice_name.rpartition("/")[2] == part), sliced)
    sliced.slices.append(node)


def _is_typed(node: Node) -> bool:
    """Whether an element of a snapshot is one type of a choice (`Observation.valueQuantity` for `Observation.value[x]`)."""
    return node.path.rpartition(".")[2].removesuffix("[x]") != node.name


def _place_typed(parent: Node, node: Node) -> None:
    whole = parent.children.get(node.name)
    if whole is None:
        parent.children[node.name] = node
        return
    whole.slicing = whole.slicing or Slicing((Discriminator("type", "$this"),), "open", is_ordered=False)
    whole.slices.append(node)


def _all(node: Node) -> Iterator[Node]:
    yield node
    for inner in (*node.children.values(), *node.slices):
        yield from _all(inner)


def _refer(root: Node, by_path: Mapping[str, Node]) -> None:
    """An element by contentReference shares the children of the one it refers to."""
    for node in list(_all(root)):
        target = by_path.get(node.content_reference)
        if target is not None and target is not root and not node.children:
            node.children = target.children


def _node(definition: dict[str, Any], profile: str) -> Node:
    path: str = definition["path"]
    own = core().type(path)
    base = _base_element(definition)
    is_whole = "sliceName" not in definition
    most = maximum(definition) if "max" in definition else None
    return Node(
        name=_name(definition),
        path=path,
        profile=profile,
        slice_name=definition.get("sliceName", ""),
        min=0 if is_whole and base and base.min == definition.get("min") else definition.get("min", 0),
        max=None if is_whole and base and base.max == most else most,
        types=_types(definition, base),
        fixed=_choice(definition, "fixed"),
        pattern=_choice(definition, "pattern"),
        bindings=tuple(_bindings(definition, base)),
        constraints=tuple(_new_constraints(definition, base, own=own)),
        content_reference=definition.get("contentReference", "").rpartition("#")[2],
        slicing=_slicing(definition),
        is_modifier=definition.get("isModifier", False),
    )


def _name(definition: dict[str, Any]) -> str:
    name = definition["path"].rpartition(".")[2]
    base = definition.get("base", definition)["path"].rpartition(".")[2]
    return (base if base.endswith("[x]") else name).removesuffix("[x]")


def _base_element(definition: dict[str, Any]) -> Element | None:
    """R4's own element of the same path, which says most of what a snapshot repeats."""
    path: str = definition.get("base", definition)["path"]
    parent, _, name = path.rpartition(".")
    schema = core().type(parent)
    return schema.elements.get(name.removesuffix("[x]")) if schema else None


def _types(definition: dict[str, Any], base: Element | None) -> tuple[TypeRef, ...]:
    found = type_refs(definition)
    is_whole = definition["path"].endswith("[x]") or not definition.get("base", definition)["path"].endswith("[x]")
    # The type of an id is a matter of dispute between versions of the tools that make snapshots.
    is_id = definition["path"].endswith(".id")
    return () if is_id or (base and is_whole and _unversioned(found) == _unversioned(base.types)) else found


def _unversioned(refs: tuple[TypeRef, ...]) -> list[tuple[str, ...]]:
    return [(ref.code, *(url.partition("|")[0] for url in (*ref.profiles, *ref.targets))) for ref in refs]


def _choice(definition: dict[str, Any], name: str) -> Any:
    return next((value for key, value in definition.items() if key.startswith(name) and key != name), MISSING)


def _bindings(definition: dict[str, Any], base: Element | None) -> Iterator[Binding]:
    bound = binding(definition)
    if bound and not (base and base.binding and _same(base.binding, bound)):
        yield bound
    for extension in definition.get("binding", {}).get("extension", ()):
        if extension["url"] == f"{_EXTENSION}maxValueSet":
            yield Binding("required", extension.get("valueCanonical") or extension["valueUri"])


def _same(one: Binding, other: Binding) -> bool:
    urls = {bound.value_set.partition("|")[0] for bound in (one, other)}
    return one.strength == other.strength and len(urls) == 1


def _new_constraints(
    definition: dict[str, Any], base: Element | None, *, own: TypeSchema | None
) -> Iterator[Constraint]:
    """The constraints that R4 doesn't state itself on the element or on its types."""
    schemas = [own, *(core().type(ref.code) for ref in type_refs(definition))]
    stated = {c.key for schema in schemas if schema for c in schema.constraints}
    stated |= {c.key for c in base.constraints} if base else set[str]()
    yield from (c for c in constraints(definition) if c.key not in stated and c.key != "ele-1")


def _slicing(definition: dict[str, Any]) -> Slicing | None:
    stated = definition.get("slicing")
    if stated is None:
        return None
    found = tuple(Discriminator(d["type"], d["path"]) for d in stated.get("discriminator", ()))
    return Slicing(found, stated.get("rules", "open"), stated.get("ordered", False))
