"""What takes people with long diseases to hospital: onsets that begin there, attacks, operations, dialysis, and last stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from seve.territory.marks import CCAM, concept, moment, to
from seve.territory.model.epidemiology import diseases
from seve.territory.streams import count, day
from seve.territory.traces import complaints, conditions, encounters
from seve.territory.traces.record import Agenda, Record

# Stays per year for a disease: title, rate, trade, nights. Heart failure: about 165,000 people a year in hospital of 1.5 million
# (Santé publique France, rounded), more than one stay each; the others are assumed.
_ATTACKS: Final = {
    "heart_failure": ("Décompensation cardiaque", "I50.0", 0.20, "cardiology", 8),
    "copd": ("Exacerbation de BPCO", "J44.1", 0.10, "pneumology", 7),
    "dementia": ("Perte d'autonomie, troubles du comportement", "R41.8", 0.12, "geriatrics", 10),
    "kidney_stage5": ("Surcharge hydrosodée", "E87.7", 0.20, "nephrology", 5),
    "colon_cancer": ("Chimiothérapie, complication", "Z51.1", 0.15, "oncology", 4),
    "lung_cancer": ("Chimiothérapie, complication", "Z51.1", 0.45, "oncology", 5),
}
# What begins, or is done, in hospital: title, act, trade, nights, share
_ONSETS: Final = {
    "coronary": ("Syndrome coronaire aigu", "DDAF006", "cardiology", 4, 0.6),
    "stroke": ("Accident vasculaire cérébral ischémique", "", "neurology", 9, 0.95),
    "pacemaker": ("Implantation d'un stimulateur cardiaque", "DELF005", "cardiology", 2, 1.0),
    "transplant": ("Greffe de rein", "JAEA003", "nephrology", 14, 1.0),
    "heart_failure": ("Première décompensation cardiaque", "", "cardiology", 8, 0.5),
    "breast_cancer": ("Chirurgie du sein", "", "oncology", 2, 0.9),
    "colon_cancer": ("Résection colique", "HHQE002", "oncology", 8, 0.9),
    "prostate_cancer": ("Chirurgie de la prostate", "", "oncology", 4, 0.4),
}
_OPERATED: Final = 0.062
"""Stays a year for all else, by chance, at 60; assumed so that all stays are as many as published."""
_DIES_THERE: Final = 0.53  # Insee, 2018: 53 % of deaths in a health establishment


def plan(agenda: Agenda) -> None:
    """All of it, in the time told."""
    record = agenda.record
    for disease, onset in sorted(record.life.onsets.items()):
        if disease in _ONSETS and onset >= record.begin:
            _onset(agenda, disease, onset=onset)
        if disease in _ATTACKS:
            _attacks(agenda, disease, onset=onset)
    _planned(agenda)
    if "dialysis" in record.life.onsets:
        _dialysis(agenda)
    if record.life.death is not None and record.random.random() < _DIES_THERE:
        at = record.life.death - timedelta(days=record.random.randrange(2, 12))
        agenda.plan(at, _last, is_open_all_hours=True)


def admit(agenda: Agenda, at: date) -> None:
    """Into internal medicine, for longer than the time told lasts."""
    about: dict[str, Any] = {"id": "ward", "title": "Décompensation cardiaque et respiratoire", "procedure": ""}
    story = "Admis pour essoufflement, oxygène et diurétiques par voie veineuse."
    agenda.plan(at, partial(complaints.stay, about=about, story=story, trade="internal", nights=9))


def _onset(agenda: Agenda, disease: str, *, onset: date) -> None:
    title, act, trade, nights, share = _ONSETS[disease]
    if agenda.record.random.random() < share:
        about: dict[str, Any] = {"id": disease, "title": title, "procedure": act}
        story = f"Prise en charge pour {title[0].lower()}{title[1:]}."
        agenda.plan(
            onset,
            partial(complaints.stay, about=about, story=story, trade=trade, nights=nights),
            is_open_all_hours=True,
        )


def _attacks(agenda: Agenda, disease: str, *, onset: date) -> None:
    record, random = agenda.record, agenda.record.random
    title, code, rate, trade, nights = _ATTACKS[disease]
    first = max(onset, record.begin) + timedelta(days=30)
    for _ in range(count(random, rate * max((record.end - first).days / 365, 0))):
        length = max(2, int(random.gauss(nights, nights / 3)))
        agenda.plan(
            day(random, first, until=record.end),
            partial(_attack, title=title, code=code, trade=trade, nights=length),
            is_open_all_hours=True,
        )


def _attack(record: Record, at: datetime, *, title: str, code: str, trade: str, nights: int) -> None:
    """Through the emergency department, half of the time."""
    if record.random.random() < 0.6:
        role = record.carers.specialist("emergency", at.date())
        encounters.emergency(record, at, role=role, words=f"Urgences : {title[0].lower()}{title[1:]}")
        at += timedelta(hours=7)
    role = record.carers.specialists[trade]
    about: dict[str, Any] = {"id": trade, "title": title, "procedure": ""}
    before = record.counts.get("e", 0)
    complaints.stay(
        record, at, about=about, story=f"Admission pour {title[0].lower()}{title[1:]}.", trade=trade, nights=nights
    )
    encounter = f"Encounter/{record.person.id}-e{before + 1}"
    conditions.short_one(record, at, role=role, code=code, title=title, days=nights, encounter=encounter)


def _planned(agenda: Agenda) -> None:
    record, random = agenda.record, agenda.record.random
    years = (record.end - record.begin).days / 365
    age = record.age(record.end)
    for _ in range(count(random, _OPERATED * years * min(0.5 + age / 60, 3.0))):
        about: dict[str, Any] = {"id": "planned", "title": random.choice(_REASONS), "procedure": ""}
        story = "Entrée programmée, bilan préopératoire sans particularité."
        trade = "paediatrics" if age < 16 else "orthopaedics"
        agenda.plan(
            day(random, record.begin, until=record.end), partial(complaints.stay, about=about, story=story, trade=trade)
        )


_REASONS: Final = (
    "Chirurgie du genou",
    "Chirurgie de la main",
    "Arthroscopie de l'épaule",
    "Ablation de matériel d'ostéosynthèse",
    "Chirurgie du pied",
)


def _dialysis(agenda: Agenda) -> None:
    """The sessions of a month are told as one act: three a week would be nearly all of the record."""
    record = agenda.record
    onset = max(record.life.onsets["dialysis"], record.begin)
    end = min(record.life.onsets.get("transplant", record.end), record.end)
    at = onset
    while at + timedelta(days=31) < end:
        agenda.plan(at, _sessions)
        at += timedelta(days=30)


def _sessions(record: Record, at: datetime) -> None:
    role = record.carers.specialist("nephrology", at.date())
    until = at + timedelta(days=28)
    found: dict[str, Any] = {
        "status": "completed",
        "category": {"text": "Séances du mois, trois par semaine"},
        "code": concept(CCAM, "JVJF004", words="Hémodialyse pour insuffisance rénale chronique"),
        "subject": record.subject,
        "performedPeriod": {"start": moment(at), "end": moment(until)},
        "performer": [{"actor": to(role.reference, role.name)}],
    }
    record.add("Procedure", "x", body=found)


def _last(record: Record, at: datetime) -> None:
    """A stay that ends with the life."""
    trade = "geriatrics" if record.age(at.date()) >= 75 else "internal"
    role = record.carers.specialist(trade, at.date())
    name = max(record.life.onsets, key=lambda n: diseases()[n].death, default="")
    words = diseases()[name].title.lower() if name else "altération de l'état général"
    until = at + timedelta(days=365)
    encounters.stay(record, at, role=role, words=f"Hospitalisation : {words}", until=until)
