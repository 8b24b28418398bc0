"""The desk takes in a list: first told line by line what would become of it, then all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.kernel.refusals import Refusal
from seve.sdk import Again, To, View, Visit
from seve.solutions.tool_register.actions.importing import take_in as take_in_lines
from seve.solutions.tool_register.actions.refusals import NotAList, NotRight
from seve.solutions.tool_register.model import listing
from seve.solutions.tool_register.model.listing import Line
from seve.solutions.tool_register.pages.frame import say


@dataclass(frozen=True)
class Importing(View):
    """The form. After a dry run `tried` says so: `lines` are those that can be taken in, `refused` the others with each reason."""

    template: ClassVar[str] = "import.html"
    text: str
    tried: bool
    lines: tuple[Line, ...]
    refused: tuple[tuple[int, str, str], ...]
    columns: tuple[str, ...]
    needed: tuple[str, ...]


async def form(visit: Visit) -> Importing:
    """An empty form."""
    del visit
    return _view("")


async def take_in(visit: Visit) -> Importing | To | Again:
    """A dry run, or the deed when the form asks for it and no line is refused."""
    text, problem = _text(visit)
    if problem is None:
        try:
            lines = listing.read(text)
        except ValueError as error:
            key, what = error.args
            problem = NotAList(reason=say(visit, f"problems.list_{key}", what=what))
        else:
            return await _done(visit, text, lines)
    return Again(_view(text), problem)


async def _done(visit: Visit, text: str, lines: tuple[Line, ...]) -> Importing | To | Again:
    refused = tuple(_refusal(visit, line, *one) for line in lines for one in line.problems.items())
    shown = _view(text, lines=tuple(one for one in lines if not one.problems), refused=refused, tried=True)
    if visit.form["go"] != "take":
        return shown
    if refused:
        return Again(shown, NotRight())
    await take_in_lines(visit.desk.records, lines, now=visit.now)
    return To("/check", {"done": "imported"})


def _text(visit: Visit) -> tuple[str, Refusal | None]:
    """From the file when there is one, else from the field."""
    sent = visit.files.get("file")
    if sent is None or not sent.data:
        return visit.form["list"], None
    try:
        return sent.data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return "", NotAList(reason=say(visit, "problems.list_broken", what="UTF-8"))


def _refusal(visit: Visit, line: Line, column: str, key: str) -> tuple[int, str, str]:
    return line.number, column, say(visit, f"problems.{key}")


def _view(
    text: str, *, lines: tuple[Line, ...] = (), refused: tuple[tuple[int, str, str], ...] = (), tried: bool = False
) -> Importing:
    return Importing(text, tried, lines, refused, listing.IMPORTED, listing.NEEDED)
