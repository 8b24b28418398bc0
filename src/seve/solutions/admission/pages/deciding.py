"""Checks of identity: the line of those that wait, and one of them, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotFound, To, View, Visit, wording
from seve.solutions.admission.actions import checking
from seve.solutions.admission.model import checks
from seve.solutions.admission.model.checks import Check
from seve.solutions.admission.pages.desk import Closed
from seve.solutions.admission.pages.frame import is_clerk, say
from seve.solutions.admission.queries import people


@dataclass(frozen=True, slots=True)
class Row:
    """One field in words."""

    name: str
    card: str
    record: str
    agreement: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A check in the line."""

    id: str
    who: str
    kind: str
    is_mismatch: bool
    differing: str


@dataclass(frozen=True)
class Line(View):
    """Those that wait; mismatches first."""

    template: ClassVar[str] = "checks.html"
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True)
class One(View):
    """One check, and what may be decided."""

    template: ClassVar[str] = "check.html"
    check: Check
    who: str
    stay: str
    rows: tuple[Row, ...]
    may_confirm: bool
    may_correct: bool


async def listed(visit: Visit) -> View:
    """The line."""
    if not is_clerk(visit):
        return Closed()
    found = await people.waiting(visit.records)
    patients = await people.patients(visit.records, [one.patient for one in found])
    rows = (
        Waiting(
            one.id,
            wording.name_of(patients[one.patient]) if one.patient in patients else "",
            one.kind,
            one.is_mismatch,
            ", ".join(say(visit, f"fields.{field.name}") for field in one.fields if field.blocks),
        )
        for one in found
    )
    return Line(tuple(sorted(rows, key=lambda row: not row.is_mismatch)))


async def show(visit: Visit) -> One:
    """One check. Raises NotFound."""
    return await _one(visit, await _found(visit))


async def decide(visit: Visit) -> To | Again:
    """What a person decides. Raises NotFound."""
    check = await _found(visit)
    decision = visit.form["decision"]
    try:
        await checking.decide(visit, check.id, decision, version=visit.form["version"])
    except Refusal as problem:
        return Again(await _one(visit, check), problem)
    return To(f"/desk/{check.stay.rpartition('/')[2]}", {"done": decision})


async def _found(visit: Visit) -> Check:
    if not is_clerk(visit):
        raise NotFound
    return checks.read(await visit.records.read("Task", visit.path["check"]))


async def _one(visit: Visit, check: Check) -> One:
    patient = await people.patient(visit.records, check.patient)
    is_proof = check.kind == "identity" and check.seal != "wrong" and not check.decision
    return One(
        check=check,
        who=wording.name_of(patient),
        stay=check.stay.rpartition("/")[2],
        rows=tuple(
            Row(
                say(visit, f"fields.{one.name}"),
                _said(visit, one.name, one.card),
                _said(visit, one.name, one.record),
                one.agreement,
            )
            for one in check.fields
        ),
        may_confirm=is_proof and not check.is_mismatch,
        may_correct=is_proof and check.is_mismatch,
    )


def _said(visit: Visit, name: str, value: str) -> str:
    if not value:
        return "–"
    if name == "birth_date":
        return wording.day(value, visit.language)
    return say(visit, f"sex.{value}") if name == "sex" else value
