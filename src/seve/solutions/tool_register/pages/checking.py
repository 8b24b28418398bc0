"""The officer's desk: what waits to be checked, what is due again, and the forms that decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final

from seve.sdk import Again, Changed, NotFound, To, View, Visit
from seve.sdk.kit import Field, Option, filled, to_change
from seve.solutions.tool_register.actions import checking
from seve.solutions.tool_register.actions.checking import Decision, Verdict
from seve.solutions.tool_register.actions.refusals import Lacking, NotNow, NotRight, NotTheirs
from seve.solutions.tool_register.model.declarations import Declaration
from seve.solutions.tool_register.model.tools import YEAR, Proof, Tool
from seve.solutions.tool_register.model.typing import day_of
from seve.solutions.tool_register.pages.frame import price, say, today
from seve.solutions.tool_register.queries.declarations import Checked, declaration, due_soon, to_check, waiting
from seve.solutions.tool_register.queries.entries import entry

_DONE: Final = frozenset({"published", "back", "withdrawn", "imported"})
_MOST: Final = 500


@dataclass(frozen=True)
class Queue(View):
    """What waits, the oldest first, and entries whose next check is near or overdue."""

    template: ClassVar[str] = "queue.html"
    waiting: tuple[Declaration, ...]
    due: tuple[Tool, ...]
    today: date
    done: str


@dataclass(frozen=True)
class ToCheck(View):
    """A declaration with the form of the decision: two fields a proof, and those of the whole."""

    template: ClassVar[str] = "check.html"
    found: Checked
    tool: Tool
    price: str
    proofs: tuple[tuple[Proof, tuple[Field, ...]], ...]
    fields: tuple[Field, ...]
    wrong: tuple[Field, ...]
    today: date
    may_send_back: bool


@dataclass(frozen=True)
class Withdrawing(View):
    """The form by which an entry is taken out of the register."""

    template: ClassVar[str] = "withdraw.html"
    tool: Tool
    fields: tuple[Field, ...]
    wrong: tuple[Field, ...]


async def queue(visit: Visit) -> Queue:
    """The desk's list."""
    done = visit.query.get("done", "")
    desk, day = visit.desk.records, today(visit)
    said = say(visit, f"queue.{done}") if done in _DONE else ""
    return Queue(await waiting(desk), await due_soon(desk, today=day), day, said)


async def form(visit: Visit) -> ToCheck:
    """One declaration to be checked, or checked again. Raises NotFound."""
    return _to_check(visit, await to_check(visit.desk.records, visit.path["id"]), None)


async def decide(visit: Visit) -> To | Again:
    """Publishes it, or sends it back with a reason. Raises NotFound."""
    found = await to_check(visit.desk.records, visit.path["id"])
    goes_back = visit.form["go"] == "back"
    decision, problems = _decision(visit, found, goes_back=goes_back)
    if problems:
        return Again(_to_check(visit, found, problems), NotRight())
    try:
        await (checking.send_back if goes_back else checking.publish)(visit, found, decision)
    except (Changed, Lacking, NotNow, NotTheirs) as problem:
        return Again(_to_check(visit, found, {}), problem)
    return To("/check", {"done": "back" if goes_back else "published"})


async def withdrawing(visit: Visit) -> Withdrawing:
    """The form. Raises NotFound."""
    return _withdrawing(visit, await entry(visit.desk.records, visit.path["id"]), None)


async def withdraw(visit: Visit) -> To | Again:
    """Takes an entry out of the register, with a reason that anyone reads. Raises NotFound."""
    tool = await entry(visit.desk.records, visit.path["id"])
    reason = _line(visit, "reason")
    if not reason:
        return Again(_withdrawing(visit, tool, {"reason": "reason"}), NotRight())
    try:
        one = await declaration(visit.desk.records, tool.declaration)
    except NotFound:  # its Task was deleted: the entry can be withdrawn all the same
        one = None
    try:
        await checking.withdraw(visit, tool, one, version=_version(visit), reason=reason)
    except (Changed, NotNow) as problem:
        return Again(_withdrawing(visit, tool, {}), problem)
    return To(f"/tools/{tool.id}", {"done": "withdrawn"})


