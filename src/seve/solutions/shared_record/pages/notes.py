"""The form of a consultation note, and the button that makes a medical summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from seve.france.cda import CdaWrong
from seve.france.documents import NoFile
from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotQualified, RecordNotOpen, To, View, Visit
from seve.solutions.shared_record.actions import notes as deeds
from seve.solutions.shared_record.actions.opening import NotOpen, check_open
from seve.solutions.shared_record.model import notes
from seve.solutions.shared_record.pages.frame import PACKAGE, Frame, framed


@dataclass(frozen=True)
class Writing(View):
    """A note in the making."""

    template: ClassVar[str] = "note.html"
    frame: Frame
    parts: tuple[str, ...]
    typed: Mapping[str, str]


async def form(visit: Visit) -> Writing:
    """An empty note."""
    return await _writing(visit)


async def write(visit: Visit) -> To | Again:
    """Keeps a note; what was typed stays when it is refused."""
    try:
        await check_open(visit.records, visit.path["patient"])
        made = await deeds.write_note(
            visit, notes.written(visit.form), title=visit.say(f"{PACKAGE}.kinds.consultation")
        )
    except (NotOpen, NotQualified, RecordNotOpen, NoFile, CdaWrong) as problem:
        return await _again(visit, problem)
    return To(f"/{visit.path['patient']}/documents/{made['id']}", {"done": "added"})


async def summarise(visit: Visit) -> To | Again:
    """Makes the summary of the record as it stands."""
    try:
        await check_open(visit.records, visit.path["patient"])
        made = await deeds.write_summary(visit, title=visit.say(f"{PACKAGE}.kinds.summary"))
    except (NotOpen, NotQualified, RecordNotOpen, CdaWrong) as problem:
        return await _again(visit, problem)
    return To(f"/{visit.path['patient']}/documents/{made['id']}", {"done": "added"})


async def _again(visit: Visit, problem: Refusal) -> Again:
    return Again(await _writing(visit), problem)


async def _writing(visit: Visit) -> Writing:
    return Writing(await framed(visit, "documents"), notes.PARTS, notes.written(visit.form).parts)
