"""Short illnesses and injuries, at the doctor's or in an emergency department, with the stays that some lead to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any

from seve.territory.papers.notes import discharge, emergency_report
from seve.territory.places.world import Role
from seve.territory.streams import count, day
from seve.territory.tables import curve, table
from seve.territory.traces import conditions, encounters, measures, medicines, procedures
from seve.territory.traces.record import Agenda, Record

_CHILD = 12
_FEVERS = frozenset({"influenza", "pneumonia", "otitis", "throat"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """A row of `data/complaints.toml`; `rate` is by whole age."""

    about: dict[str, Any]
    rate: list[float]


@cache
def _complaints() -> list[Complaint]:
    return [Complaint(row, curve(row["ages"], row["rate"])) for row in table("complaints")["complaint"]]


def plan(agenda: Agenda) -> None:
    """Draws, for each year told, what comes."""
    record = agenda.record
    year = record.begin
    while year < record.end:
        after = min(year + timedelta(days=365), record.end)
        _year(agenda, year, until=after)
        year = after


def _year(agenda: Agenda, since: date, *, until: date) -> None:
    record, random = agenda.record, agenda.record.random
    age, share = record.age(since), (until - since).days / 365
    for complaint in _complaints():
        if complaint.about.get("sex", record.person.sex) != record.person.sex:
            continue
        for _ in range(count(random, complaint.rate[age] * share)):
            at = day(random, since, until=until)
            season = complaint.about.get("season")
            if season and at.month not in season:
                at = _in_season(at, season[int(random.random() * len(season))])
            has_emergency = random.random() < complaint.about.get("emergency", 0.02)
            act = partial(_emergency if has_emergency else _visit, complaint=complaint)
            agenda.plan(at, act, is_open_all_hours=has_emergency)


def _in_season(at: date, month: int) -> date:
    return at.replace(month=month, day=min(at.day, 28))


def _visit(record: Record, at: datetime, *, complaint: Complaint) -> None:
    about, role = complaint.about, record.carers.doctor
    encounter = encounters.visit(record, at, role=role, words=f"Consultation : {about['title'].lower()}")
    _measured(record, at, role=role, about=about, encounter=encounter)
    condition = ""
    if about["days"]:
        condition = conditions.short_one(
            record, at, role=role, code=about["code"], title=about["title"], days=about["days"], encounter=encounter
        )
    _prescribed(record, at, role=role, about=about, encounter=encounter, condition=condition)


def _measured(record: Record, at: datetime, *, role: Role, about: dict[str, Any], encounter: str) -> None:
    random = record.random
    if record.age(at.date()) < _CHILD:
        measures.weigh(record, at, role=role, encounter=encounter)
    if about["id"] in _FEVERS:
        measures.temperature(record, at, role=role, encounter=encounter, value=random.uniform(38.1, 39.6))


def _prescribed(
    record: Record, at: datetime, *, role: Role, about: dict[str, Any], encounter: str, condition: str
) -> None:
    for medicine in about["child"] if record.age(at.date()) < _CHILD else about["medicines"]:
        if record.random.random() < 0.85 and medicine not in record.avoided:
            medicines.prescribe(record, at, role=role, medicine=medicine, encounter=encounter, days=7, reason=condition)


def _emergency(record: Record, at: datetime, *, complaint: Complaint) -> None:
    about, random = complaint.about, record.random
    role = _of_service(record, "emergency", at=at)
    encounter = encounters.emergency(record, at, role=role, words=f"Urgences : {about['title'].lower()}")
    condition = conditions.short_one(
        record, at, role=role, code=about["code"], title=about["title"], days=max(about["days"], 1), encounter=encounter
    )
    story = random.choice(about["story"]).replace("{n}", str(random.randint(2, 6)))
    stays = random.random() < about.get("stay", 0.02) * (3 if record.age(at.date()) >= 75 else 1)
    if code := about.get("imaging"):
        finding = "Fracture confirmée." if "fracture" in about["title"].lower() else "Pas de fracture visible."
        procedures.image(record, at + timedelta(hours=1), code=code, finding=finding, asked_by=role)
    going = "Hospitalisation dans un service." if stays else "Retour à domicile, surveillance par le médecin traitant."
    if random.random() < 0.5:
        emergency_report(record, at + timedelta(hours=2), role=role, encounter=encounter, story=story, going=going)
    if stays:
        stay(record, at + timedelta(hours=6), about=about, story=story)
    else:
        _prescribed(record, at, role=role, about=about, encounter=encounter, condition=condition)


def _of_service(record: Record, trade: str, *, at: datetime) -> Role:
    roles = [role for role in record.carers.specialists.values() if role.trade == trade]
    record.carers.seen[roles[0].reference] = at.date()
    return roles[0]


def stay(record: Record, at: datetime, *, about: dict[str, Any], story: str, trade: str = "", nights: int = 0) -> None:
    """Some nights in a service, an act for some, and the letter of discharge."""
    random = record.random
    role = record.carers.specialist(trade or _trade(record, about["id"], at=at.date()), at.date())
    until = at + timedelta(days=nights or max(1, int(random.expovariate(0.2))))
    encounter = encounters.stay(record, at, role=role, words=f"Hospitalisation : {about['title'].lower()}", until=until)
    course = [story]
    if about.get("procedure") and at.date() < record.end:
        course.append(
            f"{procedures.perform(record, at + timedelta(minutes=90), role=role, code=about['procedure'], encounter=encounter)}, suites simples."
        )
    course.append("Sortie à domicile avec l'accord du médecin, traitement habituel repris.")
    if until.date() < record.end:
        discharge(record, until, role=role, encounter=encounter, reason=about["title"], course=course)


def _trade(record: Record, complaint: str, *, at: date) -> str:
    if complaint in ("hip", "wrist", "appendicitis"):
        return "orthopaedics"
    if record.age(at) < 16:
        return "paediatrics"
    return "geriatrics" if record.age(at) >= 82 else "internal"
