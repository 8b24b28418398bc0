"""Static types: what a path over a known type may give, and the complaint when it names an element that isn't there."""

from __future__ import annotations

from typing import TypeAlias

from seve.fhir.path.errors import UnknownNameError
from seve.fhir.path.model import is_known, is_resource, is_subtype, places
from seve.fhir.path.syntax import (
    Binary,
    Expression,
    Indexed,
    Invocation,
    Member,
    Special,
    TypeOperation,
    Variable,
    parts,
    qualified_name,
)

Types: TypeAlias = "frozenset[str] | None"
"""The FHIR types that a collection may hold; empty when it's always empty, None when nothing is known."""

ABSTRACT_RESOURCES = frozenset(("Resource", "DomainResource"))
_NEVER: frozenset[str] = frozenset()
_SAME = frozenset(
    ("where", "first", "last", "tail", "skip", "take", "single", "trace", "distinct", "exclude", "intersect", "sort")
)
_ON_EACH = frozenset(("where", "exists", "all", "select", "repeat", "sort", "iif"))
_WITH_UNKNOWN_SCOPE = frozenset(("aggregate", "defineVariable", "repeat", "repeatAll"))


def check(tree: Expression, *, source: str, root_type: str, is_strict: bool = False) -> None:
    """Follow every path of an expression from `root_type`. Raises UnknownNameError for an element that no type there has;
    strictly, for a type at the head of a path that isn't the one there.
    """
    _Typer(source, frozenset((root_type,)), is_strict=is_strict).types(tree, frozenset((root_type,)))


def result_types(tree: Expression, *, source: str, root_type: str) -> Types:
    """The FHIR types of what an expression gives on input of `root_type`. Raises UnknownNameError as `check` does."""
    return _Typer(source, frozenset((root_type,))).types(tree, frozenset((root_type,)))


def elements(types: frozenset[str], name: str) -> frozenset[str] | None:
    """The types of the element `name` of any of `types`; None when none of them has it."""
    found: set[str] = set()
    is_there = False
    for type_name in types:
        options = places(type_name).get(name)
        if options is not None:
            is_there = True
            found.update(place.type for place in options)
    return frozenset(found) if is_there else None


class _Typer:
    def __init__(self, source: str, root: frozenset[str], *, is_strict: bool = False) -> None:
        self._source = source
        self._is_strict = is_strict
        self._root = root

    def types(self, expression: Expression, this: Types) -> Types:
        match expression:
            case Member(source=None):
                return self._head(expression, this)
            case Member(source=source) if source is not None:
                return self._element(expression, self.types(source, this))
            case Invocation():
                return self._invocation(expression, this)
            case Indexed(source=source):
                self.types(expression.index, this)
                return self.types(source, this)
            case _:
                return self._other(expression, this)

    def _other(self, expression: Expression, this: Types) -> Types:
        match expression:
            case Special(name="$this"):
                return this
            case Variable(name="context"):
                return self._root
            case TypeOperation(operator="as"):
                self.types(expression.operand, this)
                return _cast(expression.type_name)
            case Binary(operator="|"):
                return _either(self.types(expression.left, this), self.types(expression.right, this))
            case _:
                for part in parts(expression):
                    self.types(part, this)
                return None

    def _head(self, member: Member, this: Types) -> Types:
        if this is None:
            return None
        if elements(this, member.name) is None and is_known(member.name):
            found = _as_head(member.name, this)
            if self._is_strict and not found:
                raise UnknownNameError(kind="type", name=member.name).located(self._source, member.at)
            return found
        return self._element(member, this)

    def _element(self, member: Member, of: Types) -> Types:
        if of is None or not of or of & ABSTRACT_RESOURCES:
            return of if of is not None and not of else None
        found = elements(of, member.name)
        if found is None:
            raise UnknownNameError(kind="element", name=member.name).located(self._source, member.at)
        return found

    def _invocation(self, invocation: Invocation, this: Types) -> Types:
        source = this if invocation.source is None else self.types(invocation.source, this)
        if invocation.name in {"is", "as", "ofType"}:
            name = qualified_name(invocation.arguments[0])
            return None if name is None or invocation.name == "is" else _cast(name)
        found = [
            self.types(argument, _scope(invocation.name, position, source=source, this=this))
            for position, argument in enumerate(invocation.arguments)
        ]
        return self._result(invocation.name, source, found)

    def _result(self, name: str, source: Types, arguments: list[Types]) -> Types:
        if name in _SAME:
            return source
        if name == "select":
            return arguments[0]
        if name in {"combine", "union"}:
            return _either(source, arguments[0])
        return frozenset(("Extension",)) if name == "extension" else None


def _scope(function: str, position: int, *, source: Types, this: Types) -> Types:
    """The types of `$this` in an argument."""
    if function in _WITH_UNKNOWN_SCOPE:
        return None
    is_projection = function == "trace" and position == 1
    return source if is_projection or function in _ON_EACH else this


def _cast(name: str) -> Types:
    local = name.rpartition(".")[2]
    return frozenset((local,)) if is_known(local) and not name.startswith("System.") else None


def _either(left: Types, right: Types) -> Types:
    return None if left is None or right is None else left | right


def _as_head(name: str, this: frozenset[str]) -> Types:
    """A type name at the head of a path: those of `this` that are of it; nothing when another resource is meant."""
    found = frozenset(type_name for type_name in this if is_subtype(type_name, name))
    if found or not is_resource(name):
        return found
    return frozenset((name,)) if this & ABSTRACT_RESOURCES else _NEVER
