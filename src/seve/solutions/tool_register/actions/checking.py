"""The desk's deeds: to publish what was checked, to send it back, to take an entry out of the register.

Each carries the version of the declaration that the form showed: of two officers at once, the second is told (Changed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from seve.sdk import Change, Visit, wording
from seve.solutions.tool_register.actions.refusals import Lacking, NotNow, NotTheirs
from seve.solutions.tool_register.model.declarations import Declaration, task_of
from seve.solutions.tool_register.model.tools import Proof, Tool, entry
from seve.solutions.tool_register.model.typing import lacking
from seve.solutions.tool_register.queries.declarations import Checked


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one proof: seen, or refused for a reason."""

    verdict: Literal["seen", "refused"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the form said. `version` is that of the declaration it showed, `by` the body for which the check is made, `due` the day of the
    next one; `reason` is for the maker, "" to publish.
    """

    version: str
    verdicts: Mapping[str, Verdict]
    by: str = ""
    due: str = ""
    reason: str = ""


async def publish(visit: Visit, found: Checked, decision: Decision) -> None:
    """Puts what was checked into the register, as a new entry or in the place of the one there was. Raises Changed, Lacking, NotNow,
    NotTheirs.
    """
    one = found.declaration
    if one.standing not in ("requested", "completed"):
        raise NotNow
    if one.requester and not found.maker.is_sure:
        raise NotTheirs
    if fields := lacking(one.tool):
        raise Lacking(fields=", ".join(fields))
    today = _day(visit)
    there = found.entry
    tool = replace(
        _judged(one.tool, decision, today=today),
        maker=found.maker.name,
        maker_id=found.maker.organization,
        state="published",
        checked=today,
        by=decision.by,
        due=decision.due,
        told=there.told if there else (),
        declaration=one.id,
        id=there.id if there else "",
        version=there.version if there else "",
    )
    await visit.desk.records.transaction(
        [_task(visit, one, decision, "completed"), Change("PUT" if there else "POST", entry(tool))]
    )
    await _tell(visit, one)


async def send_back(visit: Visit, found: Checked, decision: Decision) -> None:
    """Gives a declaration back to its maker with a reason; what the register shows stays. Raises Changed, NotNow."""
    if found.declaration.standing != "requested":
        raise NotNow
    await visit.desk.records.transaction([_task(visit, found.declaration, decision, "rejected")])
    await _tell(visit, found.declaration)


async def withdraw(visit: Visit, tool: Tool, declaration: Declaration | None, *, version: str, reason: str) -> None:
    """Takes an entry out of the register: its page says so, and why. Its maker may correct the declaration and send it again, unless a
    later one waits already. `version` is that of the entry which the form showed. Raises Changed, NotNow.
    """
    if tool.state != "published":
        raise NotNow
    gone = replace(tool, state="withdrawn", withdrawn=_day(visit), reason=reason, version=version)
    changes = [Change("PUT", entry(gone))]
    if declaration is not None and declaration.standing == "completed":
        back = Decision(declaration.version, {}, reason=reason)
        changes.append(_task(visit, declaration, back, "rejected"))
    await visit.desk.records.transaction(changes)
    if declaration is not None:
        await _tell(visit, declaration)


def _task(visit: Visit, one: Declaration, decision: Decision, standing: Literal["completed", "rejected"]) -> Change:
    judged = _judged(one.tool, decision, today=_day(visit))
    answered = replace(one, version=decision.version, standing=standing, reason=decision.reason, tool=judged)
    return Change("PUT", task_of(answered, now=visit.now))


def _judged(tool: Tool, decision: Decision, *, today: str) -> Tool:
    return replace(
        tool, proofs=tuple(_with_verdict(one, decision.verdicts.get(one.code), today) for one in tool.proofs)
    )


def _with_verdict(proof: Proof, said: Verdict | None, today: str) -> Proof:
    if said is None:
        return proof
    return replace(proof, verdict=said.verdict, reason=said.reason, checked=today)


async def _tell(visit: Visit, one: Declaration) -> None:
    if one.requester:
        await visit.desk.notify_practice(one.requester, "tool_answered", at=visit.now)


def _day(visit: Visit) -> str:
    return visit.now.astimezone(wording.ZONE).date().isoformat()
