"""Entries of the register, for anyone."""

from __future__ import annotations

from typing import Final

from seve.sdk import NotFound, Records
from seve.solutions.tool_register.model.codes import DECLARED_AS, TYPE_TOKEN
from seve.solutions.tool_register.model.tools import Tool, tool_of

MOST: Final = 1_000


async def entries(records: Records) -> tuple[tuple[Tool, ...], bool]:
    """All entries, and whether there are more than are looked through."""
    found = await records.search("DeviceDefinition", ("type", TYPE_TOKEN), ("_count", str(MOST)))
    return tuple(map(tool_of, found.matches)), bool(found.next)


async def every_entry(records: Records) -> tuple[Tool, ...]:
    """The whole register: for work in the background, which leaves none out."""
    return tuple(map(tool_of, await records.every("DeviceDefinition", ("type", TYPE_TOKEN))))


async def entry(records: Records, id_: str) -> Tool:
    """One entry, published or withdrawn. Raises NotFound, also for a DeviceDefinition that is none."""
    tool = tool_of(await records.read("DeviceDefinition", id_))
    if tool.state == "declared":
        raise NotFound
    return tool


async def entry_of(records: Records, declaration: str) -> Tool | None:
    """The entry that was made from a declaration."""
    found = await records.search("DeviceDefinition", ("identifier", f"{DECLARED_AS}|{declaration}"), ("_count", "1"))
    return next(map(tool_of, found.matches), None)
