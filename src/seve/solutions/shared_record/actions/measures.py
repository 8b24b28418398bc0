"""Noting measurements."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Records
from seve.solutions.shared_record.model import measures
from seve.solutions.shared_record.model.measures import MeasureName, Reading
from seve.solutions.shared_record.queries import trends


class NoMeasure(Refusal):
    """What was typed can't be. Fields: `least`, `most`, `unit`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.no_measure"


class Rare(Refusal):
    """It may be, and is so rare that whoever typed it says so once more. Field: `value`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.rare"


class NotPossible(Refusal):
    """There is no such measurement or status, or its date is to come."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/shared_record.refusals.not_possible"


async def measure(
    records: Records,
    patient_id: str,
    name: str,
    *,
    typed: tuple[str, ...],
    unit: str,
    at: datetime,
    by: str,
    is_confirmed: bool,
) -> Resource:
    """Notes a measurement; a weight or a height brings the body mass index along. Raises NoMeasure, Rare, NotPossible."""
    known = measures.name_of(name)
    if known is None:
        raise NotPossible(expression="what")
    readings = _readings(known, typed, unit)
    if not is_confirmed and (rare := next((one for one in readings if one.is_rare), None)):
        raise Rare(expression="value", value=rare.value, unit=measures.WRITTEN.get(rare.kind.unit, rare.kind.unit))
    made = measures.observation(patient_id, readings, at=at.isoformat(timespec="seconds"), performer=by)
    stored = await records.create(made)
    await _bmi(records, patient_id, known)
    return stored


async def note_smoking(records: Records, patient_id: str, status: str, *, at: datetime, by: str) -> Resource:
    """Raises NotPossible."""
    if status not in measures.SMOKING:
        raise NotPossible(expression="smoking")
    return await records.create(measures.smoking(patient_id, status, at=at.isoformat(timespec="seconds"), performer=by))


def _readings(name: MeasureName, typed: tuple[str, ...], unit: str) -> tuple[Reading, ...]:
    found = list[Reading]()
    for part, text in zip(measures.PARTS[name], typed, strict=False):
        kind = measures.KINDS[part]
        one = measures.reading(kind, text, unit)
        if one is None:
            told = measures.WRITTEN.get(kind.unit, kind.unit)
            raise NoMeasure(expression="value", least=kind.least, most=kind.most, unit=told)
        found.append(one)
    if len(found) == 2 and found[0].value <= found[1].value:
        raise NoMeasure(expression="second", least=measures.KINDS["diastolic"].least, most=found[0].value, unit="mmHg")
    return tuple(found)


async def _bmi(records: Records, patient_id: str, name: MeasureName) -> None:
    if name not in ("weight", "height"):
        return
    weight, height = await trends.last(records, patient_id, "weight"), await trends.last(records, patient_id, "height")
    if weight and height and (value := measures.bmi(weight, height)) is not None:
        await records.create(measures.bmi_observation(patient_id, value, weight=weight, height=height))
