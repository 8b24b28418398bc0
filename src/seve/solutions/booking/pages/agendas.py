"""The editor of agendas. An edit under which booked appointments would fall outside is told first: who they are, and that they stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from seve.fhir import Resource
from seve.fhir.scheduling import DAYS, MODES, Closing, Rule, agenda_of
from seve.kernel.refusals import Refusal
from seve.sdk import Again, NotFound, To, View, Visit, wording
from seve.sdk.kit import Field, Option
from seve.solutions.booking.actions import freeing, keeping, opening
from seve.solutions.booking.actions.refusals import NotRight, Outside
from seve.solutions.booking.model import agendas, editing
from seve.solutions.booking.model.agendas import Diary, diary
from seve.solutions.booking.model.calendars import Refused
from seve.solutions.booking.pages import forms
from seve.solutions.booking.pages.frame import Card, card, done, say
from seve.solutions.booking.queries import agendas as reads
from seve.solutions.booking.queries import appointments, questionnaires


@dataclass(frozen=True)
class Listed(View):
    """The agendas of whom the visitor acts for."""

    template: ClassVar[str] = "agendas.html"
    diaries: tuple[Diary, ...]
    done: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """A closing in words."""

    at: int
    words: str
    note: str


@dataclass(frozen=True)
class Edited(View):
    """One agenda with the forms that change it. `fallen` are appointments that an edit would leave outside; `refused` lines of a
    calendar file; `misplaced` those that are outside already.
    """

    template: ClassVar[str] = "agenda.html"
    diary: Diary
    rules: tuple[tuple[int, Rule, str], ...]
    closings: tuple[ClosingLine, ...]
    reason_fields: tuple[Field, ...]
    rule_fields: tuple[Field, ...]
    closing_fields: tuple[Field, ...]
    home_fields: tuple[Field, ...]
    misplaced: tuple[Card, ...]
    waiting: tuple[Card, ...]
    fallen: tuple[Card, ...]
    again: tuple[tuple[str, str], ...]
    again_path: str
    refused: tuple[Refused, ...]
    taken_in: int
    done: str


async def listed(visit: Visit) -> Listed:
    """All of them, and the form for one more."""
    return await _listed(visit, ())


async def create(visit: Visit) -> To | Again:
    """One more, without rules yet."""
    try:
        made = await opening.agenda(visit, title=visit.form["title"], place=visit.form["place"])
    except NotRight as problem:
        return Again(await _listed(visit, visit.form.pairs), problem)
    return To(f"/agendas/{made['id']}", {"done": "made"})


async def edit(visit: Visit) -> Edited:
    """Raises NotFound for another's."""
    return await _edited(visit, await _own(visit))


async def add_reason(visit: Visit) -> To | Again:
    """One more reason to come."""
    schedule = await _own(visit)
    known = {one.code: one for one in agenda_of(schedule).reasons}
    reason, problems = editing.reason(visit.form, known=known)
    if reason is None:
        return Again(await _edited(visit, schedule, problems={"reason": problems}), NotRight())
    preparation = visit.form["preparation"].strip()[:1_000]
    return await _saved(visit, schedule, agendas.with_reason(schedule, reason, preparation), "reasons")


async def add_rule(visit: Visit) -> To | Again:
    """One more rule."""
    schedule = await _own(visit)
    rule, problems = editing.rule(visit.form, reasons={one.code: one for one in agenda_of(schedule).reasons})
    if rule is None:
        return Again(await _edited(visit, schedule, problems={"rule": problems}), NotRight())
    return await _saved(visit, schedule, agendas.with_rule(schedule, rule), "rules")


async def add_closing(visit: Visit) -> To | Again:
    """One more closing."""
    schedule = await _own(visit)
    closing, problems = editing.closing(visit.form, zone=diary(schedule).zone)
    if closing is None:
        return Again(await _edited(visit, schedule, problems={"closing": problems}), NotRight())
    changed = agendas.with_closings(schedule, [closing], now=visit.now)
    return await _saved(visit, schedule, changed, "closings")


async def remove(visit: Visit) -> To | Again:
    """Takes a reason, a rule or a closing away, as the page showed it."""
    schedule, what, which = await _own(visit), visit.path["what"], visit.form["which"]
    if visit.form["version"] != schedule["meta"]["versionId"]:
        return To(f"/agendas/{schedule['id']}")  # what was shown is not what stands: look again
    at = int(which) if which.isascii() and which.isdigit() and len(which) < 4 else -1
    match what:
        case "reasons":
            changed = agendas.without_reason(schedule, which)
        case "rules":
            changed = agendas.without_rule(schedule, at)
        case "closings":
            changed = agendas.without_closing(schedule, at)
        case _:
            raise NotFound
    return await _saved(visit, schedule, changed, f"{what}/remove", word="removed")


async def switch(visit: Visit) -> To:
    """Opens an agenda to booking, or closes it; what is booked stays."""
    schedule = await _own(visit)
    is_open = visit.form["open"] == "1"
    await visit.agendas.keep({**schedule, "active": is_open})
    return To(f"/agendas/{schedule['id']}", {"done": "opened" if is_open else "closed"})


async def tell(visit: Visit) -> To:
    """Whether the practice is told what patients do with the agenda."""
    schedule = await _own(visit)
    await visit.agendas.keep(agendas.with_quiet(schedule, is_quiet=visit.form["told"] != "1"))
    return To(f"/agendas/{schedule['id']}", {"done": "saved"})


