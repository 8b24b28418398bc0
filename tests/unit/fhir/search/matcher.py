"""The oracle: what a Query selects, evaluated one criterion at a time against Entries in memory, as its docstrings say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatchmethod
from math import asin, cos, radians, sin, sqrt
from typing import Any

from seve.fhir.search import query as q
from seve.fhir.search.entries import Entries
from seve.fhir.search.extraction import extract
from seve.fhir.search.keys import CANONICAL, WIDE, value_key, words
from seve.fhir.search.parameters import SearchParameters

_EARTH_METRES = 6_371_008.8


@dataclass(frozen=True, eq=False)
class Record:
    """A current resource with its entries. `updated` is in microseconds."""

    type: str
    id: str
    entries: Entries
    updated: int = 0

    @property
    def key(self) -> int:
        return value_key(f"{self.type}/{self.id}")


def record(resource: dict[str, Any], parameters: SearchParameters, *, base_url: str = "", updated: int = 0) -> Record:
    entries = extract(resource, parameters=parameters, base_url=base_url)
    return Record(resource["resourceType"], resource.get("id", ""), entries, updated)


class World:
    """The records that chains and `_has` may visit."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = list(records)

    def search(self, query: q.Query) -> list[str]:
        return [f"{r.type}/{r.id}" for r in self.records if self.selects(query, r)]

    def selects(self, query: q.Query, one: Record) -> bool:
        return (not query.types or one.type in query.types) and self._all(query.criteria, one)

    def _all(self, criteria: Iterable[q.Criterion], one: Record) -> bool:
        return all(self.matches(criterion, one) for criterion in criteria)

    @singledispatchmethod
    def matches(self, criterion: Any, one: Record) -> bool:
        raise TypeError(criterion)

    @matches.register
    def _(self, criterion: q.And, one: Record) -> bool:
        return self._all(criterion.criteria, one)

    @matches.register
    def _(self, criterion: q.Or, one: Record) -> bool:
        return any(self.matches(c, one) for c in criterion.criteria)

    @matches.register
    def _(self, criterion: q.Not, one: Record) -> bool:
        return not self.matches(criterion.criterion, one)

    @matches.register
    def _(self, criterion: q.TokenMatch, one: Record) -> bool:
        return bool(set(criterion.keys) & set(one.entries.postings)) is not criterion.is_negated

    @matches.register
    def _(self, criterion: q.IdMatch, one: Record) -> bool:
        return (one.id in criterion.ids) is not criterion.is_negated

    @matches.register
    def _(self, criterion: q.PresentMatch, one: Record) -> bool:
        return bool(set(criterion.keys) & set(one.entries.present)) is not criterion.is_negated

    @matches.register
    def _(self, criterion: q.StringMatch, one: Record) -> bool:
        stored = [text for key, text in (*one.entries.strings, *one.entries.prefixes) if key in criterion.keys]
        if criterion.operator == "contains":
            return any(value in text for text in stored for value in criterion.values)
        return any(text.startswith(value) for text in stored for value in criterion.values)

    @matches.register
    def _(self, criterion: q.ReferenceMatch, one: Record) -> bool:
        wanted = {(param, target) for param in criterion.params for target in criterion.targets}
        return bool(wanted & set(one.entries.links)) is not criterion.is_negated

    @matches.register
    def _(self, criterion: q.CompartmentMatch, one: Record) -> bool:
        if criterion.kind == "Patient":
            return criterion.id in one.entries.patients
        return any((p, t) in one.entries.links for p in criterion.params for t in criterion.targets)

    @matches.register
    def _(self, criterion: q.HierarchyMatch, one: Record) -> bool:
        within = set(criterion.targets)
        size = 0
        while size != len(within):
            size = len(within)
            for other in self.records:
                parents = {t for p, t in other.entries.links if p in criterion.parents}
                if criterion.operator == "below" and parents & within:
                    within.add(other.key)
                elif criterion.operator == "above" and other.key in within:
                    within |= parents
        return any(p in criterion.params and t in within for p, t in one.entries.links)

    @matches.register
    def _(self, criterion: q.DateMatch, one: Record) -> bool:
        keys = {k for key in criterion.keys for k in (key, key ^ WIDE)}
        stored = [(lo, hi) for key, lo, hi in one.entries.moments if key in keys]
        return any(is_dated(lo, hi, searched) for lo, hi in stored for searched in criterion.ranges)

    @matches.register
    def _(self, criterion: q.LastUpdatedMatch, one: Record) -> bool:
        return any(is_dated(one.updated, one.updated + 1, searched) for searched in criterion.ranges)

    @matches.register
    def _(self, criterion: q.QuantityMatch, one: Record) -> bool:
        for searched in criterion.ranges:
            wide = {key ^ WIDE for key in searched.keys}
            for key, lo, hi in one.entries.quantities:
                if key in searched.keys and is_point(lo, searched):
                    return True
                if key in wide and is_spread(lo, hi, searched):
                    return True
        return False

    @matches.register
    def _(self, criterion: q.PairMatch, one: Record) -> bool:
        keys = {key ^ WIDE for key in criterion.keys}
        rows = [(lo, hi) for key, lo, hi in one.entries.quantities if key in keys]
        return any(is_point(lo, criterion.first) and is_point(hi, criterion.second) for lo, hi in rows)

    @matches.register
    def _(self, criterion: q.Near, one: Record) -> bool:
        stored = [(lat, lon) for key, lat, lon in one.entries.positions if key in criterion.keys]
        return any(_metres(place, at) <= place.distance_metres for place in criterion.places for at in stored)

    @matches.register
    def _(self, criterion: q.TextMatch, one: Record) -> bool:
        texts = [one.entries.narrative, *(one.entries.texts if criterion.field == "content" else ())]
        return set(criterion.words) <= {word for text in texts for word in words(text)}

    @matches.register
    def _(self, criterion: q.ListMatch, one: Record) -> bool:
        lists = [r for r in self.records if r.type == "List" and r.id in criterion.ids]
        return any(p in criterion.params and t == one.key for r in lists for p, t in r.entries.links)

    @matches.register
    def _(self, criterion: q.Chain, one: Record) -> bool:
        targets = {t for p, t in one.entries.links if p in criterion.params}
        for other in self.records:
            keys = {t for p, t in other.entries.links if p == CANONICAL} if criterion.is_canonical else {other.key}
            if other.type == criterion.type and keys & targets and self._all(criterion.criteria, other):
                return True
        return False

    @matches.register
    def _(self, criterion: q.Has, one: Record) -> bool:
        sources = [r for r in self.records if r.type == criterion.type and self._all(criterion.criteria, r)]
        return any(p in criterion.params and t == one.key for r in sources for p, t in r.entries.links)


