"""Measurements: what a patient may note at home, what is plausible, and how results of one kind make a trend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, TypeAlias, get_args

from seve.fhir import Resource, units
from seve.france.documents.systems import LOINC
from seve.sdk import wording
from seve.solutions.shared_record.model.entries import time_of, unusual

UCUM = "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
MeasureName: TypeAlias = Literal["weight", "height", "pressure", "glucose", "temperature", "steps"]
NAMES: tuple[MeasureName, ...] = get_args(MeasureName)


@dataclass(frozen=True, slots=True)
class Kind:
    """A measurement: LOINC code and display, unit (UCUM), what can't be (`least` to `most`), what is rare (`low` to `high`)."""

    code: str
    display: str
    unit: str
    least: Decimal
    most: Decimal
    low: Decimal
    high: Decimal
    units: tuple[str, ...] = ()
    category: str = "vital-signs"


def _kind(
    code: str, display: str, unit: str, *, can: str, usual: str, others: str = "", category: str = "vital-signs"
) -> Kind:
    least, most = map(Decimal, can.split())
    low, high = map(Decimal, usual.split())
    return Kind(code, display, unit, least, most, low, high, (unit, *others.split()), category)


KINDS: dict[str, Kind] = {
    "weight": _kind("29463-7", "Body weight", "kg", can="0.3 500", usual="30 200", others="g"),
    "height": _kind("8302-2", "Body height", "cm", can="20 260", usual="100 210", others="m"),
    "systolic": _kind("8480-6", "Systolic blood pressure", "mm[Hg]", can="40 300", usual="80 200"),
    "diastolic": _kind("8462-4", "Diastolic blood pressure", "mm[Hg]", can="20 200", usual="40 120"),
    "glucose": _kind("2339-0", "Glucose [Mass/volume] in Blood", "g/L", can="0.1 10", usual="0.6 3", others="mg/dL", category="laboratory"),
    "temperature": _kind("8310-5", "Body temperature", "Cel", can="25 45", usual="35 41", others="[degF]"),
    "steps": _kind("41950-7", "Number of steps in 24 hour Measured", "/d", can="0 150000", usual="0 60000", category="activity"),
}  # fmt: skip
PARTS: dict[MeasureName, tuple[str, ...]] = {
    "weight": ("weight",), "height": ("height",), "pressure": ("systolic", "diastolic"), "glucose": ("glucose",),
    "temperature": ("temperature",), "steps": ("steps",),
}  # fmt: skip
_PANEL = {"system": LOINC, "code": "85354-9", "display": "Blood pressure panel with all children optional"}
_BMI = {"system": LOINC, "code": "39156-5", "display": "Body mass index (BMI) [Ratio]"}
_SMOKING = {"system": LOINC, "code": "72166-2", "display": "Tobacco smoking status"}
SMOKING: dict[str, str] = {
    "daily": "449868002", "some": "428041000124106", "former": "8517006", "never": "266919005", "unknown": "266927001",
}  # fmt: skip
"""Smoking status: codes of SNOMED CT (value set of the vital records of HL7, 2019)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value in the unit of its kind; `is_rare`: it may be, and is worth asking again."""

    kind: Kind
    value: Decimal
    is_rare: bool


def name_of(text: str) -> MeasureName | None:
    """One of the measurements, or None."""
    return next((one for one in NAMES if one == text), None)


def reading(kind: Kind, typed: str, unit: str) -> Reading | None:
    """What was typed (`72,5`), in the unit of the kind; None for what can't be."""
    try:
        value = Decimal(typed.strip().replace(",", ".").replace("\u202f", "").replace(" ", ""))
    except InvalidOperation:
        return None
    if not value.is_finite() or (unit and unit not in kind.units):
        return None
    converted = value if unit in ("", kind.unit) else units.convert(value, unit, kind.unit)
    if converted is None or not kind.least <= converted <= kind.most:
        return None
    return Reading(kind, _rounded(converted, value), not kind.low <= converted <= kind.high)


def observation(patient_id: str, readings: tuple[Reading, ...], *, at: str, performer: str) -> Resource:
    """A measurement by the patient or who represents them, marked as such; two readings are a blood pressure."""
    head: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": readings[0].kind.category}]}],
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": at,
        "performer": [{"reference": performer}],
        "method": {"text": SELF_MEASURED},
    }
    if len(readings) == 1:
        return {**head, "code": {"coding": [_coding(readings[0].kind)]}, "valueQuantity": _quantity(readings[0])}
    parts = [{"code": {"coding": [_coding(one.kind)]}, "valueQuantity": _quantity(one)} for one in readings]
    return {**head, "code": {"coding": [_PANEL]}, "component": parts}


SELF_MEASURED = "Automesure"
"""What `Observation.method` says of a measurement at home."""


