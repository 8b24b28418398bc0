"""`$everything`: all that is in the compartment of a patient, an encounter or a group's patients, and what it refers to."""

from __future__ import annotations

from functools import cache

from seve.engine.interactions.search import answered, compartment
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import Gone, InvalidParameter, NotFound
from seve.engine.requests import Answer
from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.search.dates import moment
from seve.fhir.search.entries import END
from seve.fhir.search.query import (
    And,
    Criterion,
    DateMatch,
    DateRange,
    Include,
    LastUpdatedMatch,
    Not,
    Or,
    PresentMatch,
    Query,
)

_CARE_DATES = (
    "date",
    "effective",
    "onset-date",
    "performed",
    "authoredon",
    "occurrence",
    "period",
    "issued",
    "created",
    "recorded",
)


async def everything(call: Call) -> Answer:
    """A searchset, by pages of `_count`; the start is the resource itself."""
    stored = await call.engine.reads.read(call.grant, call.type, call.id) if call.id else None
    if call.id and stored is None:
        raise NotFound(type=call.type, id=call.id)
    if stored is not None and stored.body is None:
        raise Gone(type=call.type, id=call.id)
    criteria = [_scope(call, stored.body if stored else None), *_since(call), *_care(call)]
    types = tuple(dict.fromkeys(code for value in call.parameters.get("_type", ()) for code in value.split(",")))
    for type_ in types:
        if type_ not in call.engine.definitions.resource_types:
            raise InvalidParameter(name="_type", value=type_, expression="http._type")
    count = call.one("_count")
    if count is not None and count < 1:
        raise InvalidParameter(name="_count", value=count, expression="http._count")
    if not call.id and not types:
        types = types_of_patients()
    outside = [Include(text="$everything", source="*", parameters=(), params=(), target=type_) for type_ in _outside()]
    query = Query(
        types=types,
        criteria=tuple(criteria),
        count=count or call.engine.limits.page_most,
        includes=tuple(outside) if call.id and not types else (),
        pairs=call.request.query,
    )
    return await answered(call.engine, call.grant, call.request, query)


def _scope(call: Call, body: str | None) -> Criterion:
    if call.type == "Group":
        members = parse((body or "{}").encode()).get("member", ())
        references = (member.get("entity", {}).get("reference", "") for member in members)
        return Or(tuple(compartment("Patient", r[8:]) for r in references if r.startswith("Patient/")))
    if call.id:
        return compartment(call.type, call.id)
    return And(())


def _since(call: Call) -> list[Criterion]:
    since = call.one("_since")
    if since is None:
        return []
    lo, hi = _moment("_since", since)
    return [LastUpdatedMatch(f"_since={since}", (DateRange("ge", lo, hi),))]


def _care(call: Call) -> list[Criterion]:
    """`start` and `end` bound the dates of care; what has no such date is always included."""
    criteria: list[Criterion] = []
    keys = _care_keys(call)
    for name, prefix in (("start", "ge"), ("end", "le")):
        value = call.one(name)
        if value is not None:
            lo, hi = _moment(name, value)
            dated = DateMatch(f"{name}={value}", keys, (DateRange("ge" if prefix == "ge" else "le", lo, hi),))
            criteria.append(Or((Not(PresentMatch("", keys)), dated)))
    return criteria


def _care_keys(call: Call) -> tuple[int, ...]:
    found = (
        parameter
        for type_ in sorted(call.engine.definitions.resource_types)
        for code in _CARE_DATES
        if (parameter := call.engine.parameters.get(type_, code)) and parameter.type == "date"
    )
    return tuple(key for parameter in found for key in parameter.keys)


def _moment(name: str, text: str) -> tuple[int, int]:
    try:
        lo, hi = moment(text)
    except ValueError as error:
        raise InvalidParameter(name=name, value=text[:40], expression=f"http.{name}") from error
    return lo, min(hi, END)


@cache
def _outside() -> tuple[str, ...]:
    """The types that are in no patient's compartment: practitioners, places, medications and the like."""
    definition = core().resources("CompartmentDefinition")["http://hl7.org/fhir/CompartmentDefinition/patient"]
    return tuple(row["code"] for row in definition["resource"] if not row.get("param") and row["code"] != "Patient")


@cache
def types_of_patients() -> tuple[str, ...]:
    """The types of patients' compartments, for `Patient/$everything` without an id, which is about all patients."""
    return tuple(sorted(t for t in core().resource_types if t not in _outside()))


OPERATIONS = tuple(
    Operation(f"http://hl7.org/fhir/OperationDefinition/{type_}-everything", everything)
    for type_ in ("Patient", "Encounter", "Group")
)
