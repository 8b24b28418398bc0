"""What a professional writes here as CDA level 3: a consultation note, and the medical summary of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from seve.fhir import Resource
from seve.france.cda import Author, Cda, Code, Encounter, Id, Organization, Patient, PersonName, Service
from seve.france.cda.writing import (
    CONCLUSION,
    EXAMINATION,
    HISTORY,
    PLAN,
    REASON,
    Allergy,
    Part,
    Problem,
    Summary,
    Treatment,
    write_note,
    write_summary,
)
from seve.france.identity.ins import in_force
from seve.france.identity.professionals import NationalId
from seve.france.identity.traits import birth_place, official_name
from seve.sdk import wording
from seve.solutions.shared_record.model.entries import value_of
from seve.solutions.shared_record.model.sheets import ICD10
from seve.solutions.shared_record.model.treatments import Treatment as Taken
from seve.solutions.shared_record.model.treatments import concept_of

_CIM10, _ATC, _SNOMED = "2.16.840.1.113883.6.3", "2.16.840.1.113883.6.73", "2.16.840.1.113883.6.96"
_CONFIDENTIALITY, _SETTINGS = "2.16.840.1.113883.5.25", "1.2.250.1.213.1.1.4.9"
_ENCOUNTERS = "2.16.840.1.113883.5.4"
_PARTS = {"reason": REASON, "history": HISTORY, "examination": EXAMINATION, "conclusion": CONCLUSION, "plan": PLAN}
PARTS = tuple(_PARTS)


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a note by part, as they were typed."""

    parts: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.parts.values())


@dataclass(frozen=True, slots=True)
class Signed:
    """Who writes: the visitor's name, their Practitioner ({} when it can't be seen), and the organisation's name."""

    name: str
    practitioner: Resource
    organization: str


def written(form: Any) -> Written:
    """The parts of a form."""
    return Written({name: form[name].strip() for name in PARTS})


def note(patient: Resource, words: Written, by: Signed, *, at: str) -> bytes:
    """A consultation note (LOINC 11488-4). Raises CdaWrong for a patient without INS."""
    parts = [Part(code, words.parts[name]) for name, code in _PARTS.items() if words.parts[name]]
    return write_note(_header(patient, by, at), parts)


def summary(
    patient: Resource,
    by: Signed,
    *,
    conditions: Iterable[Resource],
    allergies: Iterable[Resource],
    taken: Iterable[Taken],
    at: str,
) -> bytes:
    """The medical summary (LOINC 60591-5). Raises CdaWrong for a patient without INS."""
    problems = [_problem(one) for one in conditions]
    return write_summary(
        _header(patient, by, at),
        Summary(
            problems=tuple(one for one in problems if not one.end),
            past=tuple(one for one in problems if one.end),
            allergies=tuple(_allergy(one) for one in allergies),
            treatments=tuple(_treatment(one) for one in taken),
        ),
    )


def _header(patient: Resource, by: Signed, at: str) -> Cda:
    organization, id_ = Organization(by.organization or by.name), str(uuid4()).upper()
    return Cda(
        id=Id(id_),
        set_id=Id(id_),
        title="",
        code=Code("", ""),  # that of what is written
        language="fr-FR",
        confidentiality=Code(_CONFIDENTIALITY, "N", "Normal"),
        at=at,
        patient=_patient(patient),
        authors=(_author(by, organization, at),),
        custodian=organization,
        encounter=Encounter(Code(_ENCOUNTERS, "AMB", "ambulatory"), at),
        services=(Service(start=at, setting=Code(_SETTINGS, "AMBULATOIRE", "Ambulatoire")),),
    )


def _patient(patient: Resource) -> Patient:
    name = official_name(patient)
    given: list[str] = name.get("given", [])
    return Patient(
        ins=in_force(patient),
        names=(
            PersonName(family=name.get("family", ""), given=" ".join(given), first_given=given[0] if given else ""),
        ),
        birth_date=patient.get("birthDate", ""),
        sex=patient.get("gender", "unknown"),
        birth_place=birth_place(patient),
    )


def _author(by: Signed, organization: Organization, at: str) -> Author:
    names = by.practitioner.get("name", [{}])
    numbers = [one["value"] for one in by.practitioner.get("identifier", ()) if "rpps" in one.get("system", "").lower()]
    return Author(
        name=by.name,
        family=names[0].get("family", "") or by.name,
        id=NationalId("rpps", numbers[0]) if numbers else None,
        organisation=organization,
        at=at,
    )


def _problem(condition: Resource) -> Problem:
    code = next(iter(wording.codes(condition.get("code"), ICD10)), "")
    is_over = bool({"resolved", "inactive", "remission"}.intersection(wording.codes(condition.get("clinicalStatus"))))
    end = condition.get("abatementDateTime") or condition.get("recordedDate", "") if is_over else ""
    return Problem(
        Code(_CIM10, code, wording.coded(condition.get("code"))), condition.get("onsetDateTime", ""), end[:10]
    )


def _allergy(allergy: Resource) -> Allergy:
    """Of a kind that nobody narrowed: propensity to adverse reactions (SNOMED CT 420134006)."""
    kind = Code(_SNOMED, "420134006", "Prédisposition à des réactions indésirables")
    return Allergy(kind, Code("", "", wording.coded(allergy.get("code"))), allergy.get("onsetDateTime", ""))


def _treatment(taken: Taken) -> Treatment:
    newest = taken.resources[0]
    concept = concept_of(newest)
    code = next((one for one in concept.get("coding", ()) if "atc" in one.get("system", "").lower()), {})
    return Treatment(Code(_ATC if code else "", code.get("code", ""), taken.title), value_of(newest, "fr"))
