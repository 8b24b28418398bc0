"""The office's side: arrivals of a day, one stay, who comes unannounced, emergencies, the network's codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Document, NotFound, Paper, To, View, Visit, wording
from seve.solutions.admission.actions import admitting, checking, filling
from seve.solutions.admission.model import coverages, stays
from seve.solutions.admission.model.checks import Check
from seve.solutions.admission.model.files import File
from seve.solutions.admission.model.questions import BY_LINK
from seve.solutions.admission.pages import frame
from seve.solutions.admission.pages.frame import Card, card, done, is_clerk, office_of, say, today
from seve.solutions.admission.pages.money import Sum, sum_of
from seve.solutions.admission.queries import files as file_reads
from seve.solutions.admission.queries import people
from seve.solutions.admission.queries import stays as reads

_LOOKED_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Closed(View):
    """For professionals who don't work in admissions: where their patients' stays are."""

    template: ClassVar[str] = "closed.html"


@dataclass(frozen=True)
class Arrivals(View):
    """Who comes on a day, and who is there since before."""

    template: ClassVar[str] = "arrivals.html"
    house: str
    day_name: str
    before: str
    after: str
    cards: tuple[Card, ...]
    present: tuple[Card, ...]
    complete: int
    waiting: int
    next_day: str
    next_name: str
    done: str


@dataclass(frozen=True)
class Desk(View):
    """One stay at the desk: state, file, papers, identity, rights, sum, wifi."""

    template: ClassVar[str] = "desk.html"
    card: Card
    deeds: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    papers: tuple[str, ...]
    missing: tuple[str, ...]
    checks: tuple[Check, ...]
    rights: tuple[tuple[str, str, str], ...]
    declared: str
    sum: Sum | None
    wifi: str
    wifi_until: str
    done: str


@dataclass(frozen=True)
class Sheet(Desk):
    """The same on paper, with the wifi code."""

    template: ClassVar[str] = "sheet.html"


async def arrivals(visit: Visit) -> View:
    """The arrivals of a day."""
    if not is_clerk(visit):
        return Closed()
    office, at = await office_of(visit), _day(visit)
    since = datetime.combine(at, time(), wording.ZONE)
    coming = await reads.of_house(visit.records, office.house, since, since + timedelta(days=1))
    lasting = [one for one in await reads.under_way(visit.records, office.house) if one["id"] not in _ids(coming)]
    cards = await _cards(visit, coming)
    following = await reads.of_house(visit.records, office.house, since + timedelta(days=1), since + _LOOKED_AHEAD)
    first = stays.starts(following[0]) if following and not cards else None
    return Arrivals(
        house=office.name,
        day_name=frame.weekday(visit, since),
        before=(at - timedelta(days=1)).isoformat(),
        after=(at + timedelta(days=1)).isoformat(),
        cards=cards,
        present=await _cards(visit, lasting),
        complete=sum(one.progress.is_complete for one in cards),
        waiting=len(await people.waiting(visit.records)),
        next_day=first.astimezone(wording.ZONE).date().isoformat() if first else "",
        next_name=frame.weekday(visit, first) if first else "",
        done=done(visit),
    )


async def show(visit: Visit) -> Desk:
    """One stay. Raises NotFound, NotForYou."""
    return await _desk(visit, await found(visit))


async def sheet(visit: Visit) -> Paper:
    """One stay on paper. Raises NotFound, NotForYou."""
    shown = await _desk(visit, await found(visit))
    return Paper(Sheet(**{name: getattr(shown, name) for name in Desk.__dataclass_fields__ if name != "template"}), say(visit, "desk.sheet_file"))  # fmt: skip


async def do(visit: Visit) -> To | Again:
    """A deed on a stay: its state, rights, the sum, contacts, wifi."""
    stay, deed = await found(visit), visit.path["deed"]
    try:
        told = await _do(visit, stay, deed)
    except Refusal as problem:
        return Again(await _desk(visit, stay), problem)
    return To(f"/desk/{stay['id']}", {"done": told})


async def photograph(visit: Visit) -> To | Again:
    """Reads a card, from a photograph that is sent or a paper of the file."""
    stay = await found(visit)
    try:
        if kind := visit.form["kind"]:
            file = await file_reads.of_stay(visit.records, stay["id"])
            _, data, _ = await file_reads.paper(visit.records, file, kind)
            check = await checking.compare(visit, stay, data)
        else:
            check = await checking.photograph(visit, stay, visit.files.get("photo"))
    except Refusal as problem:
        return Again(await _desk(visit, stay), problem)
    return To(f"/checks/{check.id}")


async def keep_paper(visit: Visit) -> To | Again:
    """A paper stays after the stay, as document of identity."""
    stay = await found(visit)
    try:
        await filling.keep_for_good(visit, stay, visit.path["kind"])
    except Refusal as problem:
        return Again(await _desk(visit, stay), problem)
    return To(f"/desk/{stay['id']}", {"done": "kept_paper"})


async def network(visit: Visit) -> Document:
    """Codes in force with their ends, for the portal of the patients' network: it never learns whose they are. Raises NotFound."""
    if not is_clerk(visit):
        raise NotFound
    office = await office_of(visit)
    if visit.path["office"] != office.reference.rpartition("/")[2]:
        raise NotFound
    codes = (stays.voucher(one) for one in await reads.under_way(visit.records, office.house))
    lines = [f"{one.code};{one.until.isoformat()}" for one in codes if one and one.until > visit.now]
    return Document("\n".join(["code;until", *sorted(lines), ""]).encode(), "text/csv", "wifi.csv")


