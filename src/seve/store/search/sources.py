"""A criterion as a set of versions: `SELECT … AS vid …`, what can drive a search. None when only a test is possible.

Sets may hold a version twice, and ended versions: whoever drives removes both. A narrowed statement's sets leave out what
the reader can't reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch

from seve.fhir.search import query as q
from seve.fhir.search.keys import ABOUT, CANONICAL, WIDE, compartment_key, trigrams
from seve.store.search import ranges
from seve.store.search.arguments import Statement
from seve.store.search.conditions import (
    compartment_links,
    conditions,
    hierarchy,
    list_refs,
    near_test,
    pair_test,
    string_test,
    words_test,
)

_SHORTEST_GRAM = 3


@dataclass(frozen=True, slots=True)
class InSight:
    """All that a reader may see of the types (none: of all): the set that drives when they reach few patients."""

    types: tuple[str, ...]


def can_drive(criterion: q.Criterion) -> bool:
    """Whether `source` gives a set for it."""
    match criterion:
        case q.TokenMatch() | q.ReferenceMatch() | q.IdMatch():
            return not criterion.is_negated
        case q.Not() | q.PresentMatch() | q.LastUpdatedMatch() | q.ValueSetMatch():
            return False
        case q.DateMatch() | q.QuantityMatch():
            return all(r.prefix != "ne" for r in criterion.ranges)
        case q.And() | q.Chain() | q.Has():
            return any(map(can_drive, criterion.criteria))
        case q.Or():
            return all(map(can_drive, criterion.criteria))
        case _:
            return True


def ordered_source(criterion: q.Criterion, statement: Statement) -> str | None:
    """The set in the order of `vid` by one index scan, each version once: a single key of a posting or link; whole, with the
    column `patient` by which it can be narrowed.
    """
    match criterion:
        case q.TokenMatch(keys=(_,), is_negated=False):
            return _postings(criterion, statement)
        case q.ReferenceMatch(params=(_,), targets=(_,), is_negated=False):
            return _links(criterion, statement)
        case q.CompartmentMatch(targets=(_,)):
            return _links(compartment_links(criterion), statement)
        case _:
            return None


def _postings(criterion: q.TokenMatch, statement: Statement) -> str:
    return f"SELECT vid, patient FROM posting WHERE {statement.is_key('key', criterion.keys)}"


def _links(criterion: q.ReferenceMatch, statement: Statement) -> str:
    params, targets = statement.is_key("param", criterion.params), statement.is_key("target", criterion.targets)
    return f"SELECT vid, patient FROM link WHERE {params} AND {targets}"


@singledispatch
def source(criterion: q.Criterion | InSight, statement: Statement) -> str:
    """`SELECT vid …` of the versions that meet the criterion; ask `can_drive` first."""
    del statement
    raise TypeError(f"{type(criterion).__name__} can't drive a search")


@source.register
def _(criterion: q.TokenMatch, statement: Statement) -> str:
    return f"SELECT vid FROM ({_postings(criterion, statement)}) p WHERE true{statement.within('patient')}"


@source.register
def _(criterion: q.ReferenceMatch, statement: Statement) -> str:
    return f"SELECT vid FROM ({_links(criterion, statement)}) l WHERE true{statement.within('patient')}"


@source.register
def _(criterion: q.CompartmentMatch, statement: Statement) -> str:
    return source(compartment_links(criterion), statement)


@source.register
def _(criterion: q.HierarchyMatch, statement: Statement) -> str:
    params = statement.is_key("l.param", criterion.params)
    return (
        f"SELECT l.vid FROM ({hierarchy(criterion, statement)}) f JOIN link l ON l.target = f.ref "
        f"WHERE {params}{statement.within('l.patient')}"
    )


@source.register
def _(criterion: q.StringMatch, statement: Statement) -> str:
    return _union(_strings(criterion, value, statement) for value in criterion.values)


def _strings(criterion: q.StringMatch, value: str, statement: Statement) -> str:
    test = string_test(criterion, value, statement, "t")
    grams = trigrams(value) if criterion.operator == "contains" and len(value) >= _SHORTEST_GRAM else []
    by_gram = f"t.trigrams @> {statement.bind(grams, 'integer[]')} AND " if grams else ""
    keys = statement.is_key("t.key", criterion.keys)
    return f"SELECT t.vid FROM text_value t WHERE {by_gram}{keys} AND {test}{statement.within('t.patient')}"


@source.register
def _(criterion: q.DateMatch, statement: Statement) -> str:
    return _union(
        _moments(key, searched, statement, is_narrow=is_narrow)
        for searched in criterion.ranges
        for plain in criterion.keys
        for key, is_narrow in ((plain, True), (plain ^ WIDE, False))
    )


def _moments(key: int, searched: q.DateRange, statement: Statement, *, is_narrow: bool) -> str:
    floor, ceiling = ranges.bounds(searched, is_narrow=is_narrow)
    return (
        f"SELECT m.vid FROM moment m WHERE m.key = {statement.bind(key, 'bigint')} "
        f"AND m.lo >= {statement.bind(floor, 'bigint')} AND m.lo <= {statement.bind(ceiling, 'bigint')} "
        f"AND {ranges.date(statement, 'm', searched)}{statement.within('m.patient')}"
    )


@source.register
def _(criterion: q.QuantityMatch, statement: Statement) -> str:
    return _union(
        f"SELECT n.vid FROM quantity n WHERE n.key = {statement.bind(key, 'bigint')} AND {test(statement, 'n', searched)}"
        f"{statement.within('n.patient')}"
        for searched in criterion.ranges
        for plain in searched.keys
        for key, test in ((plain, ranges.point), (plain ^ WIDE, ranges.spread))
    )


@source.register
def _(criterion: q.PairMatch, statement: Statement) -> str:
    tests = pair_test(criterion, statement, "n")
    return f"SELECT n.vid FROM quantity n WHERE {tests}{statement.within('n.patient')}"


@source.register
def _(criterion: q.IdMatch, statement: Statement) -> str:
    return f"SELECT i.vid FROM version i WHERE {statement.is_key('i.ref', criterion.refs)}"


@source.register
def _(criterion: q.Near, statement: Statement) -> str:
    keys = statement.is_key("o.key", criterion.keys)
    found = " OR ".join(near_test(place, statement, "o") for place in criterion.places)
    return f"SELECT o.vid FROM position o WHERE {keys} AND ({found}){statement.within('o.patient')}"


@source.register
def _(criterion: q.TextMatch, statement: Statement) -> str:
    return f"SELECT w.vid FROM words w WHERE {words_test(criterion, statement)}{statement.within('w.patient')}"


@source.register
def _(criterion: q.ListMatch, statement: Statement) -> str:
    lists = statement.is_key("h.ref", list_refs(criterion))
    params = statement.is_key("l.param", criterion.params)
    return (
        f"SELECT r.vid FROM version h JOIN link l ON l.vid = h.vid JOIN version r ON r.ref = l.target "
        f"WHERE {lists} AND {params} AND {statement.current('h')} AND {statement.current('r')}"
    )


@source.register
def _(criterion: q.Chain, statement: Statement) -> str:
    t = statement.alias("v")
    inner = _driven(criterion.criteria, criterion.type, statement, t)
    params, narrow = statement.is_key("l.param", criterion.params), statement.within("l.patient")
    if criterion.is_canonical:
        own = f"JOIN link c ON c.vid = {t}.vid AND c.param = {statement.bind(CANONICAL, 'bigint')}"
        return f"SELECT l.vid FROM {inner} {own} JOIN link l ON l.target = c.target WHERE {params}{narrow}"
    return f"SELECT l.vid FROM {inner} JOIN link l ON l.target = {t}.ref WHERE {params}{narrow}"


@source.register
def _(criterion: q.Has, statement: Statement) -> str:
    s = statement.alias("v")
    inner = _driven(criterion.criteria, criterion.type, statement, s)
    params = statement.is_key("l.param", criterion.params)
    return (
        f"SELECT r.vid FROM {inner} JOIN link l ON l.vid = {s}.vid JOIN version r ON r.ref = l.target "
        f"WHERE {params} AND {statement.current('r')}"
    )


@source.register
def _(criterion: q.And, statement: Statement) -> str:
    a = statement.alias("v")
    driver = next(filter(can_drive, criterion.criteria))
    rest = tuple(c for c in criterion.criteria if c is not driver)
    return (
        f"SELECT {a}.vid FROM ({source(driver, statement)}) d JOIN version {a} ON {a}.vid = d.vid "
        f"WHERE {conditions(rest, statement, a)}"
    )


@source.register
def _(criterion: q.Or, statement: Statement) -> str:
    if not criterion.criteria:
        return "SELECT 0::bigint AS vid WHERE false"
    return _union(source(c, statement) for c in criterion.criteria)


@source.register
def _(criterion: InSight, statement: Statement) -> str:
    sight = statement.grant.sight
    assert sight is not None  # who sees everything has no use for this set
    params = statement.bind([compartment_key("Patient"), ABOUT], "bigint[]")
    types = f"p.type = ANY({statement.bind(list(criterion.types), 'text[]')})" if criterion.types else "true"
    # OFFSET 0: patient by patient. As a join, the planner takes them for many and reads the links of everybody.
    return (
        f"SELECT l.vid FROM (SELECT DISTINCT patient FROM ({statement.patients_in_sight(sight)}) s) m, "
        f"LATERAL (SELECT vid FROM link WHERE target = m.patient AND param = ANY({params}) OFFSET 0) l "
        f"UNION ALL SELECT p.vid FROM version p WHERE p.patient = 0 AND {types}"
    )


def _driven(criteria: tuple[q.Criterion, ...], type_: str, statement: Statement, v: str) -> str:
    """The current resources of a type that meet the criteria, as a relation named `v`."""
    driver = next(filter(can_drive, criteria))
    rest = tuple(c for c in criteria if c is not driver)
    b = statement.alias("b")
    return (
        f"(SELECT DISTINCT {b}.vid, {b}.ref FROM ({source(driver, statement)}) d JOIN version {b} ON {b}.vid = d.vid "
        f"WHERE {b}.type = {statement.bind(type_, 'text')} AND {statement.current(b)} "
        f"AND {conditions(rest, statement, b)} OFFSET 0) {v}"
    )


def _union(parts: Iterable[str]) -> str:
    return " UNION ALL ".join(f"({part})" for part in parts)
