"""Positions on the Earth, for `Location.near` (R4, Location search: near)."""

from __future__ import annotations

from typing import Any

from seve.fhir.search.entries import Entries


def post_position(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Location.position."""
    latitude, longitude = value.get("latitude"), value.get("longitude")
    if latitude is not None and longitude is not None:
        out.positions.append((key, float(latitude), float(longitude)))
