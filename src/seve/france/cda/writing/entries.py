"""Entries of level 3: problems, allergies and treatments, by the models of the CI-SIS that the medical summary uses."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from seve.france.cda.document import Code
from seve.france.cda.writing.making import TYPE, coded, made, period, referring, templates, timed

_SNOMED = "2.16.840.1.113883.6.96"
_CONCERN = ("2.16.840.1.113883.10.20.1.27", "1.3.6.1.4.1.19376.1.5.3.1.4.5.1")
_PROBLEM_CONCERN = (*_CONCERN, "1.3.6.1.4.1.19376.1.5.3.1.4.5.2", "1.2.250.1.213.1.1.3.39")
_ALLERGY_CONCERN = (*_CONCERN, "1.3.6.1.4.1.19376.1.5.3.1.4.5.3", "1.2.250.1.213.1.1.3.40")
_PROBLEM = ("2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5", "1.2.250.1.213.1.1.3.37")
_ALLERGY = (
    "2.16.840.1.113883.10.20.1.18",
    "2.16.840.1.113883.10.20.1.28",
    "1.3.6.1.4.1.19376.1.5.3.1.4.5",
    "1.3.6.1.4.1.19376.1.5.3.1.4.6",
    "1.2.250.1.213.1.1.3.41",
)
_TREATMENT = (
    "2.16.840.1.113883.10.20.1.24",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7",
    "1.2.250.1.213.1.1.3.42",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7.1",
)
_PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")
_DIAGNOSIS = Code(_SNOMED, "282291009", "interprétation diagnostique")
_MEDICATION = Code("2.16.840.1.113883.5.4", "DRUG", "Médicament")
_NAMES = uuid.UUID("5f3a3c4e-6a0b-5c1e-9d43-2b7f8f0e6a11")


@dataclass(frozen=True, slots=True)
class Problem:
    """A disease or past disease. `code` is CIM-10 with its dot; `start` and `end` are FHIR dates, `end` only when it is over."""

    code: Code
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy: its `kind` (SNOMED CT), the `agent`, and the FHIR date it is known from."""

    kind: Code
    agent: Code
    start: str = ""


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment: the medicine (CIS), the dosage in words, start and end as FHIR dates, the route (EDQM)."""

    medicine: Code
    dosage: str
    start: str = ""
    end: str = ""
    route: Code | None = None


def problem_entry(problem: Problem, id_: str) -> Any:
    """The concern and its observation; `id_` is the narrative's element with its name."""
    observation = made(
        "observation",
        *templates(*_PROBLEM),
        _identifier("problem", id_, problem),
        coded("code", _DIAGNOSIS),
        referring("text", id_),
        made("statusCode", code="completed"),
        period(problem.start, problem.end),
        _value(problem.code, id_),
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )
    return _concern(_PROBLEM_CONCERN, observation, problem, id_)


def allergy_entry(allergy: Allergy, id_: str) -> Any:
    """The concern and its observation, the agent as participant."""
    entity = made("playingEntity", coded("code", allergy.agent, referring("originalText", id_)), classCode="MMAT")
    observation = made(
        "observation",
        *templates(*_ALLERGY),
        _identifier("allergy", id_, allergy),
        coded("code", allergy.kind),
        referring("text", id_),
        made("statusCode", code="completed"),
        period(allergy.start, ""),
        made("participant", made("participantRole", entity, classCode="MANU"), typeCode="CSM"),
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )
    return _concern(_ALLERGY_CONCERN, observation, Problem(allergy.agent, allergy.start), id_)


def treatment_entry(treatment: Treatment, id_: str) -> Any:
    """The administration of a medicine; the dosage stays in the narrative."""
    when = period(treatment.start, treatment.end)
    when.set(TYPE, "IVL_TS")
    if not treatment.end:
        when.append(timed("high", ""))
    material = made(
        "manufacturedMaterial",
        coded("code", treatment.medicine, referring("originalText", id_)),
        made("name", treatment.medicine.display),
    )
    return made(
        "substanceAdministration",
        *templates(*_TREATMENT),
        _identifier("treatment", id_, treatment),
        coded("code", _MEDICATION),
        referring("text", id_),
        made("statusCode", code="completed"),
        when,
        coded("routeCode", treatment.route) if treatment.route else None,
        made("consumable", made("manufacturedProduct", *templates(*_PRODUCT), material)),
        classCode="SBADM",
        moodCode="EVN",
    )


def _concern(models: tuple[str, ...], observation: Any, problem: Problem, id_: str) -> Any:
    return made(
        "act",
        *templates(*models),
        _identifier("concern", id_, problem),
        made("code", nullFlavor="NA"),
        made("statusCode", code="completed" if problem.end else "active"),
        period(problem.start, problem.end),
        made("entryRelationship", observation, typeCode="SUBJ", inversionInd="false"),
        classCode="ACT",
        moodCode="EVN",
    )


def _value(code: Code, id_: str) -> Any:
    found = coded("value", code, referring("originalText", id_))
    found.set(TYPE, "CD")
    return found


def _identifier(kind: str, id_: str, content: object) -> Any:
    """An identifier that the same content at the same place has again: nothing here is drawn by chance."""
    return made("id", root=str(uuid.uuid5(_NAMES, f"{kind} {id_} {content!r}")).upper())
