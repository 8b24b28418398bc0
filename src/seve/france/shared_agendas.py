"""Free times as French platforms ask for them: *gestion d'agendas partagés* (GAP 3.0.0, on FR Core) and *service d'accès aux soins*
(SAS 1.2.0, volet agrégateur, on the older FR Core 1.1.0 whose canonicals are of interopsante.org). Both of ANS, in FHIR R4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource

Volet: TypeAlias = Literal["gap", "sas"]
VOLETS: Final[tuple[Volet, ...]] = ("gap", "sas")

GAP_SLOT: Final = "https://interop.esante.gouv.fr/ig/fhir/gap/StructureDefinition/gap-fr-slot"
GAP_SCHEDULE: Final = "https://interop.esante.gouv.fr/ig/fhir/gap/StructureDefinition/gap-fr-schedule"
GAP_BUNDLE: Final = (
    "https://interop.esante.gouv.fr/ig/fhir/gap/StructureDefinition/gap-bundle-reponse-demande-consult-dispo"
)
_SAS: Final = "http://sas.fr/fhir/StructureDefinition/"
SAS_SLOT: Final = f"{_SAS}FrSlotAgregateur"
SAS_BUNDLE: Final = f"{_SAS}BundleAgregateur"
_CORE: Final = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
_R314: Final = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
_R38: Final = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
_ACT: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0276"
_OLD: Final = "http://interopsante.org/fhir/CodeSystem/"
_PERSON: Final = "urn:oid:1.2.250.1.71.4.2.1"
_STRUCTURE: Final = "urn:oid:1.2.250.1.71.4.2.2"
_ENCOUNTERS: Final = {"site": "AMB", "video": "VR", "home": "HH"}
"""How one meets, as v3-ActCode says it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A free time. `specialties` are codes of TRE_R38, `reason` the code and words of what one may come for; `link` books it."""

    schedule: str
    start: datetime
    end: datetime
    modes: Sequence[str]
    specialties: Sequence[str]
    reason: tuple[str, str]
    link: str

    @property
    def id(self) -> str:
        """The same for the same time of the same agenda."""
        stem = (
            self.schedule if len(self.schedule) <= 48 else blake2b(self.schedule.encode(), digest_size=16).hexdigest()
        )
        return f"{stem}.{int(self.start.timestamp()) // 60}"


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives the time: identifiers as the directory has them (IDNPS, IDNST), and where. An address is a FHIR Address."""

    practitioner: str
    role: str
    rpps: str
    family: str
    given: str
    structure: str
    address: Mapping[str, Any]
    place: str


def slot(offer: Offer, volet: Volet) -> Resource:
    """One free time."""
    found: Resource = {
        "resourceType": "Slot",
        "id": offer.id,
        "meta": {"profile": [GAP_SLOT]},
        "schedule": {"reference": f"Schedule/{offer.schedule}"},
        "status": "free",
        "start": offer.start.isoformat(timespec="seconds"),
        "end": offer.end.isoformat(timespec="seconds"),
        "comment": offer.link,
    }
    if offer.specialties:
        found["specialty"] = [{"coding": [{"system": _R38, "code": code}]} for code in offer.specialties]
    if volet == "gap":
        found["serviceType"] = [{"coding": [{"code": offer.reason[0]}], "text": offer.reason[1]}]
        return found
    found["meta"] = {"profile": [SAS_SLOT], "security": [{"system": _R314, "code": "PUBLIC"}]}
    found["serviceType"] = [{"coding": [{"system": _ACT, "code": _ENCOUNTERS[mode]}]} for mode in offer.modes]
    found["appointmentType"] = {"coding": [{"system": _TYPES, "code": "ROUTINE"}]}
    return found


