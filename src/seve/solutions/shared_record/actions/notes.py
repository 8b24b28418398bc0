"""Writing a consultation note or a medical summary: the CDA, its registration and its file at once."""

from __future__ import annotations

import asyncio

from seve.fhir import Resource
from seve.france.cda import read_cda
from seve.france.documents import Content, Kind, NoFile
from seve.sdk import NotFound, Visit, wording
from seve.solutions.shared_record.actions import documents
from seve.solutions.shared_record.actions.documents import Author
from seve.solutions.shared_record.model import notes, sheets
from seve.solutions.shared_record.model.documents import Typed
from seve.solutions.shared_record.model.notes import Signed, Written
from seve.solutions.shared_record.queries import sheets as lists
from seve.solutions.shared_record.queries import treatments


async def write_note(visit: Visit, words: Written, *, title: str) -> Resource:
    """Raises NoFile when nothing was typed, CdaWrong for a patient without INS."""
    if words.is_empty:
        raise NoFile(expression="reason")
    patient = await visit.records.read("Patient", visit.path["patient"])
    data = notes.note(patient, words, await _signed(visit), at=_now(visit))
    return await _filed(visit, data, Typed(title=title, kind="consultation"))


async def write_summary(visit: Visit, *, title: str) -> Resource:
    """The summary of what is in force in the record. Raises CdaWrong for a patient without INS."""
    records, id_ = visit.records, visit.path["patient"]
    patient, conditions, allergies, taken = await asyncio.gather(
        records.read("Patient", id_),
        lists.listed(records, sheets.SHEETS_BY_NAME["problems"], id_),
        lists.listed(records, sheets.SHEETS_BY_NAME["allergies"], id_),
        treatments.treatments(records, id_, today=visit.now.date()),
    )
    standing = [one for one in allergies if not sheets.SHEETS_BY_NAME["allergies"].is_over(one)]
    data = notes.summary(
        patient, await _signed(visit), conditions=conditions, allergies=standing, taken=taken, at=_now(visit)
    )
    return await _filed(visit, data, Typed(title=title, kind="summary"))


async def _filed(visit: Visit, data: bytes, typed: Typed) -> Resource:
    content = Content(data, Kind("cda", "text/xml", ""), f"{typed.kind}.xml", read_cda(data).id)
    return await documents.add(
        visit.records, visit.path["patient"], typed=typed, content=content, by=Author.of(visit), now=visit.now
    )


async def _signed(visit: Visit) -> Signed:
    type_, _, id_ = visit.visitor.person.partition("/")
    try:
        practitioner = await visit.records.read(type_, id_) if type_ == "Practitioner" else {}
    except NotFound:
        practitioner = {}
    known = await visit.records.people([visit.visitor.organization])
    organization = next((one.name for one in known.values()), "")
    return Signed(visit.visitor.name, practitioner, organization)


def _now(visit: Visit) -> str:
    return visit.now.astimezone(wording.ZONE).isoformat(timespec="seconds")
