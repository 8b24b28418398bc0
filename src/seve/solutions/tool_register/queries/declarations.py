"""Declarations: a maker's own, and those that the desk checks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from seve.fhir import Resource
from seve.sdk import NotFound, Records, wording
from seve.solutions.tool_register.model.codes import DECLARATION_TOKEN
from seve.solutions.tool_register.model.declarations import Declaration, declaration_of
from seve.solutions.tool_register.model.tools import Tool
from seve.solutions.tool_register.queries.entries import entries, entry_of

SOON: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Maker:
    """Who declares. `is_sure`: the store says that this role created the declaration, and that it works for the organisation."""

    name: str
    organization: str = ""
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A declaration as the desk sees it, with the entry that it has in the register."""

    declaration: Declaration
    maker: Maker
    entry: Tool | None


async def declarations(records: Records, *pairs: tuple[str, str]) -> tuple[Declaration, ...]:
    """Those that the visitor may see, the latest first."""
    found = await records.every("Task", ("code", DECLARATION_TOKEN), *pairs, ("_sort", "-modified"))
    return tuple(map(declaration_of, found))


async def declaration(records: Records, id_: str) -> Declaration:
    """One that the visitor may see. Raises NotFound."""
    task = await records.read("Task", id_)
    if DECLARATION_TOKEN not in {
        f"{one.get('system')}|{one.get('code')}" for one in task.get("code", {}).get("coding", ())
    }:
        raise NotFound
    return declaration_of(task)


async def waiting(desk: Records) -> tuple[Declaration, ...]:
    """Those to be checked, the oldest first, each with the name of its maker."""
    found = await declarations(desk, ("status", "requested"))
    return tuple([await _named(desk, one) for one in reversed(found)])


async def due_soon(desk: Records, *, today: date) -> tuple[Tool, ...]:
    """Published entries whose next check is due within two months, or overdue, the most urgent first."""
    found, _ = await entries(desk)
    end = (today + SOON).isoformat()
    return tuple(sorted((one for one in found if one.state == "published" and one.due <= end), key=lambda one: one.due))


async def to_check(desk: Records, id_: str) -> Checked:
    """A declaration that was sent, with all that the desk knows of it. Raises NotFound."""
    one = await declaration(desk, id_)
    if one.standing == "draft":
        raise NotFound  # nobody asked for it to be looked at
    return Checked(one, await maker_of(desk, one), await entry_of(desk, id_))


async def maker_of(desk: Records, one: Declaration) -> Maker:
    """Who declares: for whom the role works that created it; a name alone for a list that the desk took in."""
    if not one.requester:
        return Maker(one.tool.maker)
    role = await _read(desk, one.requester)
    organization = str(role.get("organization", {}).get("reference", ""))
    house = await _read(desk, organization) if organization else {}
    is_own = await desk.is_by({"resourceType": "Task", "id": one.id}, one.requester)
    return Maker(wording.name_of(house), organization.removeprefix("Organization/"), is_own and bool(house))


async def _named(desk: Records, one: Declaration) -> Declaration:
    return replace(one, tool=replace(one.tool, maker=(await maker_of(desk, one)).name))


async def _read(desk: Records, reference: str) -> Resource:
    type_, _, id_ = reference.partition("/")
    try:
        return await desk.read(type_, id_)
    except NotFound:
        return {}
