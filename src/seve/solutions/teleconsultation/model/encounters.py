"""The act as an Encounter of class VR: planned, arrived (the waiting room), in progress, finished or cancelled, with its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.extensions import BASE, own
from seve.france.identity.trust import MODE_SYSTEM
from seve.france.remote import Act, Circumstances, named
from seve.solutions.teleconsultation.model.arrivals import Arrival, Way, way_of
from seve.solutions.teleconsultation.model.visits import ACT_CODE, ACTS, moment, patient_of

WAY: Final = "urn:seve:teleconsultation:way"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PROOFS: Final = ("CN", "PA", "CS", "LE", "KNOWN")
"""What was shown: identity card, passport, residence permit, family record book (codes of FR Core), or nothing, since the patient
is known to the professional.
"""
Stopped: TypeAlias = Literal["network", "absent", "wrong_person", "unfit"]
STOPPED: Final[tuple[Stopped, ...]] = ("network", "absent", "wrong_person", "unfit")
MOST: Final = 4
"""People in a call."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the professional said when they began: `proof` of identity, the act, why it is relevant at a distance ("" where not asked)."""

    act: Act
    proof: str
    relevance: str


def begun(
    appointment: Resource, arrival: Arrival | None, by: str, said: Begun, *, now: str, relative: str = ""
) -> Resource:
    """The act under way. `relative` is the RelatedPerson who came for the patient, or ""."""
    way: Way = arrival.way if arrival else "video"
    people = [_participant("PPRF", by, now)]
    if relative:
        people.append(_participant("PART", relative, now))
    made: Resource = {
        "resourceType": "Encounter",
        "extension": list(_said(said, by, now)),
        "status": "in-progress",
        "statusHistory": _history(appointment, arrival, now),
        "class": {"system": ACT_CODE, "code": "VR", "display": "virtual"},
        "type": [_concept(ACTS, said.act), _concept(WAY, way)],
        "subject": {"reference": patient_of(appointment)},
        "participant": people,
        "appointment": [{"reference": f"Appointment/{appointment['id']}"}],
        "period": {"start": now},
    }
    return made


def invited(encounter: Resource, reference: str, *, now: str) -> Resource:
    """With one more participant, once."""
    if reference in participants(encounter):
        return encounter
    return {**encounter, "participant": [*encounter.get("participant", ()), _participant("SPRF", reference, now)]}


def by_way(encounter: Resource, way: Way) -> Resource:
    """The act goes on by another way: it was video, it is voice or messages now, and stays an act."""
    others = [one for one in encounter.get("type", ()) if _code(one, WAY) != way]
    return {**encounter, "type": [*others, _concept(WAY, way)]}


def ended(encounter: Resource, *, now: str, circumstances: Circumstances, has_note: bool) -> Resource:
    """Finished, with what the tariff asks."""
    facts = {
        "knows-patient": circumstances.knows_patient,
        "in-pathway": circumstances.is_in_pathway,
        "has-report": has_note,
    }
    said = [{"url": name, "valueBoolean": fact} for name, fact in facts.items() if fact is not None]
    return _closed(encounter, "finished", {"url": f"{BASE}tariff-facts", "extension": said}, now)


def stopped(encounter: Resource, why: Stopped, *, now: str) -> Resource:
    """Broken off: no act took place, and what was said or measured stays."""
    return _closed(encounter, "cancelled", {"url": f"{BASE}stopped-because", "valueCode": why}, now)


def reason_of(text: str) -> Stopped | None:
    """A reason to break off, or None for something else."""
    return next((one for one in STOPPED if one == text), None)


def participants(encounter: Resource) -> tuple[str, ...]:
    """Who takes part, beside the patient."""
    found = (one.get("individual", {}).get("reference", "") for one in encounter.get("participant", ()))
    return tuple(filter(None, found))


def act_of(encounter: Resource) -> Act:
    """The act; a teleconsultation when nothing else is said."""
    found = next((named(code) for one in encounter.get("type", ()) if (code := _code(one, ACTS))), None)
    return found.name if found else "teleconsultation"


def ways_of(encounter: Resource) -> tuple[Way, ...]:
    """The ways that it took, the present one last."""
    found: list[Way | None] = [way_of(_code(one, WAY)) for one in encounter.get("type", ())]
    return tuple(one for one in found if one is not None)


def why_stopped(encounter: Resource) -> str:
    """Why it was broken off, "" when it was not."""
    return str(_extension(encounter, "stopped-because").get("valueCode", ""))


def circumstances_of(encounter: Resource) -> Circumstances:
    """What the tariff asks, as it was said at the end."""
    facts: Mapping[str, bool] = {
        one["url"]: one["valueBoolean"] for one in _extension(encounter, "tariff-facts").get("extension", ())
    }
    return Circumstances(facts.get("knows-patient"), facts.get("in-pathway"), facts.get("has-report"))


def _said(said: Begun, by: str, now: str) -> list[dict[str, Any]]:
    system = {} if said.proof == "KNOWN" else {"system": MODE_SYSTEM}
    check = [
        {"url": "proof", "valueCoding": {**system, "code": said.proof}},
        {"url": "by", "valueReference": {"reference": by}},
        {"url": "at", "valueDateTime": now},
    ]
    found: list[dict[str, Any]] = [{"url": f"{BASE}identity-check", "extension": check}]
    if said.relevance:
        found.append({"url": f"{BASE}relevance", "valueString": said.relevance})
    return found


def _history(appointment: Resource, arrival: Arrival | None, now: str) -> list[dict[str, Any]]:
    booked = appointment.get("created") or appointment.get("meta", {}).get("lastUpdated", now)
    came = arrival.at if arrival else now
    return [
        {"status": "planned", "period": {"start": _earlier(booked, came), "end": came}},
        {"status": "arrived", "period": {"start": came, "end": now}},
    ]


def _earlier(one: str, other: str) -> str:
    """The earlier of two instants, which may be written in two zones; the other where one can't be read."""
    first, second = moment(one), moment(other)
    return one if first and second and first < second else other


def _closed(encounter: Resource, status: str, extension: dict[str, Any], now: str) -> Resource:
    running = {"status": "in-progress", "period": {"start": encounter["period"]["start"], "end": now}}
    return {
        **encounter,
        "status": status,
        "statusHistory": [*encounter.get("statusHistory", ()), running],
        "period": {**encounter["period"], "end": now},
        "extension": [*encounter.get("extension", ()), extension],
    }


def _participant(kind: str, reference: str, now: str) -> dict[str, Any]:
    return {
        "type": [{"coding": [{"system": _PARTICIPATION, "code": kind}]}],
        "individual": {"reference": reference},
        "period": {"start": now},
    }


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _code(concept: Mapping[str, Any], system: str) -> str:
    return next((one.get("code", "") for one in concept.get("coding", ()) if one.get("system") == system), "")


def _extension(encounter: Resource, name: str) -> Mapping[str, Any]:
    return next(iter(own(encounter, name)), {})
