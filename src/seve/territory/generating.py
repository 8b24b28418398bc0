"""Patient k of a seed, with everything that their life leaves; and the territory around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from seve.fhir import Resource
from seve.france.identity.trust import may_index_shared_data
from seve.territory.model.courses import Body
from seve.territory.model.life import Life, Span, live, whole_years
from seve.territory.people import records
from seve.territory.people.person import Person, Relative
from seve.territory.people.roster import BLOCK, roster
from seve.territory.places import admissions, house_rule
from seve.territory.places.agendas import agendas
from seve.territory.places.directory import directory
from seve.territory.places.world import World, world
from seve.territory.streams import stream
from seve.territory.tables import table
from seve.territory.traces import complaints, conditions, followup, hospital, pregnancy, prevention, standing
from seve.territory.traces.record import Agenda, Carers, Record

REFERENCE = date(2026, 11, 1)
"""The day on which lives are told to, unless another is given."""
YEARS = 10
_EHPAD_AGE = 80
_NEAR = 0.85
"""The share of people whose doctor is of their commune, where there is one: assumed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a territory is made from: the same terms give the same bytes."""

    seed: str = "seve"
    until: date = REFERENCE
    years: int = YEARS

    @property
    def span(self) -> Span:
        """The time told."""
        return Span(self.until.replace(year=self.until.year - self.years), self.until)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is fixed of a life, of those whose story is known; the rest is drawn."""

    onsets: Mapping[str, date] | None = None
    doctor: str = ""
    has_pharmacy: bool = True
    extra: tuple[str, ...] = ()
    allergy: tuple[str, str, str, str] | None = None
    in_ehpad: bool = False
    in_ward: bool = False
    helper: Relative | None = None
    specialists: Mapping[str, str] = field(default_factory=dict[str, str])


_DRAWN = Wishes()


def around(terms: Terms) -> Iterator[Resource]:
    """The directory: houses, those who work there, and their agendas."""
    yield from directory(world(terms.seed), at=terms.until)
    yield from agendas(world(terms.seed), seed=terms.seed)
    yield from admissions.office(world(terms.seed))
    yield house_rule.rule(world(terms.seed), until=terms.until)


def person(terms: Terms, number: int) -> Person:
    """Patient `number`, before anything happens."""
    return _block(terms, number // BLOCK)[number % BLOCK]


@lru_cache(maxsize=4)
def _block(terms: Terms, block: int) -> list[Person]:
    return roster(terms.seed, block, span=terms.span)


def record(terms: Terms, number: int) -> Record:
    """The record of patient `number`."""
    return recorded(terms, person(terms, number))


def recorded(terms: Terms, who: Person, *, wishes: Wishes = _DRAWN) -> Record:
    """The record of somebody."""
    span, random = terms.span, stream(terms.seed, "life", who.id)
    is_known = wishes.onsets is not None
    life = live(who.birth, who.sex, span=span, random=random, fixed=wishes.onsets, is_spared=is_known)
    made = world(terms.seed)
    carers = _carers(made, who, random=random, wishes=wishes)
    in_ehpad = wishes.in_ehpad or _moves_in(life, span, random=random)
    if in_ehpad:
        who = _resident(made, who, carers=carers, at=span.until)
    found = Record(who, life, span, random, carers, Body.drawn(random, who.sex, life=life), in_ehpad=in_ehpad)
    _standing_first(found, wishes)
    agenda = Agenda(found)
    for planner in (followup, prevention, complaints, pregnancy, hospital):
        planner.plan(agenda)
    if wishes.in_ward:
        hospital.admit(agenda, span.until - timedelta(days=3))
    agenda.happen()
    standing.plans(found)
    if not is_known:
        standing.choices(found)
    if wishes.helper:
        standing.lets_help(found)
    standing.closing(found)
    standing.team(found, has_pharmacy=wishes.has_pharmacy, extra=wishes.extra)
    _managed(found, made)
    return found


def _managed(found: Record, made: World) -> None:
    """The record is that of the first hospital that its patient came to: its identity desk looks after the identity."""
    hospitals = {house.reference for house in made.houses if house.kind == "hospital"}
    providers = (one["serviceProvider"] for one in found.resources if one["resourceType"] == "Encounter")
    if first := next((one for one in providers if one["reference"] in hospitals), None):
        found.resources[0]["managingOrganization"] = first


def _standing_first(found: Record, wishes: Wishes) -> None:
    who, random, doctor = found.person, found.random, found.carers.doctor
    chosen = doctor.practitioner if found.carers.is_chosen else ""
    patient = records.patient(
        who,
        random,
        death=found.life.death,
        doctor=chosen,
        doctor_name=doctor.name if chosen else "",
        is_known=wishes.onsets is not None,
    )
    found.resources.append(patient)
    found.is_indexed = may_index_shared_data(patient, environment="test")
    is_minor = whole_years(who.birth, found.span.until) < 18
    helper = wishes.helper or (next(iter(who.children()), None) if found.age(found.end) >= _EHPAD_AGE else None)
    found.resources.extend(records.related(who, at=found.end, is_minor=is_minor, helper=helper))
    conditions.long_ones(found, doctor)
    if wishes.allergy:
        standing.allergy(found, wishes.allergy)
    else:
        standing.allergies(found)


def _carers(made: World, who: Person, *, random: Random, wishes: Wishes) -> Carers:
    generals = made.of("general", kinds=("practice",))
    near = [role for role in generals if role.house.home.insee == who.home.insee]
    chosen = random.choice(near if near and random.random() < _NEAR else generals)
    has_none = random.random() < float(table("population")["doctor"]["without_percent"]) / 100
    trades = dict.fromkeys(role.trade for role in made.roles if role.trade not in ("general", "analyst", "identity"))
    specialists = {trade: random.choice(made.of(trade)) for trade in trades}
    specialists |= {trade: made.role(id_) for trade, id_ in wishes.specialists.items()}
    return Carers(
        doctor=made.role(wishes.doctor) if wishes.doctor else chosen,
        is_chosen=bool(wishes.doctor) or not has_none,
        pharmacy=made.near("pharmacy", who.home, random=random),
        nurse=random.choice(made.of("nurse", kinds=("nurses",))),
        specialists=specialists,
    )


def _moves_in(life: Life, span: Span, *, random: Random) -> bool:
    """Whether somebody lives in the Ehpad at the end: about one in ten at 80 and over (Drees, EHPA 2019, rounded)."""
    if whole_years(life.birth, span.until) < _EHPAD_AGE:
        return False
    return random.random() < (0.35 if "dementia" in life.onsets else 0.06)


def _resident(made: World, who: Person, *, carers: Carers, at: date) -> Person:
    """Who moved to the Ehpad: its nurse and its doctor care too."""
    house = made.house("ehpad-cedres")
    carers.nurse = next(role for role in made.of("nurse") if role.house is house)
    carers.seen[next(role for role in made.of("general") if role.house is house).reference] = at
    line = f"{house.name}, {house.home.line}"
    return replace(who, home=replace(house.home, line=line), phone=house.phone)
