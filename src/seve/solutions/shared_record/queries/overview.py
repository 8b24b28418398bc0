"""The home page of a record: how much there is of each class, and what is new."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from seve.fhir import Resource
from seve.sdk import Records
from seve.solutions.shared_record.model.contents import (
    CLASSES,
    IN_FORCE,
    SOURCES,
    ContentClass,
    Source,
    class_of,
    reimbursed_since,
    sources,
)
from seve.solutions.shared_record.model.entries import time_of

NEW_DAYS = 30
_NEW = 12
_DOCUMENTS = "200"


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the seven classes: how many entries, and when the last happened ("" when there is none)."""

    class_: ContentClass
    count: int
    last: str


async def tiles(records: Records, patient_id: str, *, today: date) -> tuple[Tile, ...]:
    """All seven, in the order of the law. Documents are looked at once for all classes, unless there are very many."""
    pairs = (("patient", f"Patient/{patient_id}"), *IN_FORCE, ("_sort", "-date"), ("_count", _DOCUMENTS))
    found = await records.search("DocumentReference", *pairs)
    documents = None if found.next else found.matches
    return tuple(await asyncio.gather(*(_tile(records, patient_id, class_, today, documents) for class_ in CLASSES)))


async def written_lately(records: Records, patient_id: str, *, today: date) -> tuple[Resource, ...]:
    """What came into the record in the last thirty days, whenever it happened; the latest first."""
    since = (today - timedelta(days=NEW_DAYS)).isoformat()
    kinds = list({(source.type, source.query) for source in sources(None)})
    found = await asyncio.gather(*(_lately(records, patient_id, type_, query, since) for type_, query in kinds))
    every = sorted((one for some in found for one in some), key=lambda one: one["meta"]["lastUpdated"], reverse=True)
    return tuple(every[:_NEW])


async def _tile(
    records: Records, patient_id: str, class_: ContentClass, today: date, documents: tuple[Resource, ...] | None
) -> Tile:
    asked = [one for one in SOURCES[class_] if documents is None or one.type != "DocumentReference"]
    counted = await asyncio.gather(*(_counted(records, patient_id, one, today) for one in asked))
    of_class = [time_of(one) for one in documents or () if class_of(one) == class_]
    times = [*(last for _, last in counted), *of_class]
    return Tile(class_, sum(count for count, _ in counted) + len(of_class), max(times, default=""))


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
