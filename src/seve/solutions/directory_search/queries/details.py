"""One professional, service, place or unit, with what belongs to it. What is not active any more is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seve.fhir import Resource
from seve.france.capacity import Figure, figures
from seve.kernel.texts import Language
from seve.sdk import NotFound, Person, Records
from seve.solutions.directory_search.model import cards
from seve.solutions.directory_search.model.asking import Pairs
from seve.solutions.directory_search.model.cards import Card

_MOST = 50
_INCLUDES: Pairs = [
    ("_include", f"PractitionerRole:{name}") for name in ("practitioner", "location", "organization", "service")
]


@dataclass(frozen=True, slots=True)
class Told:
    """A card with what is around it: who works there, what is offered there, where its person works besides."""

    card: Card
    people: tuple[Card, ...] = ()
    services: tuple[Card, ...] = ()
    elsewhere: tuple[Card, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """The figures of a unit as they were in one version, and who gave them (name and organisation as far as they may be known)."""

    version: str
    figures: tuple[Figure, ...]
    by: Person | None


async def role(records: Records, id_: str, *, language: Language) -> Told:
    """A professional at a place. Raises NotFound, also for whom is not active."""
    found = await records.search("PractitionerRole", ("_id", id_), ("active", "true"), *_INCLUDES)
    known = cards.by_reference(found.included)
    if not found.matches or not _is_practising(found.matches[0], known):
        raise NotFound
    one = found.matches[0]
    person = str(one.get("practitioner", {}).get("reference", ""))
    house = str(one.get("organization", {}).get("reference", ""))
    colleagues = await people(records, ("organization", house), language=language) if house else ()
    others = await people(records, ("practitioner", person), language=language) if person else ()
    other_ids = {card.id for card in others}
    return Told(
        cards.of_role(one, known, language=language),
        people=tuple(card for card in colleagues if card.id not in other_ids),
        elsewhere=tuple(card for card in others if card.id != id_),
    )


async def service(records: Records, id_: str, *, language: Language) -> Told:
    """A service. Raises NotFound."""
    includes: Pairs = [("_include", "HealthcareService:location"), ("_include", "HealthcareService:organization")]
    found = await records.search("HealthcareService", ("_id", id_), ("active", "true"), *includes)
    if not found.matches:
        raise NotFound
    one, known = found.matches[0], cards.by_reference(found.included)
    team = await people(records, ("service", f"HealthcareService/{id_}"), language=language)
    if cards.is_consultation(one) and not team:
        raise NotFound  # nobody gives it any more
    units = [
        cards.of_unit(place, [one])
        for place in known.values()
        if place["resourceType"] == "Location" and figures(place)
    ]
    return Told(cards.of_service(one, known), people=team, services=tuple(units), comment=str(one.get("comment", "")))


async def place(records: Records, id_: str, *, language: Language) -> Told:
    """A place. Raises NotFound."""
    one = await _open_place(records, id_)
    at = ("location", f"Location/{id_}")
    offered = await records.search(
        "HealthcareService", at, ("active", "true"), ("characteristic:not", cards.CONSULTATION), ("_count", str(_MOST))
    )
    inside = await records.search(
        "Location", ("partof", f"Location/{id_}"), ("status", "active"), ("_count", str(_MOST))
    )
    units = [cards.of_unit(unit, offered.matches) for unit in inside.matches if figures(unit)]
    team = await people(records, at, language=language)
    return Told(
        cards.of_place(one),
        people=team,
        services=tuple([cards.of_service(service, {}) for service in offered.matches] + units),
    )


async def unit(records: Records, id_: str) -> tuple[Resource, Card, tuple[Moment, ...]]:
    """A unit with its beds: the Location as it stands, how it reads, and its figures through time, newest first. Raises NotFound."""
    one = await _open_place(records, id_)
    if not figures(one):
        raise NotFound
    services = await records.search("HealthcareService", ("location", f"Location/{id_}"), ("active", "true"))
    versions = await records.history("Location", id_)
    givers = await records.people(figure.by for version in versions for figure in figures(version) if figure.by)
    return one, cards.of_unit(one, services.matches), tuple(_moments(versions, givers))


async def units_of(records: Records, organization: str) -> tuple[Card, ...]:
    """The units that an organisation keeps, by name; none of no organisation."""
    if not organization:
        return ()
    found = await records.search(
        "Location", ("organization", organization), ("status", "active"), ("_count", str(_MOST)), ("_sort", "name")
    )
    return tuple(cards.of_unit(one, ()) for one in found.matches if figures(one))


async def people(records: Records, pair: tuple[str, str], *, language: Language) -> tuple[Card, ...]:
    """The professionals of something, who practise."""
    found = await records.search("PractitionerRole", pair, ("active", "true"), *_INCLUDES, ("_count", str(_MOST)))
    known = cards.by_reference(found.included)
    return tuple(cards.of_role(one, known, language=language) for one in found.matches if _is_practising(one, known))


async def _open_place(records: Records, id_: str) -> Resource:
    one = await records.read("Location", id_)
    if one.get("status", "active") != "active":
        raise NotFound
    return one


def _is_practising(role_: Resource, known: cards.Known) -> bool:
    person = known.get(str(role_.get("practitioner", {}).get("reference", "")), {})
    return bool(person.get("active", True))


def _moments(versions: Iterable[Resource], givers: dict[str, Person]) -> Iterable[Moment]:
    """Versions that tell other figures than the one before them."""
    told = [(version["meta"]["versionId"], figures(version)) for version in versions]
    for at, (version, now) in enumerate(told):
        before = told[at + 1][1] if at + 1 < len(told) else None
        if now and now != before:
            yield Moment(version, now, givers.get(next((one.by for one in now if one.by), "")))
