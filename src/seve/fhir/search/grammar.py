"""The search grammar: from the pairs of a query string to a Query (R4, chapter 3.1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seve.fhir.search.chaining import condition
from seve.fhir.search.filter import filtered
from seve.fhir.search.limits import Limits
from seve.fhir.search.parameters import SearchParameters
from seve.fhir.search.query import Criterion, Query
from seve.fhir.search.refusals import EmptyValue, SearchRefusal, TooLarge, UnknownType
from seve.fhir.search.results import IGNORED, SHAPING, Shape
from seve.fhir.search.scope import Budget, Scope
from seve.kernel.refusals import Issue

_DEFAULT_LIMITS = Limits()


def parse(
    pairs: Sequence[tuple[str, str]],
    *,
    types: Sequence[str],
    parameters: SearchParameters,
    lenient: bool = False,
    base_url: str = "",
    limits: Limits = _DEFAULT_LIMITS,
    now_microseconds: int | None = None,
) -> Query:
    """A search for resources of `types` (none: of every type), from decoded name and value pairs in order.

    `_format` and `_pretty` are passed over. Parameters that repeat are ANDed. With `lenient` what can't be used is left out
    and told in `Query.ignored` (`Prefer: handling=lenient`); what goes beyond `limits` is refused all the same.
    `now_microseconds` (since 1970 UTC) widens `ap` on dates by a tenth of their distance; without it `ap` is an overlap.

    Raises SearchRefusal.
    """
    if len(pairs) > limits.parameters:
        raise TooLarge(parameter=pairs[limits.parameters][0], limit=limits.parameters, what="parameters")
    scope = Scope(
        types=tuple(types),
        parameters=parameters,
        base_url=base_url,
        limits=limits,
        now=now_microseconds,
        budget=Budget(limits.branches),
    )
    parsing = _Parsing(scope, lenient=lenient)
    parsing.narrow(pairs)
    for name, value in pairs:
        if name not in IGNORED and name != "_type":
            parsing.take(name, value)
    return parsing.query()


class _Parsing:
    def __init__(self, scope: Scope, *, lenient: bool) -> None:
        self._scope = scope
        self._lenient = lenient
        self._shape = Shape(scope)
        self._criteria: list[Criterion] = []
        self._ignored: list[Issue] = []
        self._pairs: list[tuple[str, str]] = []

    def narrow(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Take `_type`, which says what the other parameters mean."""
        for name, value in pairs:
            if name == "_type":
                self._narrow(value)
                self._pairs.append((name, value))
        self._shape = Shape(self._scope)

    def take(self, name: str, value: str) -> None:
        """Take any other parameter. Raises SearchRefusal unless lenient."""
        try:
            self._use(name, value)
        except TooLarge:
            raise
        except SearchRefusal as refusal:
            if not self._lenient:
                raise
            self._ignored += (replace(issue, severity="warning", expression=f"http.{name}") for issue in refusal.issues)
        else:
            self._pairs.append((name, value))

    def query(self) -> Query:
        """What was taken."""
        return Query(
            types=self._scope.types,
            criteria=tuple(self._criteria),
            includes=tuple(self._shape.includes),
            revincludes=tuple(self._shape.revincludes),
            ignored=tuple(self._ignored),
            pairs=tuple(self._pairs),
            **self._shape.fields,
        )

    def _use(self, name: str, value: str) -> None:
        if len(value) > self._scope.limits.value_length:
            raise TooLarge(parameter=name, limit=self._scope.limits.value_length, what="characters")
        if not value.strip():
            raise EmptyValue(parameter=name)
        if name.partition(":")[0] in SHAPING:
            self._shape.add(name, value)
        elif name == "_filter":
            self._criteria.append(filtered(value, scope=self._scope))
        else:
            self._criteria.append(condition(name, value, scope=self._scope))

    def _narrow(self, value: str) -> None:
        wanted = tuple(dict.fromkeys(self._scope.known_type(t.strip(), parameter="_type") for t in value.split(",")))
        searched = self._scope.types
        if searched and not set(wanted) <= set(searched):
            raise UnknownType(parameter="_type", value=value)
        self._scope = replace(self._scope, types=wanted)
