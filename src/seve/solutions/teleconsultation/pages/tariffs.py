"""Whether an act of a day is paid, and why, for any day and act: the dated tables, asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from seve.france.remote import ACTS, Circumstances, Decision, RuleSet, named, tariff
from seve.sdk import View, Visit, wording

_ANSWERS = ("", "yes", "no")


@dataclass(frozen=True)
class Tariffs(View):
    """The question as it was asked, and the decision; none for a day that is no date."""

    template: ClassVar[str] = "tariffs.html"
    acts: tuple[str, ...]
    act: str
    when: str
    rules: str
    known: str
    pathway: str
    report: str
    level: str
    number: str
    decision: Decision | None


async def show(visit: Visit) -> Tariffs:
    """The form, answered."""
    asked = visit.query
    day = asked.get("day", "") or visit.now.astimezone(wording.ZONE).date().isoformat()
    act = named(asked.get("act", "")) or ACTS[0]
    rules: RuleSet = "proposition_7" if asked.get("rules") == "proposition_7" else "in_force"
    known, pathway, report = (_answer(asked.get(name, "")) for name in ("known", "pathway", "report"))
    level, number = _number(asked.get("level", "")), _number(asked.get("number", ""))
    date_ = _date(day)
    facts = Circumstances(_fact(known), _fact(pathway), _fact(report), level, number)
    return Tariffs(
        acts=tuple(one.name for one in ACTS),
        act=act.name,
        when=day,
        rules=rules,
        known=known,
        pathway=pathway,
        report=report,
        level=str(level),
        number=str(number),
        decision=tariff(act.name, date_, facts, rules=rules) if date_ else None,
    )


def _answer(text: str) -> str:
    return text if text in _ANSWERS else ""


def _fact(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 1_000 else 1


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
