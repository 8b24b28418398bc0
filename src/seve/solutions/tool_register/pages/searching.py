"""The register for anyone: the list with its filters, the same as CSV, and a tool with all that was checked of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final
from urllib.parse import urlencode

from seve.sdk import MAKER, Document, View, Visit
from seve.solutions.tool_register.model import codes, finding, listing
from seve.solutions.tool_register.model.finding import Asked
from seve.solutions.tool_register.model.tools import Tool
from seve.solutions.tool_register.pages.frame import price, say, today
from seve.solutions.tool_register.queries.entries import entries, entry

SHOWN: Final = 20
_PAGE: Final = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True)
class Listed(View):
    """The form with what was asked, and a page of what was found: each tool with its price in words."""

    template: ClassVar[str] = "register.html"
    asked: Asked
    query: str
    found: tuple[tuple[Tool, str], ...]
    total: int
    page: int
    pages: int
    is_cut: bool
    today: date
    functions: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    prices: tuple[str, ...]
    sorts: tuple[str, ...]
    is_maker: bool
    is_officer: bool


@dataclass(frozen=True)
class Shown(View):
    """One tool. `declaration` is the id that the desk checks it by, "" for everybody else."""

    template: ClassVar[str] = "tool.html"
    tool: Tool
    price: str
    today: date
    declaration: str
    done: str


async def listed(visit: Visit) -> Listed:
    """The list."""
    asked = finding.asked(visit.query)
    found, is_cut = await _found(visit, asked)
    pages = max(1, -(-len(found) // SHOWN))
    page = min(_number(visit.query.get("page", "")), pages)
    shown = found[(page - 1) * SHOWN : page * SHOWN]
    return Listed(
        asked=asked,
        query=urlencode(asked.query),
        found=tuple((one, price(visit, one.price)) for one in shown),
        total=len(found),
        page=page,
        pages=pages,
        is_cut=is_cut,
        today=today(visit),
        functions=codes.FUNCTIONS,
        groups=_groups(),
        prices=finding.PRICES,
        sorts=finding.SORTS,
        is_maker=visit.visitor.profession == MAKER,
        is_officer=visit.visitor.role == "officer",
    )


async def table(visit: Visit) -> Document:
    """The list that is asked for, as CSV."""
    found, _ = await _found(visit, finding.asked(visit.query))
    return Document(listing.written(found, today=today(visit)), "text/csv; charset=utf-8", "telehealth-tools.csv")


async def show(visit: Visit) -> Shown:
    """A tool that was published; one that was withdrawn says so, and why. Raises NotFound."""
    tool = await entry(visit.records, visit.path["id"])
    is_officer = visit.visitor.role == "officer"
    declaration = tool.declaration if is_officer else ""
    return Shown(tool, price(visit, tool.price), today(visit), declaration, visit.query.get("done", ""))


async def _found(visit: Visit, asked: Asked) -> tuple[list[Tool], bool]:
    all_, is_cut = await entries(visit.records)
    found = finding.found(all_, asked, today=today(visit), words=lambda code: say(visit, f"functions.{code}"))
    return found, is_cut


def _number(written: str) -> int:
    """A page's number; 1 for what is none."""
    return max(1, int(written)) if _PAGE.fullmatch(written) else 1


def _groups() -> dict[str, tuple[str, ...]]:
    rest = tuple(one for one in codes.PROOFS if one not in codes.SECURITY)
    return {"security": codes.SECURITY, "interoperability": rest}
