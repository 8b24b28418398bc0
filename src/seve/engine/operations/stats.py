"""`Observation/$stats`: statistics of a subject's measurements, an Observation for each code with a component for each statistic.

Values in another unit of the same kind are converted to that of the latest measurement; what has no UCUM value, or one that
measures something else, is in `total-count` only. A panel counts by its components and members.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from seve.engine.access.telling import tell_search
from seve.engine.interactions.search import parsed
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter, TooCostly
from seve.fhir import Resource, observation_statistics
from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.search.dates import moment
from seve.fhir.units import convert, is_valid
from seve.store import reading
from seve.store.search import running

_SYSTEM = "http://terminology.hl7.org/CodeSystem/observation-statistics"
_UCUM = "http://unitsofmeasure.org"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_SHORT = {"max": "maximum", "min": "minimum"}  # as the parameter's own documentation writes them
_MOST = 10_000
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Reading:
    """One measurement: its code, its UCUM quantity (None without one), its time in seconds since 1970 (None without one)."""

    code: dict[str, Any]
    quantity: dict[str, Any] | None
    time: float | None


async def stats(call: Call) -> Resource:
    """Parameters with `statistics`, and with `source` when asked for."""
    statistics: list[str] = [_SHORT.get(str(code), str(code)) for code in call.parameters["statistic"]]
    known = {c["code"] for c in core().resources("CodeSystem")[_SYSTEM]["concept"]}
    for code in statistics:
        if code not in known:
            raise _invalid("statistic", code)
    tokens, period = _tokens(call), _period(call)
    sources = await _found(call, tokens, period)
    members = await _members(call, sources)
    groups: dict[str, list[_Reading]] = {}
    for observed in sources:
        for taken in _readings(observed, tokens, members):
            groups.setdefault(_key(taken.code), []).append(taken)
    answers = [_statistics(call, group, statistics, period) for group in groups.values() or [[]]]
    parameters = [{"name": "statistics", "resource": answer} for answer in answers]
    if call.one("include"):
        limit = call.one("limit", len(sources))
        parameters += [{"name": "source", "resource": source} for source in sources[:limit]]
    return {"resourceType": "Parameters", "parameter": parameters}


def _invalid(name: str, value: object) -> InvalidParameter:
    return InvalidParameter(name=name, value=str(value)[:100], expression=f"http.{name}")


def _tokens(call: Call) -> list[tuple[str, str]]:
    """The codes asked for, as (system, code); the system is "" for any."""
    codings = [(coding.get("system", ""), coding.get("code", "")) for coding in call.parameters.get("coding", ())]
    tokens = [(call.one("system", ""), code) for code in call.parameters.get("code", ())] + codings
    if not tokens or not all(code for _, code in tokens):
        raise _invalid("code", "")
    return tokens


def _asked_code(call: Call) -> dict[str, Any]:
    codings = [{"system": system, "code": code} if system else {"code": code} for system, code in _tokens(call)]
    return {"coding": codings}


def _period(call: Call) -> dict[str, str]:
    duration = call.one("duration")
    if duration is None:
        return call.one("period", {})
    if not 0 < duration < 10_000_000:
        raise _invalid("duration", duration)
    end = datetime.now(UTC)
    start = end - timedelta(hours=float(duration))
    return {"start": start.isoformat(timespec="milliseconds"), "end": end.isoformat(timespec="milliseconds")}


async def _found(call: Call, tokens: Sequence[tuple[str, str]], period: dict[str, str]) -> list[Resource]:
    """The observations, the latest first."""
    wanted = ",".join(f"{_escaped(system)}|{_escaped(code)}" if system else _escaped(code) for system, code in tokens)
    subject = call.one("subject").removeprefix(f"{call.engine.base_url}/")
    pairs = [
        ("subject", _escaped(subject)),
        ("combo-code", wanted),
        ("status:not", "entered-in-error"),
        ("_sort", "-date"),
    ]
    pairs += [("date", f"ge{period['start']}")] if "start" in period else []
    pairs += [("date", f"le{period['end']}")] if "end" in period else []
    query = await parsed(call.engine, replace(call.request, query=tuple(pairs), resource=None), types=("Observation",))
    async with call.engine.database.pool.acquire() as connection:
        page = await running.search(connection, call.grant, query, count=_MOST)
    await tell_search(call.engine, call.grant, "Observation", query=urlencode(pairs), shown=page.matches)
    if page.next is not None:
        raise TooCostly(limit=_MOST)
    return [parse(found.body.encode()) for found in page.matches]


def _escaped(text: str) -> str:
    for character in "\\,|$":
        text = text.replace(character, f"\\{character}")
    return text


async def _members(call: Call, sources: Iterable[Resource]) -> dict[str, Resource]:
    """The observations that the sources have as members, by reference."""
    references = {m.get("reference", "") for source in sources for m in source.get("hasMember", ())}
    rows = await reading.several(call.engine.database.pool, call.grant, sorted(references))
    found = [parse((row.body or "{}").encode()) for row in rows if row.type == "Observation"]
    return {f"Observation/{r['id']}": r for r in found if r["status"] != "entered-in-error"}


def _readings(
    observed: Resource, tokens: Sequence[tuple[str, str]], members: dict[str, Resource]
) -> Iterator[_Reading]:
    """A panel that is meant gives all that is in it, another observation its components that are meant."""
    is_meant = _is_any(observed["code"], tokens)
    time = _time(observed)
    if is_meant and ("valueQuantity" in observed or not {"component", "hasMember"} & observed.keys()):
        yield _Reading(observed["code"], _quantity(observed), time)
    for component in observed.get("component", ()):
        if is_meant or _is_any(component["code"], tokens):
            yield _Reading(component["code"], _quantity(component), time)
    for reference in (m.get("reference", "") for m in observed.get("hasMember", ())):
        if is_meant and reference in members and not _is_any(members[reference]["code"], tokens):
            yield from _whole(members[reference])


def _whole(observed: Resource) -> Iterator[_Reading]:
    time = _time(observed)
    if "component" not in observed or "valueQuantity" in observed:
        yield _Reading(observed["code"], _quantity(observed), time)
    for component in observed.get("component", ()):
        yield _Reading(component["code"], _quantity(component), time)


def _is_any(code: dict[str, Any], tokens: Sequence[tuple[str, str]]) -> bool:
    return any(
        coding.get("code") == wanted and system in ("", coding.get("system"))
        for coding in code.get("coding", ())
        for system, wanted in tokens
    )


def _quantity(place: dict[str, Any]) -> dict[str, Any] | None:
    quantity = place.get("valueQuantity", {})
    is_usable = quantity.get("system") == _UCUM and "value" in quantity and "comparator" not in quantity
    return quantity if is_usable and is_valid(quantity.get("code", "")) else None


def _time(observed: Resource) -> float | None:
    period = observed.get("effectivePeriod", {})
    text = observed.get("effectiveDateTime") or observed.get("effectiveInstant") or period.get("start")
    return moment(text)[0] / _MICROSECONDS if text else None


def _key(code: dict[str, Any]) -> str:
    codings = sorted(f"{c.get('system', '')}|{c['code']}" for c in code.get("coding", ()) if "code" in c)
    return codings[0] if codings else code.get("text", "")


def _statistics(call: Call, group: Sequence[_Reading], statistics: Iterable[str], period: dict[str, str]) -> Resource:
    unit: dict[str, Any] = next((taken.quantity for taken in group if taken.quantity), {"code": "1"})
    points = [(taken.time, value) for taken in group if (value := _in(unit["code"], taken.quantity)) is not None]
    components = [c for code in statistics for c in _components(code, points, unit, total=len(group))]
    answer: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": group[0].code if group else _asked_code(call),
        "subject": {"reference": call.one("subject")},
        "effectivePeriod": period or _span(group),
        "component": components,
    }
    return answer if answer["effectivePeriod"] else {k: v for k, v in answer.items() if k != "effectivePeriod"}


def _in(unit: str, quantity: dict[str, Any] | None) -> Decimal | None:
    if quantity is None:
        return None
    value = Decimal(quantity["value"])
    return value if quantity["code"] == unit else convert(value, quantity["code"], unit)


def _span(group: Iterable[_Reading]) -> dict[str, str]:
    times = [taken.time for taken in group if taken.time is not None]
    ends = {"start": min(times, default=None), "end": max(times, default=None)}
    return {name: datetime.fromtimestamp(time, UTC).isoformat() for name, time in ends.items() if time is not None}


def _components(
    code: str, points: Sequence[tuple[float | None, Decimal]], unit: dict[str, Any], *, total: int
) -> Iterator[dict[str, Any]]:
    if code == "count":
        yield _component(code, Decimal(len(points)), "1")
    elif code == "total-count":
        yield _component(code, Decimal(total), "1")
    elif code == "regression":
        line = observation_statistics.regression([(time, value) for time, value in points if time is not None])
        gradient, intercept = line or (None, None)
        yield _component(code, gradient, unit["code"] + "/d", text="gradient")
        yield _component(code, intercept, unit["code"], text="intercept")
    else:
        value = observation_statistics.of_value([value for _, value in points], code)
        yield _component(code, value, observation_statistics.unit_of(unit["code"], code), shown=unit.get("unit"))


def _component(
    code: str, value: Decimal | None, unit: str, *, text: str = "", shown: str | None = None
) -> dict[str, Any]:
    told: dict[str, Any] = {"coding": [{"system": _SYSTEM, "code": code}]}
    if text:
        told["text"] = text
    if value is None:
        absent = {"coding": [{"system": _ABSENT, "code": "not-a-number"}]}
        return {"code": told, "dataAbsentReason": absent}
    named = {"unit": shown} if shown and "(" not in unit and unit != "1" else {}
    return {"code": told, "valueQuantity": {"value": value, **named, "system": _UCUM, "code": unit}}


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/Observation-stats", stats),)
