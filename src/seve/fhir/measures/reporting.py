"""A result as a summary MeasureReport (R4): hidden counts are absent, and masked is the reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.measures.counts import Count, Result, Stratum
from seve.fhir.measures.model import Measure

_POPULATION: Final = "http://terminology.hl7.org/CodeSystem/measure-population"
_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_PLACES: Final = Decimal("0.0001")


def report(measure: Measure, result: Result, *, now: str) -> Resource:
    """The MeasureReport of a result whose small numbers are hidden. `now` is the instant at which it is made."""
    group: dict[str, Any] = {**_counted(result.whole)}
    if measure.stratifiers:
        group["stratifier"] = [
            {
                "code": [{"text": " × ".join(stratifier.components)}],
                "stratum": [_stratum(stratifier.components, stratum) for stratum in strata],
            }
            for stratifier, strata in zip(measure.stratifiers, result.strata, strict=True)
        ]
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": measure.url,
        "date": now,
        "period": {"start": result.start, "end": _day_before(result.end)},
        "group": [group],
    }


def _stratum(components: tuple[str, ...], stratum: Stratum) -> dict[str, Any]:
    values = [{"text": value} if value is not None else _reason("unknown") for value in stratum.values]
    counted = _counted(stratum.count)
    if len(components) == 1:
        return {"value": values[0], **counted}
    named = [{"code": {"text": name}, "value": value} for name, value in zip(components, values, strict=True)]
    return {"component": named, **counted}


def _counted(count: Count) -> dict[str, Any]:
    told: dict[str, Any] = {
        "population": [
            _population("denominator", count.shown_denominator),
            _population("numerator", count.shown_numerator),
        ]
    }
    if count.share is not None:
        share = (Decimal(count.numerator) / Decimal(count.denominator)).quantize(_PLACES)
        told["measureScore"] = {"value": share}
    return told


def _population(code: str, count: int | None) -> dict[str, Any]:
    told = {"code": {"coding": [{"system": _POPULATION, "code": code}]}}
    return {**told, "count": count} if count is not None else {**told, "_count": _reason("masked")}


def _reason(code: str) -> dict[str, Any]:
    return {"extension": [{"url": _ABSENT, "valueCode": code}]}


def _day_before(day: str) -> str:
    """The last day of the period: FHIR includes it."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
