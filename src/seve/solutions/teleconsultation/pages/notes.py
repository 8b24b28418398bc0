"""The note that ends an act, and what the tariff asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.france.remote import Circumstances
from seve.kernel.refusals import Refusal
from seve.sdk import Again, To, View, Visit
from seve.solutions.teleconsultation.actions import calling
from seve.solutions.teleconsultation.model import encounters, notes
from seve.solutions.teleconsultation.pages.frame import Frame, framed, say
from seve.solutions.teleconsultation.queries import rooms, shared
from seve.solutions.teleconsultation.queries.rooms import Room

_HELD = 403
"""A note that the policies do not let this profession file is refused by access, whose sentence the form then shows."""


@dataclass(frozen=True)
class Writing(View):
    """The note in the making: `parts` with what they hold, begun by a template."""

    template: ClassVar[str] = "note.html"
    frame: Frame
    act: str
    parts: tuple[tuple[str, str], ...]
    templates: tuple[str, ...]
    chosen: str
    has_ins: bool
    knows_patient: str
    in_pathway: str
    measured: tuple[shared.Measured, ...]


async def form(visit: Visit) -> Writing:
    """An empty note, or one that a template began. Raises NotFound, NotForYou, NotRunning."""
    room = await rooms.room(visit, visit.path["call"])
    calling.running(room)
    return await _writing(visit, room)


async def finish(visit: Visit) -> To | Again:
    """The act ends and its note is filed: both, or neither."""
    room, typed = await rooms.room(visit, visit.path["call"]), visit.form
    calling.running(room)
    begun = _begun(visit)
    parts = {name: words for name in notes.PARTS if _lines(words := typed[name].strip()) != _lines(begun[name])}
    titles = {name: say(visit, f"notes.{name}") for name in (*notes.PARTS, "title")}
    facts = Circumstances(knows_patient=_said(typed["knows_patient"]), is_in_pathway=_said(typed["in_pathway"]))
    try:
        await calling.finish(visit, room, parts, facts=facts, titles=titles, is_bare=bool(typed["bare"]))
    except Refusal as problem:
        if problem.status not in (_HELD, 412, 422):
            raise
        return Again(await _writing(visit, room), problem)
    return To(f"/call/{room.id}")


async def _writing(visit: Visit, room: Room) -> Writing:
    assert room.encounter is not None  # it runs
    begun = _begun(visit)
    knows = visit.form["knows_patient"] or ("yes" if await shared.knows_patient(visit, room) else "")
    frame = await framed(visit, room)
    return Writing(
        frame=frame,
        act=encounters.act_of(room.encounter),
        parts=tuple((name, visit.form[name] or begun[name]) for name in notes.PARTS),
        templates=notes.TEMPLATES,
        chosen=_chosen(visit),
        has_ins=visit.records.may_index(room.patient),
        knows_patient=knows,
        in_pathway=visit.form["in_pathway"],
        measured=await shared.measured(visit.records, room, visit.language),
    )


def _chosen(visit: Visit) -> str:
    return next((one for one in notes.TEMPLATES if one == visit.query.get("template")), "general")


def _begun(visit: Visit) -> dict[str, str]:
    """What the template begins each part with: by itself it is no note."""
    return {name: say(visit, f"templates.{_chosen(visit)}_{name}") for name in notes.PARTS}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]  # a form sends other line ends than it was given


def _said(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)
