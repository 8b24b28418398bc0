"""A maker's deeds: to declare a tool, and to change what was declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from seve.sdk import MAKER, Records, Visitor
from seve.solutions.tool_register.actions.refusals import NotAMaker
from seve.solutions.tool_register.model.declarations import Declaration, declaration_of, task_of
from seve.solutions.tool_register.model.tools import Tool


def check_maker(visitor: Visitor) -> None:
    """Raises NotAMaker for who acts for none, and for a role that names no organisation."""
    if visitor.profession != MAKER or not visitor.organization:
        raise NotAMaker


async def declare(records: Records, visitor: Visitor, tool: Tool, *, is_sent: bool, now: datetime) -> Declaration:
    """A new declaration, sent to the desk or kept as a draft. Raises NotAMaker, Forbidden."""
    check_maker(visitor)
    one = Declaration("", "", "requested" if is_sent else "draft", tool, visitor.acts_as)
    return declaration_of(await records.create(task_of(one, now=now)))


async def change(
    records: Records, before: Declaration, tool: Tool, *, version: str, is_sent: bool, now: datetime
) -> Declaration:
    """What was declared, changed from the `version` that the form showed; it waits to be checked again, or is a draft again. What the
    register shows stays as it was checked. Raises Changed.
    """
    standing = "requested" if is_sent else "draft"
    one = replace(before, tool=tool, version=version, standing=standing, reason="")
    return declaration_of(await records.update(task_of(one, now=now)))
