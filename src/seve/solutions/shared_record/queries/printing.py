"""What goes on paper: a record by chapters and period, or what matters in an emergency."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from seve.fhir import Resource
from seve.france.cda import CdaWrong
from seve.sdk import NotFound, Records
from seve.solutions.shared_record.model.contents import ContentClass
from seve.solutions.shared_record.model.sheets import SHEETS_BY_NAME, SheetName
from seve.solutions.shared_record.queries import documents, sheets, timeline
from seve.solutions.shared_record.queries.documents import File
from seve.solutions.shared_record.queries.timeline import Filters

MOST = 500
"""Entries of one chapter; where there are more, the paper says so."""
_AT_ONCE = 200
_TEXTS = 40
_RESULTS = 10


@dataclass(frozen=True, slots=True)
class Chapter:
    """A class with its entries, newest first; `is_cut` when there are more than `MOST`."""

    class_: ContentClass
    resources: tuple[Resource, ...]
    is_cut: bool


async def chapters(
    records: Records, patient_id: str, classes: Sequence[ContentClass], *, since: str, until: str, today: str
) -> tuple[Chapter, ...]:
    """The chapters that were chosen, in their order."""
    filters = (Filters(class_=one, since=since, until=until) for one in classes)
    return tuple(await asyncio.gather(*(_chapter(records, patient_id, one, today) for one in filters)))


async def texts(records: Records, found: Sequence[Resource]) -> dict[str, File]:
    """The files of the first forty documents, by id; without those that can't be read here."""
    asked = [one for one in found if one["resourceType"] == "DocumentReference"][:_TEXTS]
    files = await asyncio.gather(*(_file(records, one) for one in asked))
    return {one["id"]: file for one, file in zip(asked, files, strict=True) if file}


async def standing(records: Records, patient_id: str, name: SheetName) -> tuple[Resource, ...]:
    """What is in force of a list."""
    kind = SHEETS_BY_NAME[name]
    return tuple(one for one in await sheets.listed(records, kind, patient_id) if not kind.is_over(one))


async def last_results(records: Records, patient_id: str, *, today: date) -> tuple[Resource, ...]:
    """The newest ten."""
    filters = Filters(class_="results")
    found = await timeline.timeline(records, patient_id, filters, today=today.isoformat())
    return found.resources[:_RESULTS]


async def _chapter(records: Records, patient_id: str, filters: Filters, today: str) -> Chapter:
    found, page = list[Resource](), ""
    while len(found) < MOST:
        part = await timeline.timeline(records, patient_id, filters, today=today, page=page, size=_AT_ONCE)
        found += part.resources
        page = part.next
        if not page:
            break
    assert filters.class_ is not None
    return Chapter(filters.class_, tuple(found[:MOST]), bool(page) or len(found) > MOST)


async def _file(records: Records, document: Resource) -> File | None:
    try:
        return await documents.file(records, document)
    except (CdaWrong, NotFound):
        return None
