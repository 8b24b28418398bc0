"""How far two places are from each other as the crow flies, and where an Address or a Location is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final, TypeAlias

Point: TypeAlias = tuple[float, float]
"""Latitude and longitude, in degrees."""

_GEOLOCATION: Final = "http://hl7.org/fhir/StructureDefinition/geolocation"
_EARTH_KM: Final = 6_371.0


def kilometres(one: Point, other: Point) -> float:
    """By the haversine formula."""
    (north, east), (north2, east2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def point_of_address(address: Mapping[str, Any]) -> Point | None:
    """By the geolocation extension of HL7; None without one."""
    found = next((one for one in address.get("extension", ()) if one.get("url") == _GEOLOCATION), {})
    return _point({one["url"]: one.get("valueDecimal") for one in found.get("extension", ())})


def point_of_place(location: Mapping[str, Any]) -> Point | None:
    """By Location.position; None without one."""
    return _point(location.get("position", {}))


def middle(points: Iterable[Point]) -> Point | None:
    """Of places that are close to each other; None of none."""
    found = list(points)
    if not found:
        return None
    return sum(one[0] for one in found) / len(found), sum(one[1] for one in found) / len(found)


def _point(said: Mapping[str, Any]) -> Point | None:
    latitude, longitude = said.get("latitude"), said.get("longitude")
    return None if latitude is None or longitude is None else (float(latitude), float(longitude))
