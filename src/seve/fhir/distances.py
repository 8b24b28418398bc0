"""How far two places are from each other as the crow flies, and where an Address or a Location is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final, NamedTuple

_GEOLOCATION: Final = "http://hl7.org/fhir/StructureDefinition/geolocation"
_EARTH_KM: Final = 6_371.0


class Position(NamedTuple):
    """Degrees of WGS 84."""

    latitude: float
    longitude: float


def kilometres(one: Position, other: Position) -> float:
    """By the haversine formula."""
    (north, east), (north2, east2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def position_of_address(address: Mapping[str, Any]) -> Position | None:
    """By the geolocation extension of HL7; None without one."""
    found = next((one for one in address.get("extension", ()) if one.get("url") == _GEOLOCATION), {})
    return _position({one["url"]: one.get("valueDecimal") for one in found.get("extension", ())})


def position_of_place(location: Mapping[str, Any] | None) -> Position | None:
    """By Location.position; None without one."""
    return _position((location or {}).get("position", {}))


def middle(positions: Iterable[Position]) -> Position | None:
    """Of places that are close to each other; None of none."""
    found = list(positions)
    if not found:
        return None
    count = len(found)
    return Position(sum(one.latitude for one in found) / count, sum(one.longitude for one in found) / count)


def _position(said: Mapping[str, Any]) -> Position | None:
    latitude, longitude = said.get("latitude"), said.get("longitude")
    return None if latitude is None or longitude is None else Position(float(latitude), float(longitude))
