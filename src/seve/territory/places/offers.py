"""What houses and their people offer beside their trade: where exactly, when, in which languages, for whom, at which tariff. Assumed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from seve.france.features import CONTRACTED, VITALE, characteristic
from seve.territory.places.world import House, Role
from seve.territory.streams import stream, weighted
from seve.territory.tables import table

DOORS: Final = {
    "pharmacy": "Pharmacie",
    "laboratory": "Laboratoire d'analyses",
    "imaging": "Imagerie médicale",
    "ehpad": "Hébergement de personnes âgées",
    "practice": "Maison de santé",
    "nurses": "Soins infirmiers",
}
"""What the open door of a house is called, by its kind."""

_SEED = "offer"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat")
_LANGUAGES = (
    ("ar", "arabe", 14),
    ("en", "anglais", 40),
    ("es", "espagnol", 15),
    ("pt", "portugais", 12),
    ("fsl", "langue des signes française", 4),
)
_TARIFFS = {"general": (("c1", 92.0), ("c3", 7.0), ("nc", 1.0)), "": (("c1", 55.0), ("c3", 44.0), ("nc", 1.0))}
"""Of general practitioners and of specialists: near what the health insurance tells, rounded."""
_PHYSICIAN = "10"
_AROUND = 0.012
"""How far from the middle of its commune a house is, at most, in degrees."""


def is_own(role: Role) -> bool:
    """Whether somebody offers consultations of their own: self-employed, and seen by appointment."""
    return role.house.kind in ("practice", "specialists", "nurses", "imaging") and role.trade != "analyst"


def service_id(role: Role) -> str:
    """The id of the HealthcareService of a self-employed professional."""
    return f"consult-{role.id}"[:64]


def position(house: House) -> dict[str, Decimal]:
    """Latitude and longitude of a house, somewhere in its commune."""
    commune = next(one for one in table("places")["commune"] if one["insee"] == house.home.insee)
    random = stream(_SEED, "position", house.id)
    return {
        name: Decimal(f"{float(commune[name]) + random.uniform(-_AROUND, _AROUND):.4f}")
        for name in ("longitude", "latitude")
    }


def languages(role: Role) -> list[dict[str, Any]]:
    """French, and with some luck others (BCP 47)."""
    random = stream(_SEED, "languages", role.person)
    spoken = [
        ("fr", "français"),
        *((code, words) for code, words, percent in _LANGUAGES if random.random() * 100 < percent),
    ]
    return [{"coding": [{"system": "urn:ietf:bcp:47", "code": code}], "text": words} for code, words in spoken]


def characteristics(house: House, role: Role | None = None) -> list[dict[str, Any]]:
    """Access to the house, and for one of its people: ways to be seen, new patients, tariff."""
    random = stream(_SEED, "access", house.id)
    chances = (("wheelchair", 0.8), ("hearing", 0.35), ("sight", 0.25), ("easy-words", 0.2))
    found = ["on-site", *(name for name, chance in chances if random.random() < chance)]
    if role is not None:
        found += _own(role)
    return [characteristic(one) for one in found]


def terms(role: Role) -> list[dict[str, Any]]:
    """Tariff sector and health card, as the Annuaire Santé has them on a PractitionerRole."""
    found: list[dict[str, Any]] = [{"url": VITALE, "valueBoolean": True}]
    if sector := _sector(role):
        found.insert(0, {"url": CONTRACTED, "valueCodeableConcept": characteristic(sector)})
    return found


def times(role: Role) -> list[dict[str, Any]]:
    """When somebody consults: most weekdays, a pause at noon."""
    random = stream(_SEED, "times", role.id)
    days = [day for day in _DAYS[:5] if random.random() < 0.85] or ["mon"]
    morning, evening = (
        random.choice(("08:00:00", "08:30:00", "09:00:00")),
        random.choice(("17:30:00", "18:00:00", "19:00:00")),
    )
    found: list[dict[str, Any]] = [_time(days, morning, "12:00:00"), _time(days, "14:00:00", evening)]
    if random.random() < 0.3:
        found.append(_time(["sat"], "09:00:00", "12:00:00"))
    return found


def open_times(house: House) -> list[dict[str, Any]]:
    """When a house is open."""
    if house.kind == "ehpad":
        return [{"daysOfWeek": [*_DAYS, "sun"], "allDay": True}]
    return [_time(list(_DAYS[:5]), "08:30:00", "19:00:00"), _time(["sat"], "09:00:00", "12:30:00")]


def hours_of(house: House) -> list[dict[str, Any]]:
    """The same for its Location."""
    if house.kind == "hospital":
        return [{"daysOfWeek": [*_DAYS, "sun"], "allDay": True}]
    return [
        {"daysOfWeek": one["daysOfWeek"], "allDay": True}
        if one.get("allDay")
        else {
            "daysOfWeek": one["daysOfWeek"],
            "openingTime": one["availableStartTime"],
            "closingTime": one["availableEndTime"],
        }
        for one in open_times(house)
    ]


def _own(role: Role) -> list[str]:
    random = stream(_SEED, "terms", role.id)
    found = ["video"] if random.random() < 0.45 else []
    if role.trade in ("nurse", "general", "midwife", "physiotherapist") and random.random() < 0.6:
        found.append("home")
    found += ["new-patients"] if random.random() < 0.55 else []
    found += ["third-party"] if random.random() < 0.5 else []
    sector = _sector(role)
    return [*found, *([sector] if sector else [])]


def _sector(role: Role) -> str:
    trade = table("houses")["trades"].get(role.trade, {})
    if trade.get("profession") != _PHYSICIAN:
        return "c1"
    return weighted(stream(_SEED, "sector", role.id), _TARIFFS.get(role.trade, _TARIFFS[""]))


def _time(days: list[str], start: str, end: str) -> dict[str, Any]:
    return {"daysOfWeek": days, "availableStartTime": start, "availableEndTime": end}
