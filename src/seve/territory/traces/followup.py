"""Long diseases followed up: the doctor's visits with prescriptions for some months, the laboratory before, specialists beside."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from seve.territory.marks import said
from seve.territory.model.epidemiology import diseases
from seve.territory.model.regimens import regimen
from seve.territory.papers.notes import followup_note, laboratory_report, specialist_letter
from seve.territory.traces import encounters, measures, medicines, procedures
from seve.territory.traces.record import Agenda, Record

# months between two visits of the doctor, by disease; the shortest counts
_MONTHS: Final = {
    "dyslipidemia": 6, "osteoarthritis": 6, "hypothyroidism": 6, "asthma": 6, "hypertension": 4, "coronary": 4, "fibrillation": 4, "stroke": 4,
    "diabetes2": 3, "diabetes1": 4, "copd": 4, "kidney": 4, "heart_failure": 3, "dementia": 3, "depression": 2, "breast_cancer": 4,
    "prostate_cancer": 4, "colon_cancer": 3, "lung_cancer": 2, "dialysis": 3, "transplant": 4, "respiratory_failure": 3,
}  # fmt: skip
# who else follows up, and how many months apart
_SPECIALISTS: Final = {
    "coronary": ("cardiology", 12), "fibrillation": ("cardiology", 12), "heart_failure": ("cardiology", 6), "pacemaker": ("cardiology", 12),
    "defibrillator": ("cardiology", 6), "diabetes1": ("endocrinology", 6), "diabetes2": ("ophthalmology", 18),
    "kidney_stage4": ("nephrology", 5), "transplant": ("nephrology", 4), "copd": ("pneumology", 14), "respiratory_failure": ("pneumology", 6),
    "breast_cancer": ("oncology", 8), "prostate_cancer": ("oncology", 9), "colon_cancer": ("oncology", 5), "lung_cancer": ("oncology", 3),
    "depression": ("psychiatry", 9), "dementia": ("geriatrics", 12),
}  # fmt: skip
_ONCE_SEEN: Final = {"diabetes2": 0.75, "depression": 0.35, "copd": 0.7, "dementia": 0.6}
"""The share of people who see the specialist at all: assumed."""


def plan(agenda: Agenda) -> None:
    """Everything that long diseases bring, from the first day told."""
    record = agenda.record
    _doctor(agenda)
    for disease, onset in sorted(record.life.onsets.items()):
        if disease in _SPECIALISTS and record.random.random() < _ONCE_SEEN.get(disease, 0.9):
            _specialist(agenda, disease, onset=onset)


def _doctor(agenda: Agenda) -> None:
    record = agenda.record
    life, random = record.life, record.random
    starts = [onset for name, onset in life.onsets.items() if name in _MONTHS]
    starts += [since for name, since, _ in life.spells if name in _MONTHS]
    if not starts and record.age(record.end) < 75:
        return
    at = max([record.begin, min(starts)]) if starts else record.begin
    at += timedelta(days=random.randrange(3, 80) if at == record.begin else 1)
    while at < record.end:
        current = [months for name, months in _MONTHS.items() if life.has(name, at)]
        months = min(current, default=0)
        if not months and record.age(at) < 75:
            following = [onset for onset in starts if onset > at]
            if not following:
                return
            at = min(following)
            continue
        months = max(months or 6, 3 if record.body.adherence > 0.3 else 4)
        days = int(months * 30.4 * random.uniform(0.85, 1.2))
        if _wants_laboratory(record, at):
            agenda.plan(at - timedelta(days=random.randrange(3, 12)), laboratory)
        agenda.plan(at, partial(_visit, days=days))
        at += timedelta(days=days)


def _wants_laboratory(record: Record, at: date) -> bool:
    """Half of the visits of those whose disease is followed in blood, now and then of others."""
    is_close = any(record.life.has(d, at) for d in ("diabetes2", "diabetes1", "kidney", "heart_failure", "transplant"))
    return record.random.random() < (0.65 if is_close else 0.28)


def laboratory(record: Record, at: datetime) -> None:
    """A blood test, early in the day, of what the diseases call for; a few reports are filed as documents."""
    at = at.replace(hour=7, minute=30 + at.minute // 3)
    life, day = record.life, at.date()
    wanted = ["creatinine", "filtration", "potassium"]
    if life.has("diabetes2", day) or life.has("diabetes1", day):
        wanted += ["a1c", "glucose", *(["albumin_ratio"] if record.random.random() < 0.4 else [])]
    if record.random.random() < 0.5 or life.has("dyslipidemia", day):
        wanted += ["ldl", *([] if "glucose" in wanted else ["glucose"])]
    if life.has("heart_failure", day):
        wanted += ["bnp", "sodium"]
    if life.has("hypothyroidism", day):
        wanted.append("tsh")
    if life.has("prostate_cancer", day):
        wanted.append("psa")
    if life.has("kidney", day) or record.random.random() < 0.5:
        wanted.append("hemoglobin")
    role = record.carers.specialists["biologist"]
    lines = measures.results(record, at, laboratory=role, analytes=wanted, asked_by=record.carers.doctor)
    if record.random.random() < 0.12:
        laboratory_report(record, at + timedelta(hours=6), role=role, lines=lines)


def _visit(record: Record, at: datetime, *, days: int) -> None:
    role, day = record.carers.doctor, at.date()
    told = [diseases()[name].title for name in _MONTHS if record.life.has(name, day)]
    encounter = encounters.visit(
        record, at, role=role, words="Consultation de suivi" if told else "Consultation de prévention"
    )
    systolic, diastolic, weight = measures.vitals(record, at, role=role, encounter=encounter)
    taken = regimen(record.life, record.body, at=day)
    for medicine, disease in taken:
        reason = record.conditions.get(disease, "")
        medicines.prescribe(record, at, role=role, medicine=medicine, encounter=encounter, days=days, reason=reason)
    if record.random.random() < 0.15:
        words = (
            f"Pression artérielle {systolic}/{diastolic} mmHg, poids {weight} kg.",
            f"Suivi : {', '.join(told).lower()}." if told else "",
        )
        followup_note(
            record, at, role=role, encounter=encounter, lines=words, taken=[medicine for medicine, _ in taken]
        )


def _specialist(agenda: Agenda, disease: str, *, onset: date) -> None:
    record = agenda.record
    trade, months = _SPECIALISTS[disease]
    at = max(onset, record.begin) + timedelta(days=record.random.randrange(10, 30 * months))
    while at < record.end:
        agenda.plan(at, partial(_consultation, disease=disease, trade=trade))
        at += timedelta(days=int(months * 30.4 * record.random.uniform(0.85, 1.3)))


def _consultation(record: Record, at: datetime, *, disease: str, trade: str) -> None:
    role = record.carers.specialist(trade, at.date())
    title = diseases()[disease].title
    encounter = encounters.visit(record, at, role=role, words=f"Consultation de {_FIELDS[trade]}", minutes=30)
    lines = [f"Patient vu le {said(at.date())} pour {title[0].lower()}{title[1:]}."]
    lines += procedures.examination(record, at, role=role, disease=disease, encounter=encounter)
    specialist_letter(record, at, role=role, encounter=encounter, lines=lines)
    procedures.appointment(record, at, role=role, words=f"Consultation de {_FIELDS[trade]}")


_FIELDS: Final = {
    "cardiology": "cardiologie", "endocrinology": "endocrinologie", "ophthalmology": "ophtalmologie", "nephrology": "néphrologie",
    "pneumology": "pneumologie", "oncology": "oncologie", "psychiatry": "psychiatrie", "geriatrics": "gériatrie",
}  # fmt: skip
