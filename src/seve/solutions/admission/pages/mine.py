"""The patient's side: my stays, one of them with what is missing, the file, the papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal
from seve.sdk import Again, Document, NotFound, To, View, Visit, Whose, whose, wording
from seve.solutions.admission.actions import filling
from seve.solutions.admission.model import coverages, files, stays
from seve.solutions.admission.model.files import File
from seve.solutions.admission.model.questions import Paper
from seve.solutions.admission.pages import desk
from seve.solutions.admission.pages.frame import Card, card, done, is_clerk, moment, today, weekday
from seve.solutions.admission.pages.money import Sum, sum_of
from seve.solutions.admission.queries import files as file_reads
from seve.solutions.admission.queries import people
from seve.solutions.admission.queries import stays as reads

_INLINE = frozenset({"image/png", "image/jpeg", "application/pdf"})
_SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Coming:
    """An appointment that has no file yet."""

    id: str
    who: str
    when: str
    time: str
    place: str


@dataclass(frozen=True)
class Mine(View):
    """Stays and what may be prepared."""

    template: ClassVar[str] = "mine.html"
    cards: tuple[Card, ...]
    coming: tuple[Coming, ...]
    done: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper that is asked for, and the one that came."""

    kind: Paper
    title: str
    sent: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Wifi:
    """A code with its last moment."""

    code: str
    until: str
    is_in_force: bool


@dataclass(frozen=True)
class Stay(View):
    """One stay of the visitor's, or of somebody whom they represent."""

    template: ClassVar[str] = "stay.html"
    card: Card
    papers: tuple[PaperLine, ...]
    sum: Sum | None
    wifi: Wifi | None
    rights: tuple[tuple[str, str, str], ...]
    may_change: bool
    done: str


async def home(visit: Visit) -> View:
    """The patient's stays; the arrivals of the day for the office."""
    return await desk.arrivals(visit) if visit.visitor.role == "professional" else await _mine(visit)


async def begin(visit: Visit) -> To:
    """The file of an appointment. Raises NotFound, NoOffice."""
    return To(f"/stays/{await filling.begin(visit, visit.form['appointment'])}")


async def show(visit: Visit) -> Stay:
    """One stay. Raises NotFound."""
    return await _stay(visit, *await found(visit))


async def send(visit: Visit) -> To | Again:
    """Tells the office that the file is complete."""
    stay, patient = await found(visit)
    try:
        await filling.send(visit, stay)
    except Refusal as problem:
        return Again(await _stay(visit, stay, patient), problem)
    return To(f"/stays/{stay['id']}", {"done": "sent"})


async def add_paper(visit: Visit) -> To | Again:
    """A paper, in the place of the one before."""
    stay, patient = await found(visit)
    try:
        await filling.add_paper(visit, stay, visit.path["kind"], visit.files.get("paper"))
    except Refusal as problem:
        return Again(await _stay(visit, stay, patient), problem)
    return To(f"/stays/{stay['id']}", {"done": "paper"})


async def remove_paper(visit: Visit) -> To | Again:
    """Takes a paper away."""
    stay, patient = await found(visit)
    try:
        await filling.remove_paper(visit, stay, visit.path["kind"])
    except Refusal as problem:
        return Again(await _stay(visit, stay, patient), problem)
    return To(f"/stays/{stay['id']}", {"done": "removed"})


async def paper(visit: Visit) -> Document:
    """A paper itself, for the patient and the office. Raises NotFound."""
    stay, _ = await found(visit)
    file = await file_reads.of_stay(visit.records, stay["id"])
    held, data, media_type = await file_reads.paper(visit.records, file, visit.path["kind"])
    is_inline = media_type in _INLINE
    return Document(data, media_type if is_inline else "application/octet-stream", held.title, is_inline=is_inline)


async def found(visit: Visit) -> tuple[Resource, Resource]:
    """The stay of the path with its patient: of the visitor, or of the office's house. Raises NotFound."""
    stay = await reads.one(visit.records, visit.path["stay"])
    if visit.visitor.role == "patient":
        await people.their_own(visit, stays.patient_of(stay))
    elif not is_clerk(visit):
        raise NotFound
    return stay, await people.patient(visit.records, stays.patient_of(stay))


def papers_of(visit: Visit, file: File, patient: Resource) -> tuple[PaperLine, ...]:
    """What is asked for, with what came."""
    wanted = files.wanted_papers(file, birth_date=str(patient.get("birthDate", "")), today=today(visit))
    lines = list[PaperLine]()
    for kind in wanted:
        held = file.paper(kind)
        sent = wording.day(held.sent, visit.language) if held else ""
        lines.append(PaperLine(kind, held.title if held else "", sent, is_kept=bool(held and held.is_kept)))
    return tuple(lines)


def wifi_of(visit: Visit, stay: Resource) -> Wifi | None:
    """The code of a stay."""
    code = stays.voucher(stay)
    return Wifi(code.code, moment(visit, code.until), code.until > visit.now) if code else None


async def rights_of(visit: Visit, patient: str) -> tuple[tuple[str, str, str], ...]:
    """Rights in force: kind, who pays, until when."""
    held = coverages.in_force(await people.coverages(visit.records, patient), today=today(visit))
    return tuple(
        (
            kind,
            str(one["payor"][0].get("display", "")),
            wording.day(end, visit.language) if (end := one.get("period", {}).get("end", "")) else "",
        )
        for kind, one in held.items()
    )


async def _mine(visit: Visit) -> Mine:
    cards, coming = list[Card](), list[Coming]()
    for one in await whose(visit):
        shown, waiting = await _of(visit, one)
        cards += shown
        coming += waiting
    return Mine(tuple(cards), tuple(coming), done(visit))


async def _of(visit: Visit, one: Whose) -> tuple[list[Card], list[Coming]]:
    patient = await visit.records.read("Patient", one.id)
    known = await reads.of_patient(visit.records, f"Patient/{one.id}")
    kept = await file_reads.by_stay(visit.records, [stay["id"] for stay in known])
    since = visit.now - _SHOWN
    cards = [
        card(visit, stay, patient, kept.get(stay["id"], File()))
        for stay in known
        if stay["status"] in ("planned", "arrived", "in-progress") or stays.starts(stay) > since
    ]
    listed = {reads.appointment_of(stay) for stay in known}
    waiting = [
        _coming(visit, appointment, one.name)
        for appointment in await reads.appointments(visit.records, f"Patient/{one.id}", now=visit.now)
        if appointment["id"] not in listed
    ]
    return cards, waiting


def _coming(visit: Visit, appointment: Resource, who: str) -> Coming:
    place = next(
        (
            str(each["actor"].get("display", ""))
            for each in appointment["participant"]
            if str(each.get("actor", {}).get("reference", "")).startswith("Location/")
        ),
        "",
    )
    start = stays.starts({"period": {"start": appointment["start"]}})
    return Coming(appointment["id"], who, weekday(visit, start), wording.time_of(start, visit.language), place)


async def _stay(visit: Visit, stay: Resource, patient: Resource) -> Stay:
    file = await file_reads.of_stay(visit.records, stay["id"])
    bill = await people.bill(visit.records, stay)
    return Stay(
        card=card(visit, stay, patient, file),
        papers=papers_of(visit, file, patient),
        sum=sum_of(visit, bill) if bill else None,
        wifi=wifi_of(visit, stay),
        rights=await rights_of(visit, stays.patient_of(stay)),
        may_change=stay["status"] in ("planned", "arrived", "in-progress"),
        done=done(visit),
    )
