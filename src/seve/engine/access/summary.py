"""What a carer needs to know of a patient at once, on one screen (N06): built by searches under their own grant, so that it
shows what they may see and leaves its entries in the trail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from seve.engine.dispatch import perform
from seve.engine.refusals import NotFound
from seve.engine.requests import Pairs, Request
from seve.engine.rights.people import name_of, people
from seve.fhir import Resource
from seve.store.access.admission import Unknown

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

Name: TypeAlias = Literal[
    "allergies", "problems", "treatments", "results", "directives", "contacts", "implants", "blood_group"
]
_BLOOD_GROUP = "http://loinc.org|882-1,http://loinc.org|883-9,http://loinc.org|10331-7,http://snomed.info/sct|365637002"
_A05 = "urn:oid:1.2.250.1.213.1.1.4.12"
_DIRECTIVES = (
    f"http://loinc.org|42348-3,http://loinc.org|75320-2,http://loinc.org|81334-5,{_A05}|EXPPAT_1,{_A05}|EXPPAT_3"
)
_MOST = 30
_RESULTS = 10
_DATES = (
    "effectiveDateTime", "onsetDateTime", "performedDateTime", "occurrenceDateTime", "authoredOn", "dateAsserted", "date",
    "recordedDate", "issued", "timingDateTime", "recordedOn",
)  # fmt: skip
_SOURCES = ("recorder", "asserter", "requester", "informationSource", "author", "performer", "source")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to know. `at` is a FHIR date, "" when it isn't told; `source` who says so; `reference` where it is written."""

    words: str
    at: str
    source: str
    reference: str


@dataclass(frozen=True, slots=True)
class Section:
    """Of one kind; `lines` empty: nothing that the reader may see."""

    name: Name
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """`identifiers` are values; `birth_date` a FHIR date."""

    patient: str
    name: str
    birth_date: str
    gender: str
    identifiers: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    type: str
    parameter: str
    query: Pairs = ()
    words: Callable[[Resource], str] | None = None


async def summary(engine: Engine, grant: Grant, patient_id: str) -> Summary:
    """The summary of a patient. Raises NotFound when the reader doesn't see the patient."""
    try:
        answer = await perform(engine, grant, Request("GET", f"Patient/{patient_id}"))
    except Unknown as unknown:
        raise NotFound(type="Patient", id=patient_id) from unknown
    patient = answer.resource
    found = await asyncio.gather(*(_section(engine, grant, patient_id, name) for name in _ASKED))
    sections = [Section(name, lines) for name, lines in zip(_ASKED, found, strict=True)]
    contacts = next(section for section in sections if section.name == "contacts")
    sections[sections.index(contacts)] = Section("contacts", (*_own_contacts(patient), *contacts.lines))
    identifiers = tuple(str(one["value"]) for one in patient.get("identifier", ()) if one.get("value"))
    return Summary(
        f"Patient/{patient_id}",
        name_of(patient),
        patient.get("birthDate", ""),
        patient.get("gender", ""),
        identifiers,
        tuple(sections),
    )


async def _section(engine: Engine, grant: Grant, patient_id: str, name: Name) -> tuple[Line, ...]:
    resources = list[tuple[_Asked, Resource]]()
    for asked in _ASKED[name]:
        count = _RESULTS if name == "results" else _MOST
        query = ((asked.parameter, f"Patient/{patient_id}"), *asked.query, ("_count", str(count)))
        answer = await perform(engine, grant, Request("GET", asked.type, query=query))
        resources += [(asked, one["resource"]) for one in answer.resource.get("entry", ())]
    sources = {id(resource): _source(resource) for _, resource in resources}
    known = await people(engine, grant, (reference for reference, _ in sources.values()))
    lines = [_line(asked, resource, sources[id(resource)], known) for asked, resource in resources]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True)) if name == "results" else tuple(lines)


def _line(asked: _Asked, resource: Resource, source: tuple[str, str], known: dict[str, Any]) -> Line:
    reference, display = source
    name = known[reference].name if reference in known else ""
    words = asked.words or _coded
    return Line(words(resource), _date(resource), name or display, f"{resource['resourceType']}/{resource['id']}")


def _source(resource: Resource) -> tuple[str, str]:
    """Who says so: a reference, and the name that stands beside it."""
    for key in _SOURCES:
        value = resource.get(key)
        one: Any = value[0] if isinstance(value, list) and value else value
        if isinstance(one, dict):
            inner = one.get("actor", one)
            return inner.get("reference", ""), inner.get("display", "")
    return "", ""


