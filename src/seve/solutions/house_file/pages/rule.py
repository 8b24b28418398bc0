"""The rule of the organisation, and what it names but could not share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.fhir.house_documents import Rule, filed
from seve.sdk import Again, Changed, NotTheirRule, To, View, Visit, wording
from seve.solutions.house_file import actions, model, queries
from seve.solutions.house_file.actions import FieldWrong
from seve.solutions.house_file.pages.frame import done, say
from seve.solutions.house_file.queries import Waiting


@dataclass(frozen=True)
class Ruling(View):
    """The types there are and which are shared; physicians of the organisation may change them."""

    template: ClassVar[str] = "rule.html"
    house: str
    kinds: tuple[str, ...]
    chosen: tuple[str, ...]
    others: tuple[str, ...]
    since: str
    by: str
    version: str
    may_change: bool
    done: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """A document that is not shared: whose, which, and why not, in a sentence; `way` is where to go for it, "" for nowhere."""

    patient: str
    name: str
    id: str
    title: str
    type: str
    day: str
    why: str
    way: str


@dataclass(frozen=True)
class NotShared(View):
    """What waits; after trying again, `tried` says how that went."""

    template: ClassVar[str] = "not_shared.html"
    house: str
    has_rule: bool
    lines: tuple[Stuck, ...]
    tried: str


async def show(visit: Visit) -> Ruling:
    """Raises NoHouse."""
    return await _ruling(visit)


async def save(visit: Visit) -> To | Again:
    """Sets it; what was ticked stays when it is refused."""
    chosen = tuple(dict.fromkeys(value for name, value in visit.form.pairs if name == "kinds"))
    try:
        await actions.set_rule(visit, chosen, version=visit.form["version"])
    except (NotTheirRule, Changed, FieldWrong) as problem:
        return Again(await _ruling(visit, chosen), problem)
    return To("/rule", {"done": "ruled"})


async def not_shared(visit: Visit) -> NotShared:
    """Raises NoHouse."""
    rule = await visit.houses.rule()
    found = await queries.waiting(visit, rule)
    tried = visit.query.get("shared", "")
    said = say(visit, "not_shared.tried", shared=tried, left=len(found)) if tried.isdecimal() else ""
    lines = tuple(_stuck(visit, one) for one in found)
    return NotShared(await queries.organization(visit), bool(rule.types), lines, said)


async def again(visit: Visit) -> To:
    """Tries all of it again."""
    shared, _ = await actions.try_again(visit)
    return To("/not-shared", {"shared": str(shared)})


async def _ruling(visit: Visit, chosen: tuple[str, ...] | None = None) -> Ruling:
    rule = await visit.houses.rule()
    return Ruling(
        house=await queries.organization(visit),
        kinds=tuple(model.KINDS),
        chosen=model.kinds_of(rule.types) if chosen is None else chosen,
        others=_others(rule),
        since=wording.day(rule.since[:10], visit.language) if rule.since else "",
        by=rule.name,
        version=rule.version,
        may_change=visit.houses.may_rule,
        done=done(visit),
    )


def _others(rule: Rule) -> tuple[str, ...]:
    """Types that the rule names and this page has no name for: somebody set it otherwise."""
    known = {code.code for code in model.KINDS.values()}
    return tuple(code for _, code in rule.types if code not in known)


def _stuck(visit: Visit, one: Waiting) -> Stuck:
    patient, document, kind = one.patient, one.document, model.kind_of(one.document)
    return Stuck(
        patient=patient["id"],
        name=wording.name_of(patient) or patient["id"],
        id=document["id"],
        title=document.get("description", ""),
        type=say(visit, f"kinds.{kind}") if kind else wording.coded(document.get("type")),
        day=wording.day(filed(document)[:10], visit.language),
        why=_why(visit, one),
        way=f"/shared-record/{patient['id']}/opening" if one.hindrance and one.hindrance.why == "not_open" else "",
    )


def _why(visit: Visit, one: Waiting) -> str:
    needs = one.hindrance
    if needs is None:
        return say(visit, "why.waiting")
    if needs.why == "not_open":
        return say(visit, f"why.not_open_{needs.state}")
    said = say(visit, f"why.{needs.why}")
    return f"{said} {needs.reason.text(visit.language)}" if needs.reason else said
