"""A maker's own declarations, and the form of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from seve.sdk import MAKER, Again, Changed, NotFound, To, View, Visit
from seve.sdk.kit import Field, FieldKind, Option, filled, to_change
from seve.solutions.tool_register.actions.declaring import change, check_maker, declare
from seve.solutions.tool_register.actions.refusals import NotRight
from seve.solutions.tool_register.model import codes
from seve.solutions.tool_register.model.declarations import Declaration
from seve.solutions.tool_register.model.tools import Tool
from seve.solutions.tool_register.model.typing import FIELDS, PARTS, typed, values
from seve.solutions.tool_register.pages.frame import say
from seve.solutions.tool_register.queries.declarations import declaration, declarations
from seve.solutions.tool_register.queries.entries import entry_of

_NEW: Final = "new"
_NO_VERSION: Final = "0"
"""Which no resource has: a form without its version overwrites nothing."""
_DONE: Final = frozenset({"sent", "kept"})


@dataclass(frozen=True)
class Mine(View):
    """What the visitor declared; `is_maker`: they may declare."""

    template: ClassVar[str] = "mine.html"
    declarations: tuple[Declaration, ...]
    is_maker: bool
    done: str


@dataclass(frozen=True)
class Written(View):
    """The form. `proofs` are the fields of each proof by its code, `opened` the codes with something in them; `entry` is what the register
    shows of it, None when nothing.
    """

    template: ClassVar[str] = "declare.html"
    id: str
    version: str
    before: Declaration | None
    entry: Tool | None
    fields: tuple[Field, ...]
    proofs: dict[str, tuple[Field, ...]]
    opened: frozenset[str]
    wrong: tuple[Field, ...]


async def mine(visit: Visit) -> Mine:
    """The list."""
    is_maker = visit.visitor.profession == MAKER and bool(visit.visitor.organization)
    done = visit.query.get("done", "")
    found = await declarations(visit.records) if is_maker else ()
    return Mine(found, is_maker, say(visit, f"mine.{done}") if done in _DONE else "")


async def form(visit: Visit) -> Written:
    """A declaration to be written or changed. Raises NotFound."""
    before = await _before(visit)
    return await _written(visit, before, values(before.tool if before else Tool("")), None)


async def save(visit: Visit) -> To | Again:
    """Sends it to the desk, or keeps it as a draft, which may lack what is still to be found out, but for its name."""
    before = await _before(visit)
    is_sent = visit.form["go"] != "draft"
    tool, problems = typed(visit.form.all)
    if not is_sent:
        open_ = {name for name in FIELDS if name != "name" and not any(visit.form.all(name))}
        problems = {name: key for name, key in problems.items() if name not in open_}
    if problems:
        return Again(await _written(visit, before, visit.form.pairs, problems), NotRight())
    version = visit.form["version"] or _NO_VERSION
    try:
        if before is None:
            await declare(visit.records, visit.visitor, tool, is_sent=is_sent, now=visit.now)
        else:
            await change(visit.records, before, tool, version=version, is_sent=is_sent, now=visit.now)
    except Changed as problem:
        return Again(await _written(visit, before, visit.form.pairs, {}), problem)
    return To("/mine", {"done": "sent" if is_sent else "kept"})


async def _before(visit: Visit) -> Declaration | None:
    """What was declared; None for a new one. Raises NotFound, NotAMaker."""
    if visit.visitor.profession != MAKER:
        raise NotFound
    check_maker(visit.visitor)
    return None if visit.path["id"] == _NEW else await declaration(visit.records, visit.path["id"])


async def _written(
    visit: Visit,
    before: Declaration | None,
    pairs: tuple[tuple[str, str], ...],
    problems: Mapping[str, str] | None,
) -> Written:
    told = {name: say(visit, f"problems.{key}") for name, key in (problems or {}).items()}
    fields = filled(_fields(visit), typed=pairs, problems=told)
    proofs = {code: filled(_proof_fields(visit, code), typed=pairs, problems=told) for code in codes.PROOFS}
    all_ = (*fields, *(one for each in proofs.values() for one in each))
    return Written(
        id=before.id if before else _NEW,
        version=before.version if before else "",
        before=before,
        entry=await entry_of(visit.records, before.id) if before else None,
        fields=fields,
        proofs=proofs,
        opened=frozenset(code for code, each in proofs.items() if any(one.value or one.problem for one in each)),
        wrong=to_change(all_),
    )


def _fields(visit: Visit) -> tuple[Field, ...]:
    functions = tuple(Option(one, say(visit, f"functions.{one}")) for one in codes.FUNCTIONS)

    def made(name: str, kind: FieldKind = "text", *, is_required: bool = False) -> Field:
        hint = say(visit, f"form.{name}_hint")
        options = functions if kind == "checkbox" else ()
        most = "1000" if kind == "textarea" else ""
        return Field(
            name, say(visit, f"form.{name}"), kind, hint=hint, is_required=is_required, options=options, most=most
        )

    return (
        made("name", is_required=True),
        made("about", "textarea"),
        made("functions", "checkbox", is_required=True),
        made("price", is_required=True),
        made("terms"),
        made("site", is_required=True),
        made("contact", "email"),
    )


def _proof_fields(visit: Visit, code: str) -> tuple[Field, ...]:
    short = say(visit, f"proofs_short.{code}")
    return tuple(
        Field(f"{code}_{part}", say(visit, f"form.{part}", proof=short), "date" if part == "until" else "text")
        for part in PARTS
    )
