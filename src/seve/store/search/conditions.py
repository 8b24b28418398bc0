"""A criterion as a test on one version row (alias `v`): what remains to be checked once another criterion drives.

Each test is a subquery that the planner can't turn around (`OFFSET 0`): it is a probe by `vid` into one index.
"""

from __future__ import annotations

from functools import singledispatch

from seve.fhir.search import query as q
from seve.fhir.search.keys import CANONICAL, WIDE, compartment_key
from seve.kernel.identifiers import EPOCH_MILLISECONDS, SHIFT
from seve.store.lexemes import question
from seve.store.search import ranges
from seve.store.search.arguments import Statement

EARTH_RADIUS_METRES = 6_371_000
_BY_VID = (
    q.TokenMatch, q.ReferenceMatch, q.CompartmentMatch, q.StringMatch, q.DateMatch, q.QuantityMatch, q.PairMatch
)  # fmt: skip
LAST_CHARACTER = "\U0010ffff"


@singledispatch
def condition(criterion: q.Criterion, statement: Statement, v: str) -> str:
    """SQL that is true when the version `v` meets the criterion."""
    del statement, v
    raise TypeError(f"a {type(criterion).__name__} must be resolved before it reaches SQL")


def conditions(criteria: tuple[q.Criterion, ...], statement: Statement, v: str, *, entry: str = "") -> str:
    """All of them. `entry` is a row with the version's `vid`, by which tests fail before the version is fetched."""
    rows = (entry if entry and isinstance(c, _BY_VID) else v for c in criteria)
    return " AND ".join(condition(c, statement, row) for c, row in zip(criteria, rows, strict=True)) or "true"


def negated(sql: str, is_negated: bool) -> str:
    """The opposite, when asked for."""
    return f"NOT {sql}" if is_negated else sql


@condition.register
def _(criterion: q.TokenMatch, statement: Statement, v: str) -> str:
    probe = f"EXISTS (SELECT 1 FROM posting p WHERE {statement.is_key('p.key', criterion.keys)} AND p.vid = {v}.vid OFFSET 0)"
    return negated(probe, criterion.is_negated)


@condition.register
def _(criterion: q.PresentMatch, statement: Statement, v: str) -> str:
    return negated(f"({v}.present && {statement.bind(list(criterion.keys), 'bigint[]')})", criterion.is_negated)


@condition.register
def _(criterion: q.ReferenceMatch, statement: Statement, v: str) -> str:
    params, targets = statement.is_key("l.param", criterion.params), statement.is_key("l.target", criterion.targets)
    probe = f"EXISTS (SELECT 1 FROM link l WHERE l.vid = {v}.vid AND {params} AND {targets} OFFSET 0)"
    return negated(probe, criterion.is_negated)


@condition.register
def _(criterion: q.CompartmentMatch, statement: Statement, v: str) -> str:
    return condition(compartment_links(criterion), statement, v)


@condition.register
def _(criterion: q.HierarchyMatch, statement: Statement, v: str) -> str:
    params = statement.is_key("l.param", criterion.params)
    family = hierarchy(criterion, statement)
    return f"EXISTS (SELECT 1 FROM link l WHERE l.vid = {v}.vid AND {params} AND l.target IN ({family}) OFFSET 0)"


@condition.register
def _(criterion: q.StringMatch, statement: Statement, v: str) -> str:
    t = statement.alias("t")
    found = " OR ".join(string_test(criterion, value, statement, t) for value in criterion.values)
    keys = statement.is_key(f"{t}.key", criterion.keys)
    return f"EXISTS (SELECT 1 FROM text_value {t} WHERE {t}.vid = {v}.vid AND {keys} AND ({found}) OFFSET 0)"


@condition.register
def _(criterion: q.DateMatch, statement: Statement, v: str) -> str:
    m = statement.alias("m")
    found = " OR ".join(f"({ranges.date(statement, m, searched)})" for searched in criterion.ranges)
    keys = statement.is_key(f"{m}.key", [*criterion.keys, *(key ^ WIDE for key in criterion.keys)])
    return f"EXISTS (SELECT 1 FROM moment {m} WHERE {m}.vid = {v}.vid AND {keys} AND ({found}) OFFSET 0)"


