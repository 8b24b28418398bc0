"""What pages share: words, a stay as it is shown, who visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from seve.fhir import Resource
from seve.france.identity.professions import ADMISSIONS
from seve.france.identity.trust import trust
from seve.sdk import NotForYou, Visit, wording
from seve.solutions.admission.model import files, identities, stays
from seve.solutions.admission.model.files import File, Progress
from seve.solutions.admission.queries import stays as reads
from seve.solutions.admission.queries.stays import Office

PACKAGE = "solutions/admission"
BASE = "/admission"
_DONE = frozenset(
    {
        "kept", "sent", "paper", "removed", "paid", "refused", "abandoned", "arrive", "admit", "finish", "absent", "rights", "complementary",
        "bill", "contacts", "wifi", "revoked", "confirmed", "corrected", "another", "kept_paper", "named", "registered",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A stay as a page shows it. `trust` is the level of the patient's identity, "" where the page does not tell."""

    id: str
    version: str
    status: str
    path: str
    patient: str
    who: str
    birth_date: str
    when: str
    time: str
    until: str
    place: str
    is_stay: bool
    trust: str
    is_unknown: bool
    progress: Progress
    is_sent: bool


def today(visit: Visit) -> date:
    """The day, in France."""
    return visit.now.astimezone(wording.ZONE).date()


def card(visit: Visit, stay: Resource, patient: Resource | None, file: File) -> Card:
    """One stay."""
    start, end = stays.starts(stay), stays.ends(stay)
    birth = str((patient or {}).get("birthDate", ""))
    return Card(
        id=stay["id"],
        version=stay["meta"]["versionId"],
        status=stay["status"],
        path=stays.path_of(stay),
        patient=stays.patient_of(stay),
        who=wording.name_of(patient) if patient else "",
        birth_date=wording.day(birth, visit.language) if birth else "",
        when=weekday(visit, start),
        time=wording.time_of(start, visit.language),
        until=wording.day(end.astimezone(wording.ZONE).date(), visit.language) if end else "",
        place=stays.place(stay),
        is_stay=stay["class"]["code"] == "IMP",
        trust=trust(patient) if patient else "",
        is_unknown=bool(patient) and identities.is_unknown(patient or {}),
        progress=files.progress(file, birth_date=birth, today=today(visit)),
        is_sent=file.is_sent,
    )


def weekday(visit: Visit, moment: datetime) -> str:
    """“lundi 23 novembre 2026”."""
    local = moment.astimezone(wording.ZONE)
    return f"{say(visit, f'weekdays.d{local.isoweekday()}')} {wording.day(local.date(), visit.language)}"


def moment(visit: Visit, at: datetime) -> str:
    """“23 novembre 2026, 14:05”."""
    local = at.astimezone(wording.ZONE)
    return f"{wording.day(local.date(), visit.language)}, {wording.time_of(at, visit.language)}"


def euros(visit: Visit, amount: object) -> str:
    """“1 240,00 €”."""
    written = f"{amount:,.2f}".replace(",", " ")
    return f"{written.replace('.', ',')} €" if visit.language == "fr" else f"€{written}"


def say(visit: Visit, key: str, **fields: object) -> str:
    """A sentence of this package."""
    return visit.say(f"{PACKAGE}.{key}", **fields)


def done(visit: Visit) -> str:
    """A word of success after what was done."""
    said = visit.query.get("done", "")
    return say(visit, f"done.{said}") if said in _DONE else ""


def is_clerk(visit: Visit) -> bool:
    """Whether the visitor works in admissions."""
    return visit.visitor.role == "professional" and visit.visitor.profession == ADMISSIONS


async def office_of(visit: Visit) -> Office:
    """The office of the visitor. Raises NotForYou for everybody else."""
    found = await reads.office(visit.records, visit.visitor.organization) if is_clerk(visit) else None
    if found is None:
        raise NotForYou
    return found
