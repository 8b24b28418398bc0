"""Answering a notice of automatic opening without signing in: by its link, or by the code of its letter. It shows the day and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from seve.sdk import Again, To, View, Visit
from seve.solutions.shared_record.actions import notices as deeds
from seve.solutions.shared_record.actions.notices import Answered, WrongCode
from seve.solutions.shared_record.model.notices import Letter
from seve.solutions.shared_record.model.opening import Opening, latest
from seve.solutions.shared_record.queries import notices as queries

PURPOSE = queries.PURPOSE


@dataclass(frozen=True)
class Asking(View):
    """The form of a code; with what was typed."""

    template: ClassVar[str] = "code.html"
    code: str
    born: str


@dataclass(frozen=True)
class Answering(View):
    """The day, and whether the notice still waits for its answer."""

    template: ClassVar[str] = "answer.html"
    link: str
    opening: Opening
    waits: bool


@dataclass(frozen=True)
class Letters(View):
    """Letters to be printed, `site` the address that they name, `next` the token of those after them."""

    template: ClassVar[str] = "letters.html"
    letters: tuple[Letter, ...]
    site: str
    next: str


async def ask(visit: Visit) -> Asking:
    """An empty form."""
    del visit
    return Asking("", "")


async def typed(visit: Visit) -> To | Again:
    """From a code to the link that it stands for."""
    code, born = visit.form["code"], visit.form["born"]
    notice = await queries.by_code(visit, code, born)
    if notice is None:
        return Again(Asking(code[:40], born[:10]), WrongCode(expression="code"))
    opens = date.fromisoformat(latest([notice]).opens)
    return To(f"/answer/{deeds.token_of(visit.doors.links, notice, opens)}")


async def show(visit: Visit) -> Answering:
    """Raises NotFound for a link that is none, or is over."""
    _, holds = await queries.linked(visit)
    return Answering(visit.path["link"], holds, holds.state == "proposed")


async def answer(visit: Visit) -> To | Again:
    """Opposes or agrees."""
    try:
        await deeds.answer(visit, "active" if visit.form["decision"] == "open" else "rejected")
    except Answered as problem:
        return Again(await show(visit), problem)
    return To(f"/answer/{visit.path['link']}")


async def letters(visit: Visit) -> Letters:
    """For officers: who is told by post."""
    found, following = await queries.letters(visit, page=visit.query.get("page", ""))
    return Letters(found, visit.site.partition("://")[2] + deeds.PATH, following)