async def found(visit: Visit) -> Resource:
    """The stay of the path, of the office's house. Raises NotFound, NotForYou."""
    if not is_clerk(visit):
        raise NotFound
    office = await office_of(visit)
    stay = await reads.one(visit.records, visit.path["stay"])
    if stay.get("serviceProvider", {}).get("reference") != office.house:
        raise NotFound
    return stay


async def _do(visit: Visit, stay: Resource, deed: str) -> str:
    version = visit.form["version"]
    match deed:
        case "rights":
            await admitting.ask_rights(visit, stay)
        case "complementary":
            await admitting.confirm_complementary(visit, stay)
        case "contacts":
            await admitting.add_contacts(visit, stay)
        case "wifi":
            await admitting.renew_wifi(visit, stay, version=version)
        case _:
            return await _rest(visit, stay, deed, version)
    return deed


async def _rest(visit: Visit, stay: Resource, deed: str, version: str) -> str:
    if deed == "bill":
        await admitting.write_bill(visit, stay, await office_of(visit))
    elif deed == "revoke":
        await admitting.revoke_wifi(visit, stay, version=version)
        return "revoked"
    else:
        await admitting.do(visit, stay, deed, version=version)
    return deed


async def _desk(visit: Visit, stay: Resource) -> Desk:
    patient = await people.patient(visit.records, stays.patient_of(stay))
    file = await file_reads.of_stay(visit.records, stay["id"])
    bill, code = await people.bill(visit.records, stay), stays.voucher(stay)
    shown = card(visit, stay, patient, file)
    held = coverages.in_force(await people.coverages(visit.records, shown.patient), today=today(visit))
    in_force = code if code and code.until > visit.now else None
    return Desk(
        card=shown,
        deeds=tuple(stays.deeds(stay)),
        answers=tuple(_answers(visit, file)),
        papers=tuple(one.kind for one in file.papers),
        missing=(*_missing(visit, shown), *(say(visit, f"papers.{one}") for one in shown.progress.missing_papers)),
        checks=await people.of_stay(visit.records, stay),
        rights=tuple(
            (kind, str(one["payor"][0].get("display", "")), str(one.get("period", {}).get("end", "")))
            for kind, one in held.items()
        ),
        declared=file.answers.get("complementary.name", "")
        if file.answers.get("complementary.kind") == "mutual"
        else "",
        sum=sum_of(visit, bill) if bill else None,
        wifi=in_force.code if in_force else "",
        wifi_until=frame.moment(visit, in_force.until) if in_force else "",
        done=done(visit),
    )


def _answers(visit: Visit, file: File) -> list[tuple[str, str]]:
    """What was typed, in words."""
    found = list[tuple[str, str]]()
    for link, said in file.answers.items():
        key, ask = link.replace(".", "_"), BY_LINK[link]
        found.append((say(visit, f"asks.{key}"), say(visit, f"choices.{key}_{said}") if said in ask.choices else said))
    return found


def _told(visit: Visit, link: str, why: str) -> str:
    asked = say(visit, "asks." + link.replace(".", "_"))
    return f"{asked} : {say(visit, f'why.{why}')}"


def _missing(visit: Visit, shown: Card) -> list[str]:
    return [_told(visit, link, why) for link, why in shown.progress.problems.items()]


async def _cards(visit: Visit, found: tuple[Resource, ...] | list[Resource]) -> tuple[Card, ...]:
    patients = await people.patients(visit.records, [stays.patient_of(one) for one in found])
    kept = await file_reads.by_stay(visit.records, [one["id"] for one in found])
    return tuple(card(visit, one, patients.get(stays.patient_of(one)), kept.get(one["id"], File())) for one in found)


def _ids(found: tuple[Resource, ...]) -> frozenset[str]:
    return frozenset(one["id"] for one in found)


def _day(visit: Visit) -> date:
    try:
        return date.fromisoformat(visit.query.get("day", ""))
    except ValueError:
        return today(visit)
