"""`_filter` (R4, search_filter): comparisons with `and`, `or`, `not` and parentheses, rewritten to the parameters they mean."""

from __future__ import annotations

import re

from seve.fhir.search.chaining import condition
from seve.fhir.search.criteria.references import reference_types
from seve.fhir.search.parameters import SearchType
from seve.fhir.search.query import And, Criterion, Not, Or
from seve.fhir.search.refusals import NotUsable, UnknownParameter, WrongFilter
from seve.fhir.search.scope import Scope, subject
from seve.fhir.search.separation import escaped

_TOKEN = re.compile(r'\s*("(?:\\.|[^"\\])*"|[()]|[^\s()"]+)\s*')
_DEEPEST = 20
_ORDERED = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_ORDERED_TYPES = ("date", "number", "quantity")
_MODIFIERS: dict[tuple[SearchType, str], str] = {
    ("string", "eq"): ":exact",
    ("string", "co"): ":contains",
    ("string", "sw"): "",
    ("token", "eq"): "",
    ("token", "in"): ":in",
    ("token", "ss"): ":above",
    ("token", "sb"): ":below",
    ("token", "co"): ":text",
    ("reference", "eq"): "",
    ("reference", "re"): "",
    ("uri", "eq"): "",
    ("uri", "sb"): ":below",
    ("uri", "ss"): ":above",
    ("special", "eq"): "",
    ("composite", "eq"): "",
}
_OPERATORS = frozenset({*_ORDERED, "po", "pr", *(operator for _, operator in _MODIFIERS)})


def filtered(value: str, *, scope: Scope) -> Criterion:
    """The criterion of a `_filter` expression. Raises WrongFilter, NotUsable and what its parameters raise."""
    parser = _Parser(value, scope)
    found = parser.either(0)
    if parser.rest:
        raise parser.wrong()
    return found


class _Parser:
    """Recursive descent; the tokens that are left stand in reverse, each with its position."""

    def __init__(self, value: str, scope: Scope) -> None:
        self._value = value
        self._scope = scope
        self.rest: list[tuple[str, int]] = []
        position = 0
        while position < len(value):
            token = _TOKEN.match(value, position)
            if token is None:
                raise WrongFilter(parameter="_filter", value=value, position=position + 1)
            self.rest.append((token[1], token.start(1)))
            position = token.end()
        self.rest.reverse()

    def wrong(self) -> WrongFilter:
        """The refusal of what is left."""
        position = self.rest[-1][1] if self.rest else len(self._value)
        return WrongFilter(parameter="_filter", value=self._value, position=position + 1)

    def either(self, depth: int) -> Criterion:
        if depth > _DEEPEST:
            raise self.wrong()
        found = [self._all(depth)]
        while self._accepts("or"):
            found.append(self._all(depth))
        return found[0] if len(found) == 1 else Or(tuple(found))

    def _all(self, depth: int) -> Criterion:
        found = [self._single(depth)]
        while self._accepts("and"):
            found.append(self._single(depth))
        return found[0] if len(found) == 1 else And(tuple(found))

    def _single(self, depth: int) -> Criterion:
        is_negated = self._accepts("not")
        if self._accepts("("):
            found = self.either(depth + 1)
            if not self._accepts(")"):
                raise self.wrong()
        elif is_negated:
            raise self.wrong()
        else:
            found = self._comparison()
        return Not(found) if is_negated else found

    def _comparison(self) -> Criterion:
        path = self._next()
        if not self.rest or self.rest[-1][0].lower() not in _OPERATORS:
            raise self.wrong()
        operator = self._next().lower()
        return compared(path, operator, value=self._next(), scope=self._scope)

    def _next(self) -> str:
        if not self.rest or self.rest[-1][0] in ("(", ")"):
            raise self.wrong()
        return self.rest.pop()[0]

    def _accepts(self, token: str) -> bool:
        if self.rest and self.rest[-1][0].lower() == token:
            self.rest.pop()
            return True
        return False


def compared(path: str, operator: str, *, value: str, scope: Scope) -> Criterion:
    """The criterion of one comparison: `name co "pet"` is `name:contains=pet`."""
    text = _text(value)
    type_ = _type(path, scope)
    if operator == "pr":
        return condition(f"{path}:missing", "false" if text == "true" else "true", scope=scope)
    if operator == "ne":
        return Not(compared(path, "eq", value=value, scope=scope))
    if type_ in _ORDERED_TYPES and operator in (*_ORDERED, "po"):
        return condition(path, ("ap" if operator == "po" else operator) + text, scope=scope)
    modifier = _MODIFIERS.get((type_, operator))
    if modifier is None:
        raise NotUsable(parameter=f"_filter: {path} {operator}")
    return condition(path + modifier, text, scope=scope)


def _text(token: str) -> str:
    """A token as a search value: what is quoted holds no separators, what isn't is written as in a search."""
    if not token.startswith('"'):
        return token
    return escaped(re.sub(r"\\(.)", r"\1", token[1:-1]))


def _type(path: str, scope: Scope) -> SearchType:
    """The search type at the end of a chain, of the first type that has it. Raises UnknownParameter."""
    head, dot, rest = path.partition(".")
    code, _, type_ = head.partition(":")
    found = subject(head, scope.found(code))
    if not dot:
        return found.type
    types = (type_,) if type_ else reference_types(found, scope)
    for target in types:
        scope.budget.spend(path, scope.limits.branches)
        try:
            return _type(rest, scope.of(target))
        except UnknownParameter:
            continue
    raise UnknownParameter(parameter=rest, type=", ".join(types[:3]))