def _date(resource: Resource) -> str:
    for key in _DATES:
        if isinstance(resource.get(key), str):
            return str(resource[key])
    for key in ("effectivePeriod", "onsetPeriod", "performedPeriod", "period"):
        if start := resource.get(key, {}).get("start"):
            return str(start)
    return ""


def _words(concept: Any) -> str:
    """A CodeableConcept or a reference."""
    if not isinstance(concept, dict):
        return ""
    displays = (coding.get("display") or coding.get("code", "") for coding in concept.get("coding", ()))
    return str(concept.get("text") or next(filter(None, displays), "") or concept.get("display", ""))


def _coded(resource: Resource) -> str:
    return _words(resource.get("code"))


def _allergy(resource: Resource) -> str:
    reactions = (_words(one) for reaction in resource.get("reaction", ()) for one in reaction.get("manifestation", ()))
    told = ", ".join(filter(None, reactions))
    severe = " (!)" if resource.get("criticality") == "high" else ""
    return f"{_coded(resource)}{severe}{' : ' + told if told else ''}"


def _treatment(resource: Resource) -> str:
    name = _words(resource.get("medicationCodeableConcept")) or _words(resource.get("medicationReference"))
    dosages = resource.get("dosageInstruction") or resource.get("dosage") or ()
    told = "; ".join(filter(None, (dosage.get("text", "") for dosage in dosages)))
    return f"{name}{' : ' + told if told else ''}"


def _result(resource: Resource) -> str:
    inner = (f"{_words(one.get('code'))} {value}" for one in resource.get("component", ()) if (value := _value(one)))
    told = _value(resource) or ", ".join(inner) or str(resource.get("conclusion", ""))
    flags = " ".join(filter(None, map(_words, resource.get("interpretation", ()))))
    return f"{_coded(resource)}{' : ' + told if told else ''}{' (' + flags + ')' if flags else ''}"


def _value(resource: Resource) -> str:
    if quantity := resource.get("valueQuantity"):
        return f"{quantity.get('comparator', '')}{quantity.get('value', '')} {quantity.get('unit') or quantity.get('code', '')}".strip()
    return _words(resource.get("valueCodeableConcept")) or str(resource.get("valueString", ""))


def _document(resource: Resource) -> str:
    return str(resource.get("description", "")) or _words(resource.get("type"))


def _device(resource: Resource) -> str:
    names = (name.get("name", "") for name in resource.get("deviceName", ()))
    return _words(resource.get("type")) or next(filter(None, names), "") or _words(resource.get("device"))


def _relative(resource: Resource) -> str:
    kin = ", ".join(filter(None, map(_words, resource.get("relationship", ()))))
    return " · ".join(filter(None, (name_of(resource), kin, *_numbers(resource))))


def _own_contacts(patient: Resource) -> Iterator[Line]:
    for contact in patient.get("contact", ()):
        named = {
            "name": [contact["name"]] if "name" in contact else [],
            **{k: contact[k] for k in contact if k != "name"},
        }
        yield Line(_relative(named), "", "", f"Patient/{patient['id']}")


def _numbers(resource: Resource) -> list[str]:
    return [str(one["value"]) for one in resource.get("telecom", ()) if one.get("value")]


_NEWEST = (("_sort", "-date"),)
_ASKED: dict[Name, tuple[_Asked, ...]] = {
    "allergies": (
        _Asked("AllergyIntolerance", "patient", (("clinical-status:not", "resolved"), ("verification-status:not", "entered-in-error,refuted")), _allergy),
    ),
    "problems": (
        _Asked("Condition", "subject", (("clinical-status:not", "resolved,inactive,remission"), ("verification-status:not", "entered-in-error,refuted"))),
    ),
    "treatments": (
        _Asked("MedicationStatement", "subject", (("status", "active,intended"),), _treatment),
        _Asked("MedicationRequest", "subject", (("status", "active"),), _treatment),
    ),
    "results": (
        _Asked("Observation", "subject", (("status:not", "entered-in-error,cancelled"), *_NEWEST), _result),
        _Asked("DiagnosticReport", "subject", (("status:not", "entered-in-error,cancelled"), *_NEWEST), _result),
    ),
    "directives": (_Asked("DocumentReference", "subject", (("type", _DIRECTIVES), ("status", "current")), _document),),
    "contacts": (_Asked("RelatedPerson", "patient", (("active:not", "false"),), _relative),),
    "implants": (
        _Asked("DeviceUseStatement", "subject", (), _device),
        _Asked("Device", "patient", (("status:not", "entered-in-error,inactive"),), _device),
    ),
    "blood_group": (_Asked("Observation", "subject", (("code", _BLOOD_GROUP), ("status:not", "entered-in-error")), _result),),
}  # fmt: skip
