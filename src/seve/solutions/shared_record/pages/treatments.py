"""Treatments, reconciled from several sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import Again, Changed, To, View, Visit
from seve.solutions.shared_record.actions import treatments as deeds
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.model.treatments import Treatment
from seve.solutions.shared_record.pages.frame import Frame, entries_of, framed
from seve.solutions.shared_record.queries import patients
from seve.solutions.shared_record.queries import treatments as queries


@dataclass(frozen=True)
class Listed(View):
    """Each treatment with the entries it was made of, each with its version."""

    template: ClassVar[str] = "treatments.html"
    frame: Frame
    treatments: tuple[tuple[Treatment, tuple[tuple[Entry, str], ...]], ...]
    authors: dict[str, str]


async def show(visit: Visit) -> Listed:
    """What is under way."""
    frame = await framed(visit, "treatments")
    found = await queries.treatments(visit.records, frame.id, today=visit.now.date())
    lines = tuple((one, _entries(visit, one)) for one in found)
    authors = await patients.authors(visit.records, [entry for _, entries in lines for entry, _ in entries])
    return Listed(frame, lines, authors)


async def confirm(visit: Visit) -> To | Again:
    """A professional has looked at one group, and confirms it."""
    id_, shown = visit.path["patient"], frozenset(visit.form.all("of"))
    try:
        await deeds.confirm(visit.records, id_, shown=shown, by=visit.visitor.acts_as, now=visit.now)
    except Changed as problem:
        return Again(await show(visit), problem)
    return To(f"/{id_}/treatments", {"done": "confirmed"})


async def stop(visit: Visit) -> To | Again:
    """Stops a prescription, unless somebody changed it meanwhile."""
    id_ = visit.path["patient"]
    try:
        await deeds.stop(visit.records, id_, visit.path["id"], version=visit.form["version"])
    except Changed as problem:
        return Again(await show(visit), problem)
    return To(f"/{id_}/treatments", {"done": "stopped"})


def _entries(visit: Visit, treatment: Treatment) -> tuple[tuple[Entry, str], ...]:
    versions = (one["meta"]["versionId"] for one in treatment.resources)
    return tuple(zip(entries_of(visit, treatment.resources), versions, strict=True))