def is_dated(lo: int, hi: int, searched: q.DateRange) -> bool:
    is_within = searched.lo <= lo and hi <= searched.hi
    return {
        "eq": is_within,
        "ne": not is_within,
        "gt": hi > searched.hi,
        "lt": lo < searched.lo,
        "ge": hi > searched.hi or is_within,
        "le": lo < searched.lo or is_within,
        "sa": lo >= searched.hi,
        "eb": hi <= searched.lo,
        "ap": lo < searched.hi and hi > searched.lo,
    }[searched.prefix]


def is_point(value: float, searched: q.QuantityRange) -> bool:
    return {
        "eq": searched.lo <= value < searched.hi,
        "ne": not searched.lo <= value < searched.hi,
        "gt": value > searched.value,
        "lt": value < searched.value,
        "ge": value >= searched.value,
        "le": value <= searched.value,
        "sa": value > searched.value,
        "eb": value < searched.value,
        "ap": searched.lo <= value <= searched.hi,
    }[searched.prefix]


def is_spread(lo: float, hi: float, searched: q.QuantityRange) -> bool:
    is_within = lo >= searched.lo and hi < searched.hi
    return {
        "eq": is_within,
        "ne": not is_within,
        "gt": hi > searched.value,
        "lt": lo < searched.value,
        "ge": hi >= searched.value,
        "le": lo <= searched.value,
        "sa": lo > searched.value,
        "eb": hi < searched.value,
        "ap": lo <= searched.hi and hi >= searched.lo,
    }[searched.prefix]


def _metres(place: q.Place, at: tuple[float, float]) -> float:
    latitudes = radians(place.latitude), radians(at[0])
    half = sin((latitudes[1] - latitudes[0]) / 2) ** 2
    half += cos(latitudes[0]) * cos(latitudes[1]) * sin(radians(at[1] - place.longitude) / 2) ** 2
    return 2 * _EARTH_METRES * asin(sqrt(half))
