"""Where a search parameter's values stand in the JSON of a resource, found with the types' definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from seve.fhir.definitions import TypeSchema, core
from seve.fhir.path.model import is_given
from seve.fhir.search.branches import branches
from seve.fhir.search.steps import (
    As,
    Equals,
    Extension,
    Field,
    FromResource,
    HasExtension,
    Index,
    NotFalse,
    Resolves,
    Step,
    Unsupported,
    steps,
)


@dataclass(frozen=True, slots=True)
class Key:
    """The value under a JSON key, or each item of its array."""

    name: str
    is_list: bool


@dataclass(frozen=True, slots=True)
class NotFalseKeys:
    """Whether one of the keys of a choice has a value, and that of `boolean` isn't false."""

    keys: tuple[str, ...]
    boolean: str


Access: TypeAlias = Key | Index | Resolves | Equals | HasExtension | Extension | FromResource | NotFalseKeys


@dataclass(frozen=True, slots=True)
class Path:
    """A way through JSON to values of one FHIR type (`type` is "Resource" for an inline resource of any type)."""

    accesses: tuple[Access, ...]
    type: str


@dataclass(frozen=True, slots=True)
class Paths:
    """The ways of an expression, and the branches that are left to the general engine."""

    paths: tuple[Path, ...]
    others: tuple[str, ...]


@lru_cache(maxsize=16_384)
def paths(expression: str, root: str) -> Paths:
    """The ways of a union expression from a type (`Patient`, `Observation.component`). R4's types alone are consulted."""
    found: list[Path] = []
    others: list[str] = []
    for branch in branches(expression):
        try:
            found.extend(_resolved(steps(branch), root))
        except Unsupported:
            others.append(branch)
    return Paths(tuple(dict.fromkeys(found)), tuple(others))


def _resolved(way: tuple[Step, ...], root: str) -> Iterator[Path]:
    current = [_Cursor((), {root: None}, root)]
    for step in way:
        current = [following for cursor in current for following in _follow(cursor, step)]
    for cursor in current:
        yield from cursor.ends()


@dataclass(frozen=True, slots=True)
class _Cursor:
    """A way under construction: `choices` are the types at its end, with the JSON keys that lead there (None: no key left)."""

    accesses: tuple[Access, ...]
    choices: Mapping[str, Key | None]
    root: str

    def ends(self) -> Iterator[Path]:
        for type_, key in self.choices.items():
            yield Path(self.accesses if key is None else (*self.accesses, key), type_)

    def narrowed(self, type_: str) -> _Cursor:
        """Only the choices that `as` gives (a `canonical` is no `uri`); R4 writes `DateTime` where it means `dateTime`."""
        kept = {
            name: key for name, key in self.choices.items() if is_given(name, type_) or name.lower() == type_.lower()
        }
        return _Cursor(self.accesses, kept, self.root)


def _follow(cursor: _Cursor, step: Step) -> Iterator[_Cursor]:
    if isinstance(step, As):
        yield cursor.narrowed(step.type)
    elif isinstance(step, FromResource):
        yield _Cursor((step,), {_resource(cursor.root): None}, cursor.root)
    elif isinstance(step, NotFalse):
        yield _not_false(cursor)
    else:
        for end in cursor.ends():
            yield _along(end, step, root=cursor.root)


def _along(end: Path, step: Field | Index | Resolves | Equals | HasExtension | Extension, *, root: str) -> _Cursor:
    if isinstance(step, Field):
        return _Cursor(end.accesses, _children(end.type, step.name), root)
    if isinstance(step, Extension):
        return _Cursor((*end.accesses, Key("extension", is_list=True), step), {"Extension": None}, root)
    if isinstance(step, Index):
        return _Cursor((*_indexed(end.accesses), step), {end.type: None}, root)
    return _Cursor((*end.accesses, step), {end.type: None}, root)


def _indexed(accesses: tuple[Access, ...]) -> tuple[Access, ...]:
    last = accesses[-1] if accesses else None
    if not isinstance(last, Key) or not last.is_list:
        raise Unsupported
    return (*accesses[:-1], Key(last.name, is_list=False))


def _children(type_: str, name: str) -> dict[str, Key | None]:
    schema: TypeSchema | None = core().type(type_)
    element = schema.elements.get(name) if schema else None
    if element is None:
        raise Unsupported(f"{type_}.{name}")
    return {child: Key(key, element.is_list) for key, child in element.keys.items()}


def _not_false(cursor: _Cursor) -> _Cursor:
    keys = {name: key for name, key in cursor.choices.items() if key is not None}
    boolean = keys.get("boolean")
    if boolean is None or any(key.is_list for key in keys.values()):
        raise Unsupported
    access = NotFalseKeys(tuple(key.name for key in keys.values()), boolean.name)
    return _Cursor((*cursor.accesses, access), {"boolean": None}, cursor.root)


def _resource(root: str) -> str:
    return root.partition(".")[0]