def is_self_measured(resource: Resource) -> bool:
    """Whether a patient or a relative measured it."""
    by = [one.get("reference", "") for one in resource.get("performer", ())]
    return bool(by) and all(one.startswith(("Patient/", "RelatedPerson/")) for one in by)


def bmi(weight: Resource, height: Resource) -> Decimal | None:
    """kg/m² by the quantities of two Observations, to one decimal; None when a unit is not one of weight and height."""
    kilograms, centimetres = _in(weight, "kg"), _in(height, "cm")
    if kilograms is None or not centimetres:
        return None
    return (kilograms / (centimetres / 100) ** 2).quantize(Decimal("0.1"))


def bmi_observation(patient_id: str, value: Decimal, *, weight: Resource, height: Resource) -> Resource:
    """The index as an Observation derived from both."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [_BMI]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": max(time_of(weight), time_of(height)),
        "valueQuantity": {"value": value, "unit": "kg/m²", "system": UCUM, "code": "kg/m2"},
        "derivedFrom": [{"reference": f"Observation/{one['id']}"} for one in (weight, height)],
    }


def smoking(patient_id: str, status: str, *, at: str, performer: str) -> Resource:
    """Smoking status (N07). Raises KeyError for what is none of `SMOKING`."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "social-history"}]}],
        "code": {"coding": [_SMOKING]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": at,
        "performer": [{"reference": performer}],
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": SMOKING[status]}]},
    }


@dataclass(frozen=True, slots=True)
class Point:
    """One result; `range` its reference range as told, `flag` the code of its interpretation, by report or by range."""

    at: str
    value: Decimal
    unit: str
    range: str
    flag: str
    author: str
    is_own: bool
    id: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Results of one code and one unit, oldest first."""

    code: str
    title: str
    unit: str
    points: tuple[Point, ...]


def trends(observations: Iterable[Resource]) -> tuple[Trend, ...]:
    """By code and unit, those with most results first; a panel counts by its parts. Results without a figure are left out."""
    found = dict[tuple[str, str], list[Point]]()
    titles = dict[str, str]()
    for resource in observations:
        for part in (resource, *resource.get("component", ())):
            if (point := _point(resource, part)) is not None:
                code = next(iter(wording.codes(part["code"])), wording.coded(part["code"]))
                titles.setdefault(code, wording.coded(part["code"]))
                found.setdefault((code, point.unit), []).append(point)
    made = [
        Trend(code, titles[code], unit, tuple(sorted(points, key=lambda one: one.at)))
        for (code, unit), points in found.items()
    ]
    return tuple(sorted(made, key=lambda one: (-len(one.points), one.title)))


def _point(resource: Resource, part: dict[str, Any]) -> Point | None:
    quantity: dict[str, Any] = part.get("valueQuantity", {})
    if "value" not in quantity or not time_of(resource):
        return None
    value = Decimal(quantity["value"])
    author: dict[str, Any] = next(iter(resource.get("performer", ())), {})
    return Point(
        at=time_of(resource),
        value=value,
        unit=quantity.get("unit") or quantity.get("code", ""),
        range=_range(part),
        flag=unusual(part) or _by_range(part, value),
        author=author.get("reference", ""),
        is_own=is_self_measured(resource),
        id=resource["id"],
    )


def _range(part: dict[str, Any]) -> str:
    for one in part.get("referenceRange", ()):
        if one.get("text"):
            return str(one["text"])
        low, high = one.get("low", {}).get("value"), one.get("high", {}).get("value")
        if low is not None or high is not None:
            return f"{'…' if low is None else low} – {'…' if high is None else high}"
    return ""


def _by_range(part: dict[str, Any], value: Decimal) -> str:
    for one in part.get("referenceRange", ()):
        if value < Decimal(one.get("low", {}).get("value", value)):
            return "L"
        if value > Decimal(one.get("high", {}).get("value", value)):
            return "H"
    return ""


def _in(resource: Resource, unit: str) -> Decimal | None:
    quantity: dict[str, Any] = resource.get("valueQuantity", {})
    value, code = quantity.get("value"), quantity.get("code") or quantity.get("unit", "")
    if value is None:
        return None
    return Decimal(value) if code == unit else units.convert(Decimal(value), code, unit)


def _rounded(converted: Decimal, typed: Decimal) -> Decimal:
    """As precise as it was typed, at least to two decimals when the unit changed."""
    return typed if converted == typed else converted.quantize(Decimal("0.01"))


def _coding(kind: Kind) -> dict[str, Any]:
    return {"system": LOINC, "code": kind.code, "display": kind.display}


def _quantity(one: Reading) -> dict[str, Any]:
    return {
        "value": one.value,
        "unit": WRITTEN.get(one.kind.unit, one.kind.unit),
        "system": UCUM,
        "code": one.kind.unit,
    }


WRITTEN = {"mm[Hg]": "mmHg", "Cel": "°C", "[degF]": "°F", "/d": "/24 h"}
"""How people write units whose UCUM code they would not read."""