async def go_home(visit: Visit) -> To | Again:
    """How far home visits go."""
    schedule, names = await _own(visit), editing.names(visit.form["communes"])
    codes = [await reads.commune(visit.records, one) for one in names]
    rounds, problems = editing.rounds(visit.form, communes=tuple(zip(codes, names, strict=True)))
    if rounds is None:
        return Again(await _edited(visit, schedule, problems={"home": problems}), NotRight())
    return await _saved(visit, schedule, agendas.with_rounds(schedule, rounds), "home")


async def absences(visit: Visit) -> To | Again:
    """Absences from a calendar file become closings; what was not taken is told."""
    schedule = await _own(visit)
    sent = visit.files.get("file")
    data = sent.data if sent else visit.form["kept"].encode()
    try:
        read = await keeping.absences(visit, schedule, data, is_meant=visit.form["meant"] == "1")
    except Outside as problem:
        again = (("kept", data.decode("utf-8", "replace")),)
        changed = agendas.with_closings(schedule, keeping.closings_of(visit, schedule, data), now=visit.now)
        return Again(await _edited(visit, schedule, changed=changed, again=again, path="absences"), problem)
    except Refusal as problem:
        return Again(await _edited(visit, schedule), problem)
    if not read.refused:
        return To(f"/agendas/{schedule['id']}", {"done": "saved"})
    shown = await _edited(visit, await _own(visit), refused=read.refused, taken_in=len(read.absences))
    return Again(shown, NotRight(expression="file"))


async def _own(visit: Visit) -> Resource:
    return await reads.own(visit.records, visit.visitor, visit.path["agenda"])


async def _saved(visit: Visit, schedule: Resource, changed: Resource, path: str, *, word: str = "saved") -> To | Again:
    try:
        await keeping.save(visit, changed, is_meant=visit.form["meant"] == "1")
    except Outside as problem:
        pairs = tuple(pair for pair in visit.form.pairs if pair[0] not in ("csrf", "meant"))
        return Again(await _edited(visit, schedule, changed=changed, again=pairs, path=path), problem)
    except Refusal as problem:
        return Again(await _edited(visit, schedule), problem)
    await visit.doors.enqueue(freeing.REFILL, freeing.Freed(schedule["id"]))
    return To(f"/agendas/{schedule['id']}", {"done": word})


async def _listed(visit: Visit, typed: tuple[tuple[str, str], ...]) -> Listed:
    found = tuple(diary(one) for one in await reads.schedules_of(visit.records, visit.visitor))
    places = await opening.places(visit)
    said = dict(typed)
    options = tuple(Option(reference, name) for reference, name in places)
    fields = (
        Field("title", say(visit, "agendas.title_field"), typed=(said.get("title", ""),), is_required=True),
        Field("place", say(visit, "agendas.place_field"), "select", (said.get("place", ""),), options=options),
    )
    return Listed(found, done(visit), fields)


async def _edited(
    visit: Visit,
    schedule: Resource,
    *,
    problems: Mapping[str, Mapping[str, str]] | None = None,
    changed: Resource | None = None,
    again: tuple[tuple[str, str], ...] = (),
    path: str = "",
    refused: tuple[Refused, ...] = (),
    taken_in: int = 0,
) -> Edited:
    held, wrong = diary(schedule), problems or {}
    booked = {one["id"]: one for one in await keeping.to_come(visit, held)}
    fallen = await keeping.would_fall(visit, changed) if changed else ()
    waiting = await appointments.waiting_for(visit.records, [held.giver])
    named = {one.code: one.text for one in held.agenda.reasons}
    known = await questionnaires.all_active(visit.records)
    outside = held.outside(keeping.booked_of(one) for one in booked.values())
    return Edited(
        diary=held,
        rules=tuple((n, rule, _rule_words(visit, rule, named)) for n, rule in enumerate(held.agenda.rules)),
        closings=tuple(_closing(visit, n, one, held) for n, one in enumerate(held.agenda.closings)),
        reason_fields=forms.reason(visit, wrong.get("reason"), known),
        rule_fields=forms.rule(visit, wrong.get("rule"), held.agenda.reasons),
        closing_fields=forms.closing(visit, wrong.get("closing")),
        home_fields=forms.home(visit, wrong.get("home"), held.agenda.rounds),
        misplaced=tuple(card(visit, booked[one.id]) for one in outside),
        waiting=tuple(card(visit, one) for one in waiting),
        fallen=tuple(card(visit, booked[one.id]) for one in fallen),
        again=again,
        again_path=path,
        refused=refused,
        taken_in=taken_in,
        done=done(visit),
    )


def _rule_words(visit: Visit, rule: Rule, named: Mapping[str, str]) -> str:
    """“lun, mar · 09:00–12:00 · toutes les 2 semaines · …”."""
    weekdays = ", ".join(say(visit, f"days.{day}") for day in DAYS if day in rule.days)
    parts = [
        weekdays,
        f"{rule.begins:%H:%M}–{rule.ends:%H:%M}",
        say(visit, "agendas.every_weeks", weeks=rule.weeks) if rule.weeks > 1 else "",
        say(visit, "agendas.since", day=wording.day(rule.since, visit.language)) if rule.since else "",
        say(visit, "agendas.until", day=wording.day(rule.until, visit.language)) if rule.until else "",
        ", ".join(named.get(code, code) for code in rule.reasons),
        ", ".join(say(visit, f"modes.{mode}") for mode in MODES if mode in rule.modes),
        say(visit, "agendas.seats", seats=rule.seats) if rule.seats > 1 else "",
        rule.room,
    ]
    return " · ".join(filter(None, parts))


def _closing(visit: Visit, at: int, closing: Closing, held: Diary) -> ClosingLine:
    start, end = agendas.bounds(closing, held.zone)
    words = " – ".join(wording.both(moment, visit.language) for moment in (start, end) if 2000 <= moment.year <= 2199)
    return ClosingLine(at, words, closing.note)
