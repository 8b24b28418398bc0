"""Agendas of those who receive patients: weekly hours, what one may come for, and a few appointments of the known people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.extensions import complex_
from seve.fhir.scheduling import Agenda, Asked, Reason, Rule, with_agenda, with_asked
from seve.france.identity.professions import KNOW_HOW_SYSTEMS, PROFESSION_SYSTEM
from seve.territory.marks import META, claiming, concept, moment, to
from seve.territory.people.person import Person
from seve.territory.places.world import Role, World
from seve.territory.streams import stream
from seve.territory.tables import table

_KINDS: Final = ("practice", "specialists", "nurses")
_BOTH: Final = ("site", "video")
_WEEK: Final = ("mon", "tue", "wed", "thu", "fri")
_QUESTIONS: Final = "https://exemple.invalid/territoire/Questionnaire/avant-visite"
_FIRST: Final = Reason("premiere-consultation", "Première consultation", 30, ("site",), questionnaire=_QUESTIONS)
_CARE: Final = {
    "general": (
        Reason("consultation", "Consultation", 20, _BOTH),
        _FIRST,
        Reason("suivi", "Suivi d'une maladie chronique", 20, _BOTH, questionnaire=_QUESTIONS),
        Reason("vaccination", "Vaccination", 10, ("site",)),
        Reason("urgence", "Urgence du jour", 10, ("site",), is_public=False),
    ),
    "nurse": (
        Reason("soins-a-domicile", "Soins à domicile", 30, ("home",)),
        Reason("vaccination", "Vaccination", 10, ("site",)),
    ),
    "physiotherapist": (
        Reason("consultation", "Séance de rééducation", 30, ("site",)),
        Reason("soins-a-domicile", "Rééducation à domicile", 45, ("home",)),
    ),
    "midwife": (
        Reason("consultation", "Consultation", 30, ("site",)),
        Reason("suivi", "Suivi de grossesse", 30, _BOTH),
    ),
}
_OTHERS: Final = (
    Reason("consultation", "Consultation", 20, ("site",)),
    _FIRST,
    Reason("teleconsultation", "Téléconsultation de suivi", 20, ("video",), newcomers=False),
)
_AHEAD_DAYS: Final = (8, 36, 92)
_PREPARATION: Final = "Apportez votre carte Vitale, vos derniers résultats et la liste de vos médicaments."


def agendas(made: World, *, seed: str) -> Iterator[Resource]:
    """A Schedule for each of them, and the questionnaire that some ask to be answered before."""
    yield _questionnaire()
    for role in made.roles:
        if role.house.kind in _KINDS and role.trade in table("houses")["trades"]:
            yield _schedule(role, stream(seed, "agenda", role.id))


def booked(made: World, who: Person, *, doctor: str, rank: int, after: date) -> Iterator[Resource]:
    """Appointments to come of one of the known people with their doctor; `rank` tells them apart, so that no two meet."""
    role = made.role(doctor)
    if role.house.kind in _KINDS:
        for number, days in enumerate(_AHEAD_DAYS):
            yield _booked(role, who, rank=rank, after=after, number=number, ahead=after + timedelta(days=days))


def _booked(role: Role, who: Person, *, rank: int, after: date, number: int, ahead: date) -> Resource:
    day = next(d for n in range(7) if (d := ahead + timedelta(days=n)).weekday() == 1)
    start = datetime.combine(day, time(9)) + timedelta(minutes=20 * rank)
    end = start + timedelta(minutes=20)
    found: Resource = {
        "resourceType": "Appointment",
        "id": f"{who.id}-rdv-{number}",
        "meta": claiming("appointment"),
        "status": "booked",
        "description": "Suivi d'une maladie chronique",
        "start": moment(start),
        "end": moment(end),
        "minutesDuration": 20,
        "created": moment(datetime.combine(after, time(8))),
        "participant": [
            {"actor": to(f"Patient/{who.id}", f"{who.given[0]} {who.family} · {who.birth}"), "status": "accepted"},
            {"actor": to(role.reference, role.name), "status": "accepted"},
            {"actor": to(role.practitioner), "status": "accepted"},
            {
                "actor": to(f"Location/lieu-{role.house.id}", role.house.name),
                "required": "information-only",
                "status": "accepted",
            },
        ],
    }
    return with_asked(found, Asked(f"Schedule/{agenda_id(role)}", "suivi", "site"))


def agenda_id(role: Role) -> str:
    """The id of somebody's Schedule."""
    return f"agenda-{role.id}"[:64]


def _schedule(role: Role, random: Random) -> Resource:
    trade: dict[str, Any] = table("houses")["trades"][role.trade]
    reasons = _CARE.get(role.trade, _OTHERS)
    found: Resource = {
        "resourceType": "Schedule",
        "id": agenda_id(role),
        "meta": META,
        "active": True,
        "serviceCategory": [concept(PROFESSION_SYSTEM, trade["profession"], words=role.words)],
        "actor": [
            to(role.reference, role.name),
            to(role.practitioner),
            to(f"Location/lieu-{role.house.id}", role.house.name),
        ],
        "comment": role.words,
    }
    if "specialty" in trade:
        found["specialty"] = [concept(KNOW_HOW_SYSTEMS["S"], trade["specialty"], words=role.words)]
    made = with_agenda(found, Agenda(reasons, tuple(_rules(role, random)), (), "Europe/Paris", role.house.home.insee))
    prepared = complex_("agenda-preparation", [("reason", "Code", reasons[0].code), ("text", "String", _PREPARATION)])
    return {**made, "extension": [*made["extension"], prepared]}


def _rules(role: Role, random: Random) -> Iterator[Rule]:
    """Mornings most days, some afternoons; general practitioners also by video on two evenings, from wherever they are."""
    off = random.choice(_WEEK[2:])
    days = tuple(day for day in _WEEK if day != off)
    step = 30 if role.trade in ("nurse", "physiotherapist", "midwife") else 20
    yield Rule(days, time(random.choice((8, 9))), time(12), step=step)
    yield Rule(days[::2], time(14), time(random.choice((17, 18))), step=step)
    if role.trade == "general":
        yield Rule(("tue", "thu"), time(18), time(20), step=20, reasons=("consultation", "suivi"), modes=("video",))


def _questionnaire() -> Resource:
    return {
        "resourceType": "Questionnaire",
        "id": "questions-avant-visite",
        "meta": META,
        "url": _QUESTIONS,
        "status": "active",
        "title": "Avant votre visite",
        "subjectType": ["Patient"],
        "item": [
            {"linkId": "why", "text": "Qu'est-ce qui vous amène ?", "type": "text", "required": True},
            {"linkId": "new", "text": "Avez-vous changé de médicament depuis la dernière visite ?", "type": "boolean"},
            {"linkId": "pain", "text": "Douleur, de 0 à 10", "type": "integer"},
        ],
    }