@condition.register
def _(criterion: q.LastUpdatedMatch, statement: Statement, v: str) -> str:
    time = f"(({v}.vid >> {SHIFT}) + {EPOCH_MILLISECONDS}) * 1000"
    moment = f"(SELECT {time} AS lo, {time} + 1 AS hi)"
    u = statement.alias("u")
    found = " OR ".join(f"({ranges.date(statement, u, searched)})" for searched in criterion.ranges)
    return f"EXISTS (SELECT 1 FROM {moment} {u} WHERE {found})"


@condition.register
def _(criterion: q.QuantityMatch, statement: Statement, v: str) -> str:
    n = statement.alias("n")
    found = " OR ".join(quantity_tests(criterion, statement, n))
    return f"EXISTS (SELECT 1 FROM quantity {n} WHERE {n}.vid = {v}.vid AND ({found}) OFFSET 0)"


@condition.register
def _(criterion: q.PairMatch, statement: Statement, v: str) -> str:
    n = statement.alias("n")
    return (
        f"EXISTS (SELECT 1 FROM quantity {n} WHERE {n}.vid = {v}.vid AND {pair_test(criterion, statement, n)} OFFSET 0)"
    )


@condition.register
def _(criterion: q.IdMatch, statement: Statement, v: str) -> str:
    return negated(f"({v}.id = ANY({statement.bind(list(criterion.ids), 'text[]')}))", criterion.is_negated)


@condition.register
def _(criterion: q.Near, statement: Statement, v: str) -> str:
    o = statement.alias("o")
    keys = statement.is_key(f"{o}.key", criterion.keys)
    found = " OR ".join(near_test(place, statement, o) for place in criterion.places)
    return f"EXISTS (SELECT 1 FROM position {o} WHERE {o}.vid = {v}.vid AND {keys} AND ({found}) OFFSET 0)"


@condition.register
def _(criterion: q.TextMatch, statement: Statement, v: str) -> str:
    return f"EXISTS (SELECT 1 FROM words w WHERE w.vid = {v}.vid AND {words_test(criterion, statement)} OFFSET 0)"


@condition.register
def _(criterion: q.ListMatch, statement: Statement, v: str) -> str:
    lists = statement.is_key("h.ref", list_refs(criterion))
    params = statement.is_key("l.param", criterion.params)
    return (
        f"EXISTS (SELECT 1 FROM link l JOIN version h ON h.vid = l.vid "
        f"WHERE l.target = {v}.ref AND {params} AND {lists} AND {statement.current('h')} OFFSET 0)"
    )


@condition.register
def _(criterion: q.Chain, statement: Statement, v: str) -> str:
    t, link = statement.alias("v"), statement.alias("l")
    params = statement.is_key(f"{link}.param", criterion.params)
    inner = (
        f"{t}.type = {statement.bind(criterion.type, 'text')} AND {statement.current(t)} "
        f"AND {conditions(criterion.criteria, statement, t)}"
    )
    if criterion.is_canonical:
        own = statement.alias("l")
        target = (
            f"SELECT 1 FROM link {own} JOIN version {t} ON {t}.vid = {own}.vid WHERE {own}.param = "
            f"{statement.bind(CANONICAL, 'bigint')} AND {own}.target = {link}.target AND {inner}"
        )
    else:
        target = f"SELECT 1 FROM version {t} WHERE {t}.ref = {link}.target AND {inner}"
    return f"EXISTS (SELECT 1 FROM link {link} WHERE {link}.vid = {v}.vid AND {params} AND EXISTS ({target} OFFSET 0) OFFSET 0)"


@condition.register
def _(criterion: q.Has, statement: Statement, v: str) -> str:
    s, link = statement.alias("v"), statement.alias("l")
    params = statement.is_key(f"{link}.param", criterion.params)
    return (
        f"EXISTS (SELECT 1 FROM link {link} JOIN version {s} ON {s}.vid = {link}.vid WHERE {params} "
        f"AND {link}.target = {v}.ref AND {s}.type = {statement.bind(criterion.type, 'text')} "
        f"AND {statement.current(s)} AND {conditions(criterion.criteria, statement, s)} OFFSET 0)"
    )


@condition.register
def _(criterion: q.And, statement: Statement, v: str) -> str:
    return f"({conditions(criterion.criteria, statement, v)})"


