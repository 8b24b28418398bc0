"""What is said, measured and shown during a visit, and what the patient thinks of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from seve.fhir import Resource
from seve.france.documents import inspect
from seve.sdk import Change, NotForYou, NotFound, Sent, Visit
from seve.solutions.teleconsultation.actions.arriving import now_of
from seve.solutions.teleconsultation.actions.refusals import NoMark, NotPossible, NotRunning, NoWords, SaidAlready
from seve.solutions.teleconsultation.actions.telling import changed
from seve.solutions.teleconsultation.model import measures, notes, opinions, talk
from seve.solutions.teleconsultation.model.measures import Wrong
from seve.solutions.teleconsultation.model.notes import File
from seve.solutions.teleconsultation.queries import shared
from seve.solutions.teleconsultation.queries.rooms import Room

_OWN = "51855-5"
_CLASSES = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"


async def say(visit: Visit, room: Room, text: str) -> None:
    """A message: before the call, during it, and instead of it. Raises NoWords, NotRunning once the visit is over."""
    words = text.strip()[: talk.LONGEST]
    if not words:
        raise NoWords(expression="text")
    if room.status not in ("planned", "in-progress"):
        raise NotRunning
    await visit.records.create(_said(visit, room, text=words))
    await changed(visit, room)


async def show(visit: Visit, room: Room, document: str) -> None:
    """Shows a document of the record in the call. Raises NotFound for one that the visitor does not see, NotRunning."""
    _running(room)
    found = await visit.records.read("DocumentReference", document)
    if found.get("subject", {}).get("reference") != room.patient_reference:
        raise NotFound
    await visit.records.create(_said(visit, room, shows=f"DocumentReference/{document}"))
    await changed(visit, room)


async def bring(visit: Visit, room: Room, sent: Sent | None, *, title: str) -> None:
    """The patient brings a document along: kept (in their record while it is open), and shown. Raises NoWords, NotForYou, DocumentRefused, NotRunning."""
    encounter = _running(room)
    if not room.party.is_patients:
        raise NotForYou
    if sent is None:
        raise NoWords(expression="file")
    kind = inspect(sent.data, declared_type=sent.content_type, name=sent.name)
    media = f"{kind.media_type}; charset={kind.charset}" if kind.charset else kind.media_type
    file, now = File(sent.data, media), now_of(visit)
    document, url = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
    made: Resource = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": _OWN}]},
        "category": [{"coding": [{"system": _CLASSES, "code": "90"}]}],
        "subject": {"reference": room.patient_reference},
        "date": now,
        "author": [{"reference": room.party.reference}],
        "description": title.strip() or sent.name,
        "content": [{"attachment": notes.attachment(file, title.strip() or sent.name, url)}],
        "context": {"encounter": [{"reference": f"Encounter/{encounter['id']}"}]},
    }
    said = _said(visit, room, shows=document)
    await visit.records.transaction(
        [
            Change("POST", await visit.records.filed(made), document),
            Change("POST", notes.binary(file, document=document), url),
            Change("POST", said),
        ]
    )
    await changed(visit, room)


async def measure(visit: Visit, room: Room, typed: Mapping[str, str]) -> bool:
    """Keeps what was measured; whether there is fever. Raises NoWords, NotPossible, NotRunning."""
    encounter = _running(room)
    values = measures.read(typed)
    if isinstance(values, Wrong):
        raise NotPossible(expression=values.name, least=values.least, most=values.most, unit=values.unit)
    if not values:
        raise NoWords(expression="temperature")
    made = measures.observations(
        values,
        patient=room.patient_reference,
        encounter=encounter["id"],
        by=room.party.reference,
        at=now_of(visit),
    )
    for one in made:  # one by one: a patient may add each, and no transaction is needed for what stands by itself
        await visit.records.create(one)
    await changed(visit, room)
    return measures.has_fever(values)


async def judge(visit: Visit, room: Room, typed: Mapping[str, str]) -> None:
    """What the patient's side thinks of the call, once. Raises NotForYou, NotRunning while it is not finished, NoMark, SaidAlready."""
    if not room.party.is_patients:
        raise NotForYou
    if room.encounter is None or room.status != "finished":
        raise NotRunning
    given = opinions.marks(typed)
    if isinstance(given, str):
        raise NoMark(expression=given)
    if await shared.has_opinion(visit.records, room):
        raise SaidAlready
    await visit.records.create(
        opinions.answers(room.id, room.encounter, given, by=room.party.reference, at=now_of(visit))
    )


def _said(visit: Visit, room: Room, *, text: str = "", shows: str = "") -> Resource:
    encounter = room.encounter["id"] if room.encounter else ""
    return talk.said(
        room.id,
        room.patient_reference,
        room.party.reference,
        text=text,
        shows=shows,
        encounter=encounter,
        at=now_of(visit),
    )


def _running(room: Room) -> Resource:
    if room.encounter is None or not room.is_running:
        raise NotRunning
    return room.encounter
