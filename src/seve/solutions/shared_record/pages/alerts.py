"""Alerts as advice with its guarantee (R21, D10): why, from what, by which rules; to ask a person, or to set one aside with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotFound, To, View, Visit, wording
from seve.sdk.kit import Advice, Source
from seve.solutions.shared_record.actions.documents import FieldWrong
from seve.solutions.shared_record.model import alerts
from seve.solutions.shared_record.model.alerts import Alert, Word
from seve.solutions.shared_record.pages.frame import BASE, PACKAGE, Frame, framed
from seve.solutions.shared_record.queries import alerts as queries

_LONGEST = 500


@dataclass(frozen=True)
class Shown(View):
    """One alert, what was said of it (word, words, who, when), and the two forms; `typed` is what they hold."""

    template: ClassVar[str] = "alert.html"
    frame: Frame
    advice: Advice
    alert: Alert
    said: tuple[tuple[Word, str, str, str], ...]
    typed: str
    chosen: str


@dataclass(frozen=True)
class Put:
    """An alert on the overview; `asked` when somebody has a question about it."""

    advice: Advice
    asked: bool


async def put_first(visit: Visit, frame: Frame) -> tuple[tuple[Put, ...], tuple[Alert, ...]]:
    """Those that stand, and those that people set aside."""
    found = await queries.found(visit.records, frame.id, today=visit.now.date())
    if not found:
        return (), ()
    said = await queries.words(visit.records, frame.id)
    words = {one.reference: {word for word, *_ in said.get(one.reference, ())} for one in found}
    standing = [one for one in found if "aside" not in words[one.reference]]
    aside = tuple(one for one in found if one not in standing)
    return tuple(Put(_advice(visit, frame, one), "question" in words[one.reference]) for one in standing), aside


async def show(visit: Visit) -> Shown:
    """One. Raises NotFound for what is none, or none any more."""
    return await _shown(visit)


async def say(visit: Visit) -> To | Again:
    """Sets it aside, or asks about it; either with words."""
    shown, words = await _shown(visit), visit.form["words"].strip()
    word: Word = "aside" if visit.form["word"] == "aside" else "question"
    if not words or len(words) > _LONGEST:
        problem = FieldWrong(expression="words")
        return Again(await _shown(visit, problem), problem)
    at, by = visit.now.isoformat(timespec="seconds"), visit.visitor.acts_as
    id_ = visit.path["patient"]
    await visit.records.create(alerts.said(shown.alert, word, words, patient_id=id_, by=by, at=at))
    return To(f"/{id_}/alerts/{shown.alert.type}/{shown.alert.id}", {"done": "noted"})


async def _shown(visit: Visit, problem: Refusal | None = None) -> Shown:
    frame = await framed(visit, "overview")
    found = await queries.found(visit.records, frame.id, today=visit.now.date())
    asked = f"{visit.path['type']}/{visit.path['id']}"
    alert = next((one for one in found if one.reference == asked), None)
    if alert is None:
        raise NotFound
    said = (await queries.words(visit.records, frame.id)).get(asked, [])
    people = await visit.records.people(who for _, _, who, _ in said)
    named = list[tuple[Word, str, str, str]]()
    for word, words, who, at in said:
        named.append((word, words, people[who].name if who in people else "", at))
    typed = visit.form["words"] if problem else ""
    return Shown(frame, _advice(visit, frame, alert), alert, tuple(named), typed, visit.form["word"])


def _advice(visit: Visit, frame: Frame, alert: Alert) -> Advice:
    fields = {
        "what": alert.what,
        "value": alert.value,
        "day": wording.day(alert.at, visit.language) if alert.at else "—",
        "days": alerts.RESULT_DAYS,
    }
    path = f"{BASE}/{frame.id}/alerts/{alert.reference}"
    link = f"{BASE}/{frame.id}/entry/{alert.reference}" if alert.rule != "vaccine" else f"{BASE}/{frame.id}/vaccines"
    label = visit.say(f"{PACKAGE}.alerts.source", what=alert.what, day=fields["day"])
    return Advice(
        what=visit.say(f"{PACKAGE}.alerts.what_{alert.rule}", **fields),
        why=visit.say(f"{PACKAGE}.alerts.why_{alert.rule}", **fields),
        sources=(Source(label, link),),
        version=f"Sève, {alerts.VERSION}",
        made=wording.both(visit.now, visit.language),
        reach=f"{path}#question",
        overrule=f"{path}#aside",
    )
