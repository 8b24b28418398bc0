"""What patients think of calls: the form's answer, and results by practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import Again, To, View, Visit, wording
from seve.solutions.teleconsultation.actions import sharing
from seve.solutions.teleconsultation.actions.refusals import NoMark, NotRunning, SaidAlready
from seve.solutions.teleconsultation.model import opinions
from seve.solutions.teleconsultation.pages.after import over
from seve.solutions.teleconsultation.queries import rooms, shared


@dataclass(frozen=True)
class Results(View):
    """By practice: name, number of answers, means as written ("" below the least number)."""

    template: ClassVar[str] = "opinions.html"
    questions: tuple[str, ...]
    practices: tuple[tuple[str, int, dict[str, str]], ...]
    least: int


async def give(visit: Visit) -> To | Again:
    """An opinion, once."""
    room = await rooms.room(visit, visit.path["call"])
    typed = {name: visit.form[name] for name in opinions.QUESTIONS}
    try:
        await sharing.judge(visit, room, typed)
    except (NoMark, SaidAlready, NotRunning) as problem:
        if room.encounter is None or isinstance(problem, NotRunning):
            return To(f"/call/{room.id}")
        return Again(await over(visit, room, room.encounter), problem)
    return To(f"/call/{room.id}", {"done": "opinion"})


async def show(visit: Visit) -> Results:
    """The results that the visitor may see."""
    found = opinions.results(await shared.all_opinions(visit))
    practices = tuple(
        (one.practice, one.number, {name: wording.number(mean, visit.language) for name, mean in one.means.items()})
        for one in found
    )
    return Results(opinions.QUESTIONS, practices, opinions.LEAST)