def schedule(id_: str, giver: Giver, volet: Volet, *, reasons: Iterable[tuple[str, str, int]] = ()) -> Resource:
    """The agenda of free times, without who takes them. `reasons` are code, words and minutes."""
    actors = [{"reference": one} for one in (giver.role, giver.practitioner) if one]
    if volet == "sas":
        return {
            "resourceType": "Schedule",
            "id": id_,
            "meta": {"profile": [f"{_SAS}FrScheduleAgregateur"]},
            "actor": actors,
        }
    return {
        "resourceType": "Schedule",
        "id": id_,
        "meta": {"profile": [GAP_SCHEDULE]},
        "extension": [_lasts(*one) for one in reasons],
        "active": True,
        "actor": actors,
    }


def answer(
    offers: Sequence[Offer],
    givers: Mapping[str, Giver],
    volet: Volet,
    *,
    url: str,
    site: str,
    schedules: Mapping[str, Resource],
) -> Resource:
    """What a search for free times answers: slots, with the agendas they are of and, for SAS, the people. `site` begins full URLs."""
    matched = [slot(one, volet) for one in offers]
    named = list(dict.fromkeys(one.schedule for one in offers))
    included = [schedules[one] for one in named if one in schedules]
    if volet == "sas":
        included += _people(givers[one] for one in named if one in givers)
    entries = [
        {"fullUrl": f"{site}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": mode}}
        for mode, group in (("match", matched), ("include", included))
        for one in group
    ]
    found: Resource = {
        "resourceType": "Bundle",
        "meta": {"profile": [GAP_BUNDLE if volet == "gap" else SAS_BUNDLE]},
        "type": "searchset",
        "total": len(matched),
        "link": [{"relation": "self", "url": url}],
    }
    return {**found, "entry": entries} if entries else found


def _lasts(code: str, words: str, minutes: int) -> dict[str, Any]:
    duration = {"value": minutes, "unit": "minute", "system": "http://unitsofmeasure.org", "code": "min"}
    return {
        "url": f"{_CORE}fr-core-service-type-duration",
        "extension": [
            {"url": "serviceType", "valueCodeableConcept": {"coding": [{"code": code}], "text": words}},
            {"url": "duration", "valueDuration": duration},
        ],
    }


def _people(givers: Iterable[Giver]) -> Iterator[Resource]:
    seen = set[str]()
    for one in givers:
        if one.practitioner and one.practitioner not in seen:
            yield _practitioner(one)
        if one.role and one.role not in seen:
            yield _role(one)
        seen |= {one.practitioner, one.role}


def _practitioner(one: Giver) -> Resource:
    coding = {"system": f"{_OLD}fr-v2-0203", "code": "IDNPS"}
    return {
        "resourceType": "Practitioner",
        "id": one.practitioner.rpartition("/")[2],
        "meta": {"profile": [f"{_SAS}FrPractitionerAgregateur"]},
        "identifier": [{"type": {"coding": [coding]}, "system": _PERSON, "value": one.rpps}],
        "name": [{"family": one.family, "given": [one.given]}],
    }


def _role(one: Giver) -> Resource:
    """With its place within: the profile wants it contained."""
    internal = {"coding": [{"system": f"{_OLD}fr-location-identifier-type", "code": "INTRN"}]}
    location: Resource = {
        "resourceType": "Location",
        "id": "place",
        "meta": {"profile": [f"{_SAS}FrLocationAgregateur"]},
        "identifier": [{"type": internal, "system": "https://seve.example/places", "value": one.place}],
        "address": {key: one.address[key] for key in ("line", "city", "postalCode") if key in one.address},
    }
    organization = {"coding": [{"system": f"{_OLD}fr-v2-0203", "code": "IDNST"}]}
    return {
        "resourceType": "PractitionerRole",
        "id": one.role.rpartition("/")[2],
        "meta": {"profile": [f"{_SAS}FrPractitionerRoleExerciceAgregateur"]},
        "contained": [location],
        "practitioner": {"reference": one.practitioner},
        "organization": {"identifier": {"type": organization, "system": _STRUCTURE, "value": one.structure}},
        "location": [{"reference": "#place"}],
    }
