"""Procedures, images and appointments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from seve.territory.marks import CCAM, claiming, concept, hl7, moment, said, to
from seve.territory.model import courses
from seve.territory.papers.filing import file
from seve.territory.places.world import Role
from seve.territory.tables import table
from seve.territory.traces import measures
from seve.territory.traces.record import Record

_APPOINTMENT: Final = claiming("appointment")


def perform(
    record: Record, at: datetime, *, role: Role, code: str, encounter: str = "", until: datetime | None = None
) -> str:
    """An act of the CCAM; answers its name."""
    words = table("complaints")["procedures"][code]
    found: dict[str, Any] = {
        "status": "completed",
        "code": concept(CCAM, code, words=words),
        "subject": record.subject,
        "performer": [{"actor": to(role.reference, role.name)}],
    }
    if until is None:
        found["performedDateTime"] = moment(at)
    else:
        found["performedPeriod"] = {"start": moment(at), "end": moment(until)}
    if encounter:
        found["encounter"] = to(encounter)
    record.add("Procedure", "x", body=found)
    return words


def examination(record: Record, at: datetime, *, role: Role, disease: str, encounter: str) -> list[str]:
    """What a specialist does and finds, as lines of a letter."""
    body, life, day = record.body, record.life, at.date()
    match disease:
        case "heart_failure" | "coronary" | "defibrillator":
            perform(record, at, role=role, code="DEQP003", encounter=encounter)
            perform(record, at, role=role, code="DZQM006", encounter=encounter)
            value = courses.ejection(body, life, at=day) + record.random.gauss(0, 3)
            measures.exam(
                record,
                at,
                role=role,
                encounter=encounter,
                code="10230-1",
                words="Fraction d'éjection du ventricule gauche",
                value=value,
            )
            return [f"Échographie cardiaque : fraction d'éjection à {round(value)} %."]
        case "fibrillation" | "pacemaker":
            perform(record, at, role=role, code="DEQP003", encounter=encounter)
            return [
                "Électrocardiogramme : rythme électro-entraîné, contrôle du stimulateur satisfaisant."
                if disease == "pacemaker"
                else "Électrocardiogramme : fibrillation auriculaire, fréquence contrôlée."
            ]
        case "copd" | "respiratory_failure":
            perform(record, at, role=role, code="GLQP012", encounter=encounter)
            value = courses.expired(body, life, at=day) + record.random.gauss(0, 3)
            measures.exam(
                record,
                at,
                role=role,
                encounter=encounter,
                code="20152-5",
                words="VEMS, pourcentage de la valeur prédite",
                value=value,
            )
            return [f"Spirométrie : VEMS à {round(value)} % de la valeur prédite."]
        case "diabetes2":
            perform(record, at, role=role, code="BGQP002", encounter=encounter)
            has = life.has("retinopathy", day)
            return [
                "Fond d'œil : rétinopathie diabétique non proliférante." if has else "Fond d'œil : pas de rétinopathie."
            ]
        case _:
            return ["Examen clinique stable, tolérance du traitement correcte."]


def image(record: Record, at: datetime, *, code: str, finding: str, asked_by: Role) -> None:
    """An examination by a radiologist, with its report."""
    role = record.carers.specialist("radiology", at.date())
    words = perform(record, at, role=role, code=code)
    report: dict[str, Any] = {
        "status": "final",
        "category": [{"coding": [hl7("v2-0074", "RAD", display="Radiology")], "text": "Imagerie"}],
        "code": concept(CCAM, code, words=words),
        "subject": record.subject,
        "effectiveDateTime": moment(at),
        "issued": moment(at + timedelta(hours=2)),
        "performer": [to(role.reference, role.name)],
        "conclusion": finding,
    }
    record.add("DiagnosticReport", "r", body=report)
    if record.random.random() < 0.5:
        lines = [f"{words} du {said(at.date())}, à la demande de {asked_by.name}.", "", f"Résultat : {finding}"]
        file(record, at + timedelta(hours=2), author=role, code="18748-4", form="pdf", lines=lines, title=words)


def appointment(record: Record, at: datetime, *, role: Role, words: str, status: str = "fulfilled") -> None:
    """An appointment with a professional."""
    done = "accepted"
    found: dict[str, Any] = {
        "status": status,
        "description": words,
        "start": moment(at),
        "end": moment(at + timedelta(minutes=30)),
        "participant": [
            {"actor": record.subject, "status": done},
            {"actor": to(role.reference, role.name), "status": done},
        ],
    }
    record.add("Appointment", "a", body=found, meta=_APPOINTMENT)
