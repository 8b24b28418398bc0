"""The home page of a record: how much there is of each class, and what is new."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.shared_record.model.contents import CLASSES, SOURCES, ContentClass, Source, reimbursed_since
from seve.solutions.shared_record.model.entries import time_of

NEW_DAYS = 30
_NEW = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the seven classes: how many entries, and when the last happened ("" when there is none)."""

    class_: ContentClass
    count: int
    last: str


async def tiles(records: Records, patient_id: str, *, today: date) -> tuple[Tile, ...]:
    """All seven, in the order of the law."""
    return tuple(await asyncio.gather(*(_tile(records, patient_id, class_, today) for class_ in CLASSES)))


async def written_lately(records: Records, patient_id: str, *, today: date) -> tuple[Resource, ...]:
    """What came into the record in the last thirty days, whenever it happened; the latest first."""
    since = (today - timedelta(days=NEW_DAYS)).isoformat()
    kinds = list({(source.type, source.query) for class_ in CLASSES for source in SOURCES[class_]})
    found = await asyncio.gather(*(_lately(records, patient_id, type_, query, since) for type_, query in kinds))
    every = sorted((one for some in found for one in some), key=lambda one: one["meta"]["lastUpdated"], reverse=True)
    return tuple(every[:_NEW])


async def _tile(records: Records, patient_id: str, class_: ContentClass, today: date) -> Tile:
    counted = await asyncio.gather(*(_counted(records, patient_id, one, today) for one in SOURCES[class_]))
    return Tile(class_, sum(count for count, _ in counted), max(last for _, last in counted))


async def _counted(records: Records, patient_id: str, source: Source, today: date) -> tuple[int, str]:
    """How many of a source, and when the last was."""
    span = ((source.date, f"ge{reimbursed_since(today)}"),) if source.type in ("ExplanationOfBenefit", "Claim") else ()
    pairs = (("patient", f"Patient/{patient_id}"), *source.query, *span)
    found = await records.search(
        source.type, *pairs, ("_sort", f"-{source.date}"), ("_count", "1"), ("_total", "accurate")
    )
    return found.total or len(found.matches), time_of(found.matches[0]) if found.matches else ""


async def _lately(
    records: Records, patient_id: str, type_: str, query: tuple[tuple[str, str], ...], since: str
) -> tuple[Resource, ...]:
    pairs = (("patient", f"Patient/{patient_id}"), *query, ("_lastUpdated", f"ge{since}"))
    return (await records.search(type_, *pairs, ("_sort", "-_lastUpdated"), ("_count", str(_NEW)))).matches
