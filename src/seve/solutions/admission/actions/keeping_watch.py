"""The platform's own work: stays that are expected, and papers that are not needed any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec

from seve.fhir import Resource
from seve.sdk import Change, Chores, Job, NoOffice, NotFound
from seve.solutions.admission.actions import filling
from seve.solutions.admission.model import files, stays
from seve.solutions.admission.queries import files as file_reads
from seve.solutions.admission.queries import stays as stay_reads

KEPT = timedelta(days=30)
"""How long papers stay after a stay ended, but for those that the office keeps."""
_LOOKED_BACK = timedelta(days=400)


class Nothing(msgspec.Struct, frozen=True):
    """No payload: what is due is looked for."""


async def expect(chores: Chores, nothing: Nothing) -> None:
    """A planned stay for every booked appointment at a house with an office."""
    del nothing
    for office in await stay_reads.offices(chores.records):
        for one in await stay_reads.expected(chores.records, office.house, now=chores.now):
            try:
                await chores.admissions.expect(one["id"])
            except (NoOffice, NotFound):  # cancelled or moved elsewhere since it was listed
                continue


async def forget(chores: Chores, nothing: Nothing) -> None:
    """Deletes the papers of stays that ended a month ago."""
    del nothing
    until = chores.now - KEPT
    for office in await stay_reads.offices(chores.records):
        for one in await stay_reads.of_house(chores.records, office.house, until - _LOOKED_BACK, until):
            end = stays.ends(one)
            if one["status"] in ("finished", "cancelled") and end is not None and end < until:
                await _forget(chores, one)


async def _forget(chores: Chores, stay: Resource) -> None:
    response = await file_reads.response(chores.records, stay["id"])
    file = files.read(response) if response else None
    if file is None or response is None or all(one.is_kept for one in file.papers):
        return
    kept = replace(file, papers=tuple(one for one in file.papers if one.is_kept))
    author, encounter = (str(response[name]["reference"]) for name in ("author", "encounter"))
    made = files.written(
        kept, patient=stays.patient_of(stay), encounter=encounter, author=author, now=str(response["authored"])
    )
    over = [filling.deletion(one) for one in file.papers if not one.is_kept]
    await chores.records.transaction([Change("PUT", made), *over])


EXPECT = Job("expect", Nothing, expect, schedule="*/5 * * * *")
FORGET = Job("forget", Nothing, forget, schedule="30 2 * * *")
