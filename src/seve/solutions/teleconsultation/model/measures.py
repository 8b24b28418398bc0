"""The four measures of a visit with somebody beside the patient, and the weight: LOINC codes, units, what can't be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from seve.fhir import Resource

_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_PANEL = {"system": _LOINC, "code": "85354-9", "display": "Blood pressure panel with all children optional"}
FEVER: Final = Decimal("38.0")


@dataclass(frozen=True, slots=True)
class Kind:
    """A measure: code, unit (UCUM, and as written), least and most that can be."""

    code: str
    display: str
    unit: str
    written: str
    least: Decimal
    most: Decimal


def _kind(code: str, display: str, units: str, *, can: str) -> Kind:
    unit, written = units.split(" ")
    least, most = map(Decimal, can.split())
    return Kind(code, display, unit, written, least, most)


KINDS: Final[Mapping[str, Kind]] = {
    "temperature": _kind("8310-5", "Body temperature", "Cel °C", can="25 45"),
    "heart_rate": _kind("8867-4", "Heart rate", "/min /min", can="20 250"),
    "oxygen": _kind("2708-6", "Oxygen saturation in Arterial blood", "% %", can="40 100"),
    "systolic": _kind("8480-6", "Systolic blood pressure", "mm[Hg] mmHg", can="40 300"),
    "diastolic": _kind("8462-4", "Diastolic blood pressure", "mm[Hg] mmHg", can="20 200"),
    "weight": _kind("29463-7", "Body weight", "kg kg", can="0.3 500"),
}
NAMES: Final = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that says what can't be."""

    name: str
    least: Decimal
    most: Decimal
    unit: str


def read(typed: Mapping[str, str]) -> dict[str, Decimal] | Wrong:
    """The values that were typed (`37,5`); the first that can't be. One half of a blood pressure is none."""
    found = dict[str, Decimal]()
    for name, kind in KINDS.items():
        if not (text := typed.get(name, "").strip()):
            continue
        value = _value(text)
        if value is None or not kind.least <= value <= kind.most:
            return Wrong(name, kind.least, kind.most, kind.written)
        found[name] = value
    return _pressure(found) or found


def observations(
    values: Mapping[str, Decimal], *, patient: str, encounter: str, by: str, at: str
) -> tuple[Resource, ...]:
    """One Observation a measure; both halves of a blood pressure are one."""
    head: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "vital-signs"}]}],
        "subject": {"reference": patient},
        "encounter": {"reference": f"Encounter/{encounter}"},
        "effectiveDateTime": at,
        "performer": [{"reference": by}],
    }
    made = [
        {**head, "code": {"coding": [_coding(KINDS[name])]}, "valueQuantity": _quantity(KINDS[name], value)}
        for name, value in values.items()
        if name not in ("systolic", "diastolic")
    ]
    if "systolic" in values:
        parts = [
            {"code": {"coding": [_coding(KINDS[one])]}, "valueQuantity": _quantity(KINDS[one], values[one])}
            for one in ("systolic", "diastolic")
        ]
        made.append({**head, "code": {"coding": [_PANEL]}, "component": parts})
    return tuple(made)


def has_fever(values: Mapping[str, Decimal]) -> bool:
    """38 °C or more."""
    return values.get("temperature", Decimal(0)) >= FEVER


def name_of(observation: Resource) -> str:
    """The measure that an Observation holds: a name, `pressure`, or "" for another."""
    codes = {one.get("code") for one in observation.get("code", {}).get("coding", ())}
    if _PANEL["code"] in codes:
        return "pressure"
    return next((name for name, kind in KINDS.items() if kind.code in codes), "")


def _pressure(found: Mapping[str, Decimal]) -> Wrong | None:
    high, low = found.get("systolic"), found.get("diastolic")
    if (high is None) == (low is None) and (high is None or low is None or high > low):
        return None
    name = "diastolic" if low is None or (high is not None and high <= low) else "systolic"
    kind = KINDS[name]
    return Wrong(name, kind.least, high if name == "diastolic" and high is not None else kind.most, kind.written)


def _value(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _coding(kind: Kind) -> dict[str, str]:
    return {"system": _LOINC, "code": kind.code, "display": kind.display}


def _quantity(kind: Kind, value: Decimal) -> dict[str, Any]:
    return {"value": value, "unit": kind.written, "system": _UCUM, "code": kind.unit}


def values_of(observation: Resource) -> Iterable[Mapping[str, Any]]:
    """The quantities of an Observation, in order."""
    if "valueQuantity" in observation:
        return (observation["valueQuantity"],)
    return tuple(one["valueQuantity"] for one in observation.get("component", ()) if "valueQuantity" in one)
