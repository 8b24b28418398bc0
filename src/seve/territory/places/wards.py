"""Where patients lie: the units of hospitals and the places of homes for the old, with the beds that are free on a morning. Invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from seve.fhir import Resource
from seve.france.capacity import EQUIPMENT, EQUIPMENT_SYSTEM, Figure, Nature, with_figure
from seve.france.features import CARE_MODE_SYSTEM
from seve.territory.marks import moment
from seve.territory.people import names
from seve.territory.people.names import ascii_
from seve.territory.places.world import House
from seve.territory.streams import stream

_MORNING: Final = time(7, 0)
_SIZES = {"urgences": (6, 12), "médecine interne": (20, 36), "gériatrie": (24, 40), "cardiologie": (18, 30)}
_USUAL = (10, 26)
_FULL_STAY, _SHORT_STAY = "28", "13"
"""TRE_R213: « hospitalisation complète » and the short-stay unit of emergencies (UHCD)."""
CONSULTING: Final = {"coding": [{"system": CARE_MODE_SYSTEM, "code": "32"}], "text": "Consultation"}
_EQUIPMENT = {
    "obstétrique": ("030", "Échographe 3D"),
    "chirurgie orthopédique": ("089", "Lit d'hospitalisation obésité (250 à 350 kg)"),
}


@dataclass(frozen=True, slots=True)
class Ward:
    """A unit of a house; its beds, or places."""

    name: str
    phone: str
    nature: Nature
    total: int
    free: int
    closed: int


def wards(house: House) -> Iterator[Ward]:
    """The units of a house: those of a hospital's services, or the places of a home for the old."""
    if house.kind == "ehpad":
        yield _ward(house, "hébergement permanent", nature="place", sizes=(60, 90))
    for service in house.services:
        yield _ward(house, service, nature="bed", sizes=_SIZES.get(service, _USUAL))


def location_id(house: House, name: str) -> str:
    """The id of a unit's Location."""
    return f"unite-{house.id}-{ascii_(name)}"[:64]


def care_mode(service: str) -> dict[str, Any]:
    """How a hospital's service takes care of those who lie there."""
    code, words = (
        (_SHORT_STAY, "Hospitalisation courte durée")
        if service == "urgences"
        else (_FULL_STAY, "Hospitalisation complète")
    )
    return {"coding": [{"system": CARE_MODE_SYSTEM, "code": code}], "text": words}


def filled(location: Resource, ward: Ward, *, at: date) -> Resource:
    """The Location of a unit with its figure, and its special equipment."""
    told = moment(datetime.combine(at, _MORNING))
    found = with_figure(location, Figure(ward.nature, ward.total, ward.free, ward.closed, told, "bed-management"))
    if ward.name in _EQUIPMENT:
        code, words = _EQUIPMENT[ward.name]
        kind = {"coding": [{"system": EQUIPMENT_SYSTEM, "code": code}], "text": words}
        parts = [{"url": "equipmentType", "valueCodeableConcept": kind}, {"url": "nbInService", "valueInteger": 1}]
        found["extension"].append({"url": EQUIPMENT, "extension": parts})
    return found


def _ward(house: House, name: str, *, nature: Nature, sizes: tuple[int, int]) -> Ward:
    random = stream("ward", house.id, name)
    total = random.randint(*sizes)
    closed = random.choice((0, 0, 0, 1, 2))
    return Ward(name, names.line(random), nature, total, max(0, min(total - closed, int(random.gauss(2.5, 2)))), closed)
