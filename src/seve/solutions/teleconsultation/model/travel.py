"""The way that nobody had to go: from the patient's home to the place of practice and back, as the crow flies."""

from __future__ import annotations

from seve.fhir import Resource
from seve.fhir.distances import kilometres, position_of_address, position_of_place


def avoided_km(patient: Resource, place: Resource) -> int | None:
    """Whole kilometres there and back; None unless both places are known by their coordinates."""
    home = next(filter(None, map(position_of_address, patient.get("address", ()))), None)
    there = position_of_place(place)
    return None if home is None or there is None else round(2 * kilometres(home, there))