def _decision(visit: Visit, found: Checked, *, goes_back: bool) -> tuple[Decision, dict[str, str]]:
    """What the form says, and what is wrong by field. To send back needs a reason and no verdict; to publish needs all verdicts."""
    problems = dict[str, str]()
    verdicts = {one.code: said for one in found.declaration.tool.proofs if (said := _verdict(visit, one, problems))}
    by, due, reason = _line(visit, "by"), visit.form["due"], _line(visit, "reason")
    if goes_back:
        problems = {} if reason else {"reason": "reason"}
        return Decision(_version(visit), verdicts, reason=reason), problems
    if len(verdicts) < len(found.declaration.tool.proofs):
        missing = (one.code for one in found.declaration.tool.proofs if one.code not in verdicts)
        problems = {f"{code}_verdict": "verdict" for code in missing} | problems
    if not by:
        problems["by"] = "by"
    if not _is_near(visit, due):
        problems["due"] = "due"
    return Decision(_version(visit), verdicts, by=by, due=due), problems


def _verdict(visit: Visit, proof: Proof, problems: dict[str, str]) -> Verdict | None:
    reason = _line(visit, f"{proof.code}_reason")
    match visit.form[f"{proof.code}_verdict"]:
        case "seen":
            return Verdict("seen")
        case "refused":
            if not reason:
                problems[f"{proof.code}_reason"] = "reason"
            return Verdict("refused", reason)
        case _:
            return None


def _is_near(visit: Visit, written: str) -> bool:
    """Whether it is a day after today, and within a year."""
    day = day_of(written)
    return day is not None and today(visit) < day <= today(visit) + YEAR


def _to_check(visit: Visit, found: Checked, problems: Mapping[str, str] | None) -> ToCheck:
    """The form; with `problems` it came back, with what was typed."""
    tool = found.declaration.tool
    told = {name: say(visit, f"problems.{key}") for name, key in (problems or {}).items()}

    def made(fields: tuple[Field, ...]) -> tuple[Field, ...]:
        return fields if problems is None else filled(fields, typed=visit.form.pairs, problems=told)

    proofs = tuple((one, made(_proof_fields(visit, one))) for one in tool.proofs)
    fields = made(_fields(visit, found))
    return ToCheck(
        found=found,
        tool=replace(tool, maker=found.maker.name),
        price=price(visit, tool.price),
        proofs=proofs,
        fields=fields,
        wrong=to_change((*(one for _, each in proofs for one in each), *fields)),
        today=today(visit),
        may_send_back=found.declaration.standing == "requested",
    )


def _proof_fields(visit: Visit, proof: Proof) -> tuple[Field, ...]:
    name = say(visit, f"proofs.{proof.code}")
    short = say(visit, f"proofs_short.{proof.code}")
    options = tuple(Option(one, say(visit, f"check.{one}")) for one in ("seen", "refused"))
    verdict = () if proof.verdict == "declared" else (proof.verdict,)
    return (
        Field(f"{proof.code}_verdict", name, "radio", verdict, is_required=True, options=options),
        Field(f"{proof.code}_reason", say(visit, "check.why", proof=short), typed=(proof.reason,)),
    )


def _fields(visit: Visit, found: Checked) -> tuple[Field, ...]:
    entry_ = found.entry
    end = (today(visit) + YEAR).isoformat()
    return (
        Field(
            "by", say(visit, "check.by"), typed=(entry_.by if entry_ else "",), hint=say(visit, "check.by_hint"), is_required=True
        ),
        Field("due", say(visit, "check.due"), "date", (end,), hint=say(visit, "check.due_hint"), is_required=True, most=end),
        Field("reason", say(visit, "check.reason"), "textarea", hint=say(visit, "check.reason_hint"), most=str(_MOST)),
    )  # fmt: skip


def _withdrawing(visit: Visit, tool: Tool, problems: Mapping[str, str] | None) -> Withdrawing:
    field = Field(
        "reason", say(visit, "withdraw.reason"), "textarea", hint=say(visit, "withdraw.reason_hint"), is_required=True, most=str(_MOST)
    )  # fmt: skip
    told = {name: say(visit, f"problems.{key}") for name, key in (problems or {}).items()}
    fields = (field,) if problems is None else filled((field,), typed=visit.form.pairs, problems=told)
    return Withdrawing(tool, fields, to_change(fields))


def _version(visit: Visit) -> str:
    """Of what the form showed; a form without one overwrites nothing, since no resource has the version 0."""
    return visit.form["version"] or "0"


def _line(visit: Visit, name: str) -> str:
    return " ".join(visit.form[name].split())[:_MOST]
