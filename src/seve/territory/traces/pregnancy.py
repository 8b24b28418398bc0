"""Pregnancies: those that the births of a household tell of, with their visits, ultrasounds and delivery."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from seve.territory.papers.notes import discharge
from seve.territory.people.person import Relative
from seve.territory.traces import conditions, encounters, measures, medicines, procedures
from seve.territory.traces.record import Agenda, Record

_DAYS = 275
_CAESAREAN = 0.21  # Enquête nationale périnatale 2021: 21.4 %
_ULTRASOUNDS = ((84, "JQQM010"), (155, "JQQM018"), (225, "JQQM016"))


def plan(agenda: Agenda) -> None:
    """One for each child born in the time told."""
    record = agenda.record
    if record.person.sex == "male":
        return
    for rank, child in enumerate(record.person.children(), 1):
        if child.birth >= record.begin:
            _pregnancy(agenda, child, rank=rank)
    _contraception(agenda)


def _pregnancy(agenda: Agenda, child: Relative, *, rank: int) -> None:
    start = child.birth - timedelta(days=_DAYS)
    record = agenda.record
    agenda.plan(start + timedelta(days=50), partial(_first_visit, start=start))
    for month in range(4, 10):
        agenda.plan(start + timedelta(days=30 * month - record.random.randrange(12)), _visit)
    for days, code in _ULTRASOUNDS:
        agenda.plan(start + timedelta(days=days + record.random.randrange(-6, 7)), partial(_ultrasound, code=code))
    agenda.plan(child.birth, partial(_delivery, child=child, rank=rank), is_open_all_hours=True)
    agenda.plan(child.birth + timedelta(days=45), _afterwards)


def _first_visit(record: Record, at: datetime, *, start: date) -> None:
    role = record.carers.specialist("midwife", at.date())
    encounter = encounters.visit(record, at, role=role, words="Premier examen prénatal", minutes=40)
    days = (start + timedelta(days=_DAYS) - at.date()).days
    conditions.short_one(
        record,
        at,
        role=role,
        code="Z34.9",
        title="Surveillance d'une grossesse normale",
        days=days,
        encounter=encounter,
    )
    doctor = record.carers.specialists["obstetrics"]
    for medicine, length in (("folic", 56), ("vitamin_d", 90)):
        medicines.prescribe(record, at, role=doctor, medicine=medicine, encounter=encounter, days=length)
    biologist = record.carers.specialists["biologist"]
    measures.results(
        record, at + timedelta(days=1), laboratory=biologist, analytes=["hemoglobin", "glucose", "tsh"], asked_by=doctor
    )


def _visit(record: Record, at: datetime) -> None:
    trade = "midwife" if record.random.random() < 0.6 else "obstetrics"
    role = record.carers.specialist(trade, at.date())
    encounter = encounters.visit(record, at, role=role, words="Consultation de suivi de grossesse")
    measures.vitals(record, at, role=role, encounter=encounter)


def _ultrasound(record: Record, at: datetime, *, code: str) -> None:
    finding = "Grossesse unique évolutive, croissance harmonieuse, morphologie sans particularité visible."
    procedures.image(record, at, code=code, finding=finding, asked_by=record.carers.specialists["obstetrics"])


def _delivery(record: Record, at: datetime, *, child: Relative, rank: int) -> None:
    role = record.carers.specialist("obstetrics", at.date())
    until = at + timedelta(days=3)
    encounter = encounters.stay(record, at, role=role, words="Hospitalisation : accouchement", until=until)
    code = "JQGA002" if record.random.random() < _CAESAREAN else "JQGD010" if rank == 1 else "JQGD012"
    words = procedures.perform(record, at + timedelta(hours=1), role=role, code=code, encounter=encounter)
    if until.date() < record.end:
        course = [f"{words}.", f"Naissance de {child.given}, bonne adaptation.", "Suites de couches simples."]
        discharge(record, until, role=role, encounter=encounter, reason="Accouchement à terme", course=course)


def _afterwards(record: Record, at: datetime) -> None:
    role = record.carers.specialist("midwife", at.date())
    encounter = encounters.visit(record, at, role=role, words="Examen postnatal")
    measures.vitals(record, at, role=role, encounter=encounter)


def _contraception(agenda: Agenda) -> None:
    """A third of the women of 18 to 45, by the pill, a prescription a year (share assumed)."""
    record = agenda.record
    if record.random.random() > 0.33:
        return
    at = record.begin + timedelta(days=record.random.randrange(365))
    births = [child.birth for child in record.person.children()]
    while at < record.end:
        is_expecting = any(at - timedelta(days=90) < birth < at + timedelta(days=_DAYS + 90) for birth in births)
        if 18 <= record.age(at) < 45 and not is_expecting:
            agenda.plan(at, _pill)
        at += timedelta(days=record.random.randrange(350, 380))


def _pill(record: Record, at: datetime) -> None:
    role = record.carers.specialists["gynaecology"]
    encounter = encounters.visit(record, at, role=role, words="Consultation de contraception")
    medicines.prescribe(record, at, role=role, medicine="contraceptive", encounter=encounter, days=365)
