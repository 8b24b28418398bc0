"""What to post from where: the search parameters of one type as a tree of ways through its JSON with posts at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from seve.fhir.definitions import core
from seve.fhir.search.parameters import SearchParameter, SearchParameters, SearchType
from seve.fhir.search.paths import Access, Key, Path, paths
from seve.fhir.search.steps import Resolves

_PLAIN = ("id", "string", "markdown", "uri", "url", "canonical", "oid", "uuid")
_URIS = ("uri", "url", "canonical", "oid", "uuid")
_QUANTITIES = ("Quantity", "Age", "Duration", "Count", "Distance")
_INTEGERS = ("decimal", "integer", "positiveInt", "unsignedInt")
_NOT_POSTED = ("_id", "_lastUpdated")

POSTERS: Mapping[tuple[SearchType, str], str] = MappingProxyType(
    {
        ("token", "Coding"): "post_coding",
        ("token", "CodeableConcept"): "post_concept",
        ("token", "Identifier"): "post_identifier",
        ("token", "ContactPoint"): "post_contact",
        ("token", "code"): "post_code",
        ("token", "boolean"): "post_boolean",
        **{("token", name): "post_plain" for name in _PLAIN},
        **{("string", name): "post_string" for name in (*_PLAIN, "code")},
        ("string", "HumanName"): "post_name",
        ("string", "Address"): "post_address",
        **{("date", name): "post_instant" for name in ("date", "dateTime", "instant")},
        ("date", "Period"): "post_period",
        ("date", "Timing"): "post_timing",
        **{("number", name): "post_number" for name in _INTEGERS},
        ("number", "Range"): "post_number_range",
        **{("quantity", name): "post_quantity" for name in _QUANTITIES},
        ("quantity", "Money"): "post_money",
        ("quantity", "Range"): "post_range",
        ("quantity", "SampledData"): "post_samples",
        **{("uri", name): "post_uri" for name in _URIS},
        **{("reference", name): "post_canonical" for name in _URIS},
        ("special", "Location.position"): "post_position",
    }
)
"""The function that posts a FHIR type for a search type; a type that isn't here isn't searched by that search type."""

_CODES_ALONE = MappingProxyType({"post_coding": "post_coding_codes", "post_concept": "post_concept_codes"})


@dataclass(frozen=True, slots=True)
class Post:
    """Call a poster with a key."""

    poster: str
    key: int


@dataclass(frozen=True, slots=True)
class Refer:
    """Post a Reference under a key."""

    key: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A reference to a type counts as a value of a narrowing parameter."""

    type: str
    key: int


@dataclass(frozen=True, slots=True)
class Open:
    """A reference to a type puts the resource in the compartment of its target."""

    kind: str


@dataclass(frozen=True, slots=True)
class Inline:
    """Post an inline resource as a reference."""

    key: int
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """Keep a value, as part of a composite with its poster, or for readers with its FHIR type."""

    beside: str


@dataclass(frozen=True, slots=True)
class Compose:
    """Post a composite: its parts are trees of their own that begin at this value."""

    key: int
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class General:
    """Post what the general engine finds for an expression."""

    expression: str
    type: SearchType
    key: int


Sink: TypeAlias = Post | Refer | Mark | Open | Inline | Collect | Compose | General


@dataclass(slots=True, eq=False)
class Node:
    """A place in the JSON: what is posted there, and where it goes on."""

    sinks: list[Sink] = field(default_factory=list[Sink])
    children: dict[Access, Node] = field(default_factory=dict[Access, "Node"])

    def add(self, accesses: tuple[Access, ...], sink: Sink) -> None:
        """Hang a sink at the end of a way."""
        node = self
        for access in accesses:
            node = node.children.setdefault(access, Node())
        if sink not in node.sinks:
            node.sinks.append(sink)


def plan(parameters: SearchParameters, resource_type: str) -> Node:
    """The tree of one type."""
    root = Node()
    for parameter in parameters.of(resource_type).values():
        if parameter.code not in _NOT_POSTED:
            for accesses, sink in sinks(parameter):
                root.add(accesses, sink)
    for kind, parameter in _compartments(parameters, resource_type):
        for path in paths(parameter.expression, resource_type).paths:
            if path.type == "Reference" and (accesses := _ways_to(kind, path, parameter=parameter)) is not None:
                root.add(accesses, Open(kind))
    return root


def sinks(parameter: SearchParameter) -> Iterator[tuple[tuple[Access, ...], Sink]]:
    """The ways and posts of one parameter."""
    found = paths(parameter.expression, parameter.resource_type)
    if parameter.is_narrowing:
        yield from _marks(parameter, found.paths)
    elif parameter.is_stored:
        for path in found.paths:
            yield from _sinks(parameter, path)
        for expression in found.others:
            yield (), General(expression, parameter.type, parameter.key)


def _marks(parameter: SearchParameter, found: tuple[Path, ...]) -> Iterator[tuple[tuple[Access, ...], Sink]]:
    for path in found:
        last = path.accesses[-1]
        if isinstance(last, Resolves):
            yield path.accesses[:-1], Mark(last.type, parameter.key)


def _sinks(parameter: SearchParameter, path: Path) -> Iterator[tuple[tuple[Access, ...], Sink]]:
    if parameter.type == "composite":
        yield path.accesses, Compose(parameter.key, tuple(_parts(parameter, path.type)))
    elif parameter.type == "reference" and path.type == "Resource":
        yield path.accesses, Inline(parameter.key, parameter.targets)
    else:
        for ending in endings(path, parameter.type):
            if parameter.type == "reference" and ending.type == "Reference":
                yield ending.accesses, Refer(parameter.key)
            elif poster := POSTERS.get((parameter.type, ending.type)):
                yield ending.accesses, Post(poster, parameter.key)


def endings(path: Path, type_: SearchType) -> Iterator[Path]:
    """The way itself, or, where an Extension stands at its end, on to each value it may have."""
    extension = core().type("Extension") if path.type == "Extension" else None
    if extension is None:
        yield path
        return
    for key, value_type in extension.elements["value"].keys.items():
        if (type_, value_type) in POSTERS or (type_, value_type) == ("reference", "Reference"):
            yield Path((*path.accesses, Key(key, is_list=False)), value_type)


def _parts(parameter: SearchParameter, root: str) -> Iterator[Node]:
    for position, component in enumerate(parameter.components):
        node = Node()
        for path in paths(component.expression, root).paths:
            for ending in endings(path, component.type):
                if poster := _part_poster(component.type, ending.type, position=position):
                    node.add(ending.accesses, Collect(poster))
        yield node


def _part_poster(type_: SearchType, datatype: str, *, position: int) -> str:
    if type_ == "reference" and datatype == "Reference":
        return "post_link"
    poster = POSTERS.get((type_, datatype), "")
    return poster if position == 0 else _CODES_ALONE.get(poster, poster)


def _compartments(parameters: SearchParameters, resource_type: str) -> Iterator[tuple[str, SearchParameter]]:
    for definition in parameters.definitions.resources("CompartmentDefinition").values():
        for member in definition.get("resource", ()):
            if member["code"] == resource_type:
                found = (parameters.get(resource_type, code) for code in member.get("param", ()))
                yield from ((definition["code"], parameter) for parameter in found if parameter is not None)


def _ways_to(kind: str, path: Path, *, parameter: SearchParameter) -> tuple[Access, ...] | None:
    last = path.accesses[-1]
    if not isinstance(last, Resolves):
        return path.accesses
    if last.type != kind:
        return None
    return path.accesses[:-1] if parameter.is_narrowing else path.accesses