@condition.register
def _(criterion: q.Or, statement: Statement, v: str) -> str:
    return "(" + (" OR ".join(condition(c, statement, v) for c in criterion.criteria) or "false") + ")"


@condition.register
def _(criterion: q.Not, statement: Statement, v: str) -> str:
    return f"NOT ({condition(criterion.criterion, statement, v)})"


def compartment_links(criterion: q.CompartmentMatch) -> q.ReferenceMatch:
    """Compartments of every kind are links under the compartment's own key."""
    return q.ReferenceMatch(criterion.text, (compartment_key(criterion.kind),), criterion.targets)


def list_refs(criterion: q.ListMatch) -> list[int]:
    """The keys of the List resources."""
    from seve.fhir.search.keys import value_key

    return [value_key(f"List/{id_}") for id_ in criterion.ids]


def string_test(criterion: q.StringMatch, value: str, statement: Statement, t: str) -> str:
    """The string row `t` begins with or contains `value`."""
    if criterion.operator == "contains":
        return f"position({statement.bind(value, 'text')} IN {t}.value) > 0"
    low, high = statement.bind(value, "text"), statement.bind(value + LAST_CHARACTER, "text")
    return f"({t}.value >= {low} AND {t}.value < {high})"


def quantity_tests(criterion: q.QuantityMatch, statement: Statement, n: str) -> list[str]:
    """The alternatives that a quantity row `n` may satisfy: as a point, or as a range under the wide key."""
    return [
        f"({statement.is_key(f'{n}.key', keys)} AND {test(statement, n, searched)})"
        for searched in criterion.ranges
        for keys, test in (
            (searched.keys, ranges.point),
            (tuple(key ^ WIDE for key in searched.keys), ranges.spread),
        )
    ]


def pair_test(criterion: q.PairMatch, statement: Statement, n: str) -> str:
    """The quantity row `n` holds two numbers, each of which satisfies its own range."""
    keys = statement.is_key(f"{n}.key", tuple(key ^ WIDE for key in criterion.keys))
    first = ranges.point(statement, n, criterion.first)
    second = ranges.point(statement, n, criterion.second).replace(f"{n}.lo", f"{n}.hi")
    return f"{keys} AND {first} AND {second}"


def near_test(place: q.Place, statement: Statement, o: str) -> str:
    """The position row `o` lies within the circle: a band of latitude first, then the great-circle distance."""
    latitude, longitude = statement.bind(place.latitude, "float8"), statement.bind(place.longitude, "float8")
    distance = statement.bind(place.distance_metres, "float8")
    band = f"{distance} / 111000.0"
    sine = f"sind(({o}.latitude - {latitude}) / 2)"
    cross = f"cosd({latitude}) * cosd({o}.latitude) * power(sind(({o}.longitude - {longitude}) / 2), 2)"
    arc = f"2 * {EARTH_RADIUS_METRES} * asin(least(1, sqrt(power({sine}, 2) + {cross})))"
    return f"({o}.latitude BETWEEN {latitude} - {band} AND {latitude} + {band} AND {arc} <= {distance})"


def words_test(criterion: q.TextMatch, statement: Statement) -> str:
    """The words row `w` holds the words, in French or in English."""
    asked = question(criterion.words, in_narrative=criterion.field == "narrative")
    return f"w.words @@ {statement.bind(asked, 'text')}::tsquery"


def hierarchy(criterion: q.HierarchyMatch, statement: Statement) -> str:
    """The refs of the targets and of all below (or above) them; a cycle ends where it began (UNION)."""
    parents, targets = (
        statement.is_key("l.param", criterion.parents),
        statement.bind(list(criterion.targets), "bigint[]"),
    )
    step = (
        "SELECT h.ref FROM family f JOIN link l ON l.target = f.ref JOIN version h ON h.vid = l.vid"
        if criterion.operator == "below"
        else "SELECT l.target FROM family f JOIN version h ON h.ref = f.ref JOIN link l ON l.vid = h.vid"
    )
    return (
        f"WITH RECURSIVE family (ref) AS (SELECT unnest({targets}) UNION {step} "
        f"WHERE {parents} AND {statement.current('h')}) SELECT ref FROM family"
    )
