"""Vaccines of the calendar, examinations of children, and what people see specialists for without being ill."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from seve.territory.marks import ATC, concept, moment, to
from seve.territory.places.world import Role
from seve.territory.streams import count, day
from seve.territory.tables import table
from seve.territory.traces import encounters, measures, procedures
from seve.territory.traces.record import Agenda, Record

_CHILD_EXAMS: Final = (0.3, 1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 16, 24, 36, 48, 60, 72, 102, 138, 186)
"""Ages in months of the examinations that every child has (article R. 2132-1 of the public health code, 20 of them)."""
_DONE: Final = 0.82
# visits of specialists without a long disease, per year: from 18, or from the age given; rates are assumed
_LONE: Final = (
    ("ophthalmology", "Consultation d'ophtalmologie", 0.34, 6),
    ("dermatology", "Consultation de dermatologie", 0.24, 14),
    ("gynaecology", "Consultation de gynécologie", 0.55, 17),
    ("cardiology", "Consultation de cardiologie", 0.10, 45),
    ("psychiatry", "Consultation de psychiatrie", 0.16, 15),
    ("orthopaedics", "Consultation de chirurgie orthopédique", 0.14, 15),
    ("paediatrics", "Consultation de pédiatrie", 0.5, 0),
)

_UNTIL: Final = {"paediatrics": 7, "gynaecology": 75}
"""The age at which one no longer goes."""


def plan(agenda: Agenda) -> None:
    """All of it."""
    record = agenda.record
    _childhood(agenda)
    for vaccine in table("vaccines")["vaccine"]:
        _calendar(agenda, vaccine)
    _yearly(agenda)
    _covid(agenda)
    for trade, words, rate, since in _LONE:
        _specialist(agenda, trade, words=words, rate=rate, since=since)
    if record.person.sex == "female":
        _breast_screening(agenda)


def at_month(record: Record, months: float) -> date:
    """The day on which somebody is that old."""
    return record.person.birth + timedelta(days=int(months * 30.44) + 2)


def _childhood(agenda: Agenda) -> None:
    record = agenda.record
    for months in _CHILD_EXAMS:
        at = at_month(record, months) + timedelta(days=record.random.randrange(8))
        if at >= record.begin and record.random.random() < _DONE:
            agenda.plan(at, _examination)


def _examination(record: Record, at: datetime) -> None:
    role = record.carers.doctor
    encounter = encounters.visit(record, at, role=role, words="Examen de santé de l'enfant")
    measures.weigh(record, at, role=role, encounter=encounter)


def _calendar(agenda: Agenda, vaccine: dict[str, Any]) -> None:
    """Doses given before the time told count for nothing here; those in it have their number in the series."""
    record = agenda.record
    is_willing = record.random.random() < vaccine["share"]
    for dose, months in enumerate(vaccine["at"], 1):
        at = at_month(record, months) + timedelta(days=record.random.randrange(3, 25))
        if is_willing and at.year >= vaccine["since"]:
            agenda.plan(at, partial(vaccinate, atc=vaccine["atc"], title=vaccine["title"], dose=dose))


def vaccinate(record: Record, at: datetime, *, atc: str, title: str, dose: int = 0, role: Role | None = None) -> None:
    """One dose, by the doctor unless another is named."""
    giver = role or record.carers.doctor
    lot = f"{atc[-3:]}{record.random.randrange(10_000):04d}"
    found: dict[str, Any] = {
        "status": "completed",
        "vaccineCode": concept(ATC, atc, words=title),
        "patient": record.subject,
        "occurrenceDateTime": moment(at),
        "primarySource": True,
        "lotNumber": lot,
        "performer": [{"actor": to(giver.reference, giver.name)}],
    }
    if dose:
        found["protocolApplied"] = [{"doseNumberPositiveInt": dose}]
    record.add("Immunization", "i", body=found)


def _yearly(agenda: Agenda) -> None:
    record = agenda.record
    about = table("vaccines")["influenza"]
    for year in range(record.begin.year, record.end.year + 1):
        at = date(year, 10, 15) + timedelta(days=record.random.randrange(60))
        is_old = record.age(at) >= 65
        is_at_risk = any(
            record.life.has(d, at) for d in ("diabetes2", "heart_failure", "copd", "asthma", "kidney", "transplant")
        )
        share = about["share_65"] if is_old else about["share_at_risk"] if is_at_risk else 0.0
        if record.random.random() < share:
            role = record.carers.specialists["pharmacist"] if record.random.random() < 0.5 else None
            agenda.plan(at, partial(vaccinate, atc=about["atc"], title=about["title"], role=role))


def _covid(agenda: Agenda) -> None:
    record = agenda.record
    about = table("vaccines")["covid"]
    if record.age(date(2021, 6, 1)) < 12 or record.random.random() > about["share"]:
        return
    for dose, month in enumerate(about["months"], 1):
        at = date.fromisoformat(f"{month}-01") + timedelta(days=record.random.randrange(28))
        agenda.plan(at, partial(vaccinate, atc=about["atc"], title=about["title"], dose=dose))


def _specialist(agenda: Agenda, trade: str, *, words: str, rate: float, since: int) -> None:
    record, random = agenda.record, agenda.record.random
    if (trade == "gynaecology" and record.person.sex == "male") or record.age(record.end) < since:
        return
    first = max(record.begin, at_month(record, since * 12))
    last = min(record.end, at_month(record, _UNTIL.get(trade, 120) * 12))
    years = (last - first).days / 365
    for _ in range(count(random, rate * max(years, 0))):
        agenda.plan(day(random, first, until=last), partial(_seen, trade=trade, words=words))


def _seen(record: Record, at: datetime, *, trade: str, words: str) -> None:
    role = record.carers.specialists[trade]
    encounters.visit(record, at, role=role, words=words)
    if record.random.random() < 0.4:
        procedures.appointment(record, at, role=role, words=words)


def _breast_screening(agenda: Agenda) -> None:
    """Every two years from 50 to 74 for about half of those invited (Santé publique France, 48 % in 2023)."""
    record = agenda.record
    if record.random.random() > 0.5:
        return
    at = max(record.begin, at_month(record, 50 * 12)) + timedelta(days=record.random.randrange(700))
    while at < record.end and record.age(at) < 75:
        agenda.plan(at, _mammography)
        at += timedelta(days=record.random.randrange(715, 790))


def _mammography(record: Record, at: datetime) -> None:
    procedures.image(record, at, code="QEQK001", finding="ACR 2, pas d'image suspecte.", asked_by=record.carers.doctor)
