"""Beds and places as the ROR tells them: extensions of a Location (guide `ans.fhir.fr.ror` 0.7.0, ror-location-supported-capacity).

The ROR has one record for each nature and status, with the time of the figure and the kind of its source. It has no place for who
gave the figure: an extension of our own stands beside its parts, which its slicing (open) allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.france.identity.professions import nos_system

EXTENSION: Final = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/ror-location-supported-capacity"
EQUIPMENT: Final = "https://interop.esante.gouv.fr/ig/fhir/ror/StructureDefinition/ror-location-equipment"
GIVEN_BY: Final = "urn:seve:directory:capacity-given-by"
NATURE_SYSTEM: Final = nos_system("TRE_R329-NatureCapacite")
STATUS_SYSTEM: Final = nos_system("TRE_R330-TypeStatutCapacite")
TEMPORALITY_SYSTEM: Final = nos_system("TRE_R331-TemporaliteCapacite")
SOURCE_SYSTEM: Final = nos_system("TRE_R335-TypeSourceCapacite")
ASSIGNMENT_SYSTEM: Final = nos_system("TRE_R337-AffectationTemporaire")
EQUIPMENT_SYSTEM: Final = nos_system("TRE_R212-Equipement")
FUNCTION_SYSTEM: Final = nos_system("TRE_R343-FonctionLieu")
LODGING: Final = "001"
"""The function of a Location that lodges patients (« hébergement »): all that hold beds or places have it."""

Nature: TypeAlias = Literal["bed", "place", "housing"]
Source: TypeAlias = Literal["typed", "bed-management", "admission", "record"]

_NATURES: dict[str, Nature] = {"01": "bed", "02": "place", "03": "housing"}
_SOURCES: dict[str, Source] = {"01": "typed", "02": "bed-management", "03": "admission", "04": "record"}
_TOTAL, _FREE, _CLOSED = "01", "02", "05"
_NOW, _NO_ASSIGNMENT = "01", "01"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one unit has of one nature: counts (None: not told), when that was so (FHIR dateTime) and who said it (a reference or "")."""

    nature: Nature
    total: int | None
    free: int | None
    closed: int | None
    at: str
    source: Source = "typed"
    by: str = ""

    def is_stale(self, now: datetime, *, hours: float) -> bool:
        """Whether the figure is older than so many hours, or has no time that can be read."""
        try:
            return (now - datetime.fromisoformat(self.at)).total_seconds() > hours * 3_600
        except (ValueError, TypeError):  # no time, or one without its zone
            return True


def figures(location: Resource) -> tuple[Figure, ...]:
    """The present figures of a Location, by nature; forecasts and temporary assignments are left out, as are counts below zero."""
    found = dict[Nature, dict[str, _Record]]()
    for extension in _extensions(location, EXTENSION):
        record = _Record.read(extension)
        if record is not None:
            found.setdefault(record.nature, {})[record.status] = record
    return tuple(_figure(nature, records) for nature, records in found.items())


def with_figure(location: Resource, figure: Figure) -> Resource:
    """The Location with another figure in the place of the one of the same nature; all else stays."""
    kept = [one for one in location.get("extension", ()) if not _is_replaced(one, figure.nature)]
    return {**location, "extension": [*kept, *_written(figure)]}


def equipment(location: Resource) -> tuple[dict[str, Any], ...]:
    """The CodeableConcepts of special equipment that is in service."""
    found = list[dict[str, Any]]()
    for extension in _extensions(location, EQUIPMENT):
        parts = {one.get("url"): one for one in extension.get("extension", ())}
        if parts.get("nbInService", {}).get("valueInteger", 1) > 0 and "equipmentType" in parts:
            found.append(parts["equipmentType"].get("valueCodeableConcept", {}))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Record:
    nature: Nature
    status: str
    count: int
    at: str
    source: Source
    by: str

    @classmethod
    def read(cls, extension: Mapping[str, Any]) -> _Record | None:
        parts = {one.get("url"): one for one in extension.get("extension", ())}
        nature, count = _NATURES.get(_code(parts, "capacityType")), parts.get("nbCapacity", {}).get("valueInteger")
        is_present = _code(parts, "temporalityCapacity") in ("", _NOW)
        is_usual = _code(parts, "temporaryAssignement") in ("", _NO_ASSIGNMENT)
        if nature is None or not isinstance(count, int) or count < 0 or not (is_present and is_usual):
            return None
        at = str(parts.get("capacityUpdateDate", {}).get("valueDateTime", ""))
        by = str(parts.get(GIVEN_BY, {}).get("valueReference", {}).get("reference", ""))
        source = _SOURCES.get(_code(parts, "capacitySourceType"), "record")
        return cls(nature, _code(parts, "capacityStatus"), count, at, source, by)


def _figure(nature: Nature, records: Mapping[str, _Record]) -> Figure:
    told = records.get(_FREE) or next(iter(records.values()))
    total, free, closed = (records[one].count if one in records else None for one in (_TOTAL, _FREE, _CLOSED))
    return Figure(nature, total, free, closed, told.at, told.source, told.by)


def _written(figure: Figure) -> Iterator[dict[str, Any]]:
    for status, count in ((_TOTAL, figure.total), (_FREE, figure.free), (_CLOSED, figure.closed)):
        if count is None:
            continue
        parts: list[dict[str, Any]] = [
            _part("capacityType", NATURE_SYSTEM, next(code for code, one in _NATURES.items() if one == figure.nature)),
            _part("capacityStatus", STATUS_SYSTEM, status),
            _part("temporalityCapacity", TEMPORALITY_SYSTEM, _NOW),
            {"url": "nbCapacity", "valueInteger": count},
            _part(
                "capacitySourceType",
                SOURCE_SYSTEM,
                next(code for code, one in _SOURCES.items() if one == figure.source),
            ),
            {"url": "capacityUpdateDate", "valueDateTime": figure.at},
            _part("temporaryAssignement", ASSIGNMENT_SYSTEM, _NO_ASSIGNMENT),
        ]
        if figure.by:
            parts.append({"url": GIVEN_BY, "valueReference": {"reference": figure.by}})
        yield {"url": EXTENSION, "extension": parts}


def _is_replaced(extension: Mapping[str, Any], nature: Nature) -> bool:
    if extension.get("url") != EXTENSION:
        return False
    record = _Record.read(extension)
    return record is not None and record.nature == nature and record.status in (_TOTAL, _FREE, _CLOSED)


def _extensions(location: Resource, url: str) -> Iterator[Mapping[str, Any]]:
    return (one for one in location.get("extension", ()) if one.get("url") == url)


def _part(name: str, system: str, code: str) -> dict[str, Any]:
    return {"url": name, "valueCodeableConcept": {"coding": [{"system": system, "code": code}]}}


def _code(parts: Mapping[Any, Any], name: str) -> str:
    codings = parts.get(name, {}).get("valueCodeableConcept", {}).get("coding", ())
    return next((str(one["code"]) for one in codings if one.get("code")), "")
