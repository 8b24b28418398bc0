"""What was found, as people read it: a professional at a place, a service, or a unit with its beds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.distances import Position, kilometres, position_of_place
from seve.france.capacity import Figure, equipment, figures
from seve.france.features import CARE_MODE_SYSTEM, FEATURE_SYSTEM, FEATURES, TARIFF_SYSTEM
from seve.france.identity.professions import PROFESSION_SYSTEM
from seve.kernel.texts import Language
from seve.sdk import wording
from seve.solutions.directory_search.model.hours import Opening, openings
from seve.solutions.directory_search.model.places import Place

Sort: TypeAlias = Literal["role", "service", "place", "beds"]
Known: TypeAlias = Mapping[str, Resource]
"""Resources by reference (`Location/1`)."""
STALE_HOURS: Final = 24.0
"""From when on a figure of beds is shown as old: the ROR asks for one a day at least."""

_CONSULTING: Final = "32"
CONSULTATION: Final = f"{CARE_MODE_SYSTEM}|{_CONSULTING}"
"""The characteristic of a service that is somebody's consultation: it is found with them, not among services."""


@dataclass(frozen=True, slots=True)
class Card:
    """`sort` and `id` say which page tells more. `km` is the distance from where the search began, None when it began nowhere. `next` is
    the next free time, of the Schedule whose id is `agenda`.
    """

    sort: Sort
    id: str
    name: str
    trade: str = ""
    house: str = ""
    house_id: str = ""
    lines: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    sector: str = ""
    languages: tuple[str, ...] = ()
    opening: tuple[Opening, ...] = ()
    figures: tuple[Figure, ...] = ()
    equipment: tuple[str, ...] = ()
    position: Position | None = None
    km: float | None = None
    next: datetime | None = None
    agenda: str = ""

    @property
    def anchor(self) -> str:
        """Its id on a page."""
        return f"{self.sort}-{self.id}"

    def from_(self, centre: Position | None) -> Card:
        """With its distance."""
        return replace(self, km=kilometres(self.position, centre)) if centre and self.position else self

    @property
    def place(self) -> Place:
        """For the map."""
        return Place(self.anchor, self.name, self.lines[-1].partition(" ")[2] if self.lines else "", self.position)

    @property
    def free(self) -> int:
        """How many beds and places are free in all, as far as that was told."""
        return sum(one.free or 0 for one in self.figures)

    def is_stale(self, now: datetime) -> bool:
        """Whether no figure is of the last hours."""
        return all(one.is_stale(now, hours=STALE_HOURS) for one in self.figures)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of what was found. `is_cut`: more was found than is looked through for distance and hours. `next` is the token of the
    following page or "", `near` names that are spelt nearly so.
    """

    cards: tuple[Card, ...] = ()
    total: int = 0
    next: str = ""
    is_cut: bool = False
    near: tuple[str, ...] = field(default=())


def by_reference(resources: Iterable[Resource]) -> dict[str, Resource]:
    """What came with a search."""
    return {f"{one['resourceType']}/{one['id']}": one for one in resources}


def of_role(role: Resource, known: Known, *, language: Language) -> Card:
    """A professional at a place."""
    person, location = _first(role, "practitioner", known), _first(role, "location", known)
    house, services = _first(role, "organization", known), _all(role, "healthcareService", known)
    features, sector = _features(services)
    return Card(
        "role",
        role["id"],
        name=wording.name_of(person or {}) or str(role.get("practitioner", {}).get("display", "")),
        trade=trade_of(role, language),
        house=wording.name_of(house or {}) or str(role.get("organization", {}).get("display", "")),
        house_id=(location or {}).get("id", ""),
        lines=_lines(location or house),
        phones=_phones(role, *services, location, house),
        features=features,
        sector=sector,
        languages=languages(person, *services),
        opening=openings(role) or next(filter(None, map(openings, services)), ()),
        position=position_of_place(location),
    )


def of_service(service: Resource, known: Known) -> Card:
    """A service, at its first place."""
    location, house = _first(service, "location", known), _first(service, "providedBy", known)
    features, sector = _features([service])
    return Card(
        "service",
        service["id"],
        name=str(service.get("name", "")),
        trade=wording.coded(service.get("specialty", service.get("type", []))),
        house=wording.name_of(house or {}) or str((location or {}).get("name", "")),
        house_id=(location or {}).get("id", ""),
        lines=_lines(location or house),
        phones=_phones(service, location, house),
        features=features,
        sector=sector,
        languages=languages(service),
        opening=openings(service) or openings(location),
        position=position_of_place(location),
    )


def of_place(location: Resource) -> Card:
    """A place."""
    return Card(
        "place",
        location["id"],
        name=str(location.get("name", "")),
        lines=_lines(location),
        phones=_phones(location),
        opening=openings(location),
        figures=figures(location),
        equipment=tuple(filter(None, map(wording.coded, equipment(location)))),
        position=position_of_place(location),
    )


def of_unit(location: Resource, services: Iterable[Resource]) -> Card:
    """A unit with its beds, and the services that lie there."""
    own = [one for one in services if f"Location/{location['id']}" in _references(one, "location")]
    features, _ = _features(own)
    specialties = dict.fromkeys(wording.coded(one.get("specialty", one.get("type", []))) for one in own)
    return replace(
        of_place(location),
        sort="beds",
        trade=", ".join(filter(None, specialties)),
        features=features,
        phones=_phones(location, *own),
    )


def trade_of(role: Resource, language: Language) -> str:
    """What somebody is: their specialty, else their profession, in words."""
    for concept in (*role.get("specialty", ()), *role.get("code", ())):
        if words := concept.get("text") or next(
            (c["display"] for c in concept.get("coding", ()) if c.get("display")), ""
        ):
            return str(words)
    codes = (code for one in role.get("code", ()) for code in wording.codes(one, PROFESSION_SYSTEM))
    return next(filter(None, (wording.profession(code, language) for code in codes)), "")


def languages(*resources: Resource | None) -> tuple[str, ...]:
    """Codes of the languages that are spoken."""
    spoken = (one for resource in resources for one in (resource or {}).get("communication", ()))
    return tuple(dict.fromkeys(code for one in spoken for code in wording.codes(one)))


def is_consultation(service: Resource) -> bool:
    """Whether a service is the consultation of somebody."""
    return any(_CONSULTING in wording.codes(one, CARE_MODE_SYSTEM) for one in service.get("characteristic", ()))


def managed_by(location: Resource) -> str:
    """The reference of the organisation that keeps a place, or ""."""
    return str(location.get("managingOrganization", {}).get("reference", ""))


def _features(services: Iterable[Resource]) -> tuple[tuple[str, ...], str]:
    told = [one for service in services for one in service.get("characteristic", ())]
    codes = {code for one in told for code in wording.codes(one, FEATURE_SYSTEM)}
    sectors = [code for one in told for code in wording.codes(one, TARIFF_SYSTEM)]
    return tuple(one for one in FEATURES if one in codes), next(iter(sectors), "")


def _lines(place: Resource | None) -> tuple[str, ...]:
    found: Any = (place or {}).get("address") or {}
    address: dict[str, Any] = found[0] if isinstance(found, list) else found
    town = " ".join(filter(None, (address.get("postalCode", ""), address.get("city", ""))))
    return tuple(filter(None, (*map(str, address.get("line", ())), town)))


def _phones(*resources: Resource | None) -> tuple[str, ...]:
    """Of the nearest that has one: a role's own number before the house's."""
    for resource in resources:
        found = [
            one["value"]
            for one in (resource or {}).get("telecom", ())
            if one.get("system") == "phone" and one.get("value")
        ]
        if found:
            return tuple(dict.fromkeys(map(str, found)))
    return ()


def _references(resource: Resource, name: str) -> list[str]:
    value: Any = resource.get(name, ())
    ones: list[dict[str, Any]] = [value] if isinstance(value, dict) else list(value)
    return [str(one["reference"]) for one in ones if one.get("reference")]


def _all(resource: Resource, name: str, known: Known) -> list[Resource]:
    return [known[one] for one in _references(resource, name) if one in known]


def _first(resource: Resource, name: str, known: Known) -> Resource | None:
    return next(iter(_all(resource, name, known)), None)
