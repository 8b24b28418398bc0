"""The way that nobody had to go: from the patient's home to the place of practice and back, as the crow flies."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Any

from seve.fhir import Resource

_GEOLOCATION = "http://hl7.org/fhir/StructureDefinition/geolocation"
_EARTH_KM = 6_371.0
Point = tuple[float, float]


def avoided_km(patient: Resource, place: Resource) -> int | None:
    """Whole kilometres there and back; None unless both places are known by their coordinates."""
    home = next(filter(None, (_of_address(one) for one in patient.get("address", ()))), None)
    there = _of_position(place.get("position", {}))
    return None if home is None or there is None else round(2 * _km(home, there))


def _of_address(address: dict[str, Any]) -> Point | None:
    found = next((one for one in address.get("extension", ()) if one.get("url") == _GEOLOCATION), {})
    parts = {one["url"]: one.get("valueDecimal") for one in found.get("extension", ())}
    return _of_position(parts)


def _of_position(position: dict[str, Any]) -> Point | None:
    latitude, longitude = position.get("latitude"), position.get("longitude")
    return None if latitude is None or longitude is None else (float(latitude), float(longitude))


def _km(one: Point, other: Point) -> float:
    """By the haversine formula."""
    (north, east), (north2, east2) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
