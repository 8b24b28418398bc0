"""Keeping the file of a stay as it is typed, sending it, and its papers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from seve.fhir import Resource
from seve.france.documents import Format, inspect
from seve.sdk import Change, Sent, Visit, wording
from seve.solutions.admission.actions.refusals import NoPaper, NotComplete, NotTheirs
from seve.solutions.admission.model import files, stays
from seve.solutions.admission.model.files import File, Held
from seve.solutions.admission.model.questions import PAPER_OF, Paper
from seve.solutions.admission.queries import files as reads
from seve.solutions.admission.queries import people

ACCEPTED: frozenset[Format] = frozenset(("pdf", "png", "jpeg"))
_LARGEST_BYTES = 10 * 2**20


async def begin(visit: Visit, appointment_id: str) -> str:
    """The id of the stay of an appointment of the visitor's, expected from now on. Raises NotFound, NoOffice."""
    return str((await visit.admissions.expect(appointment_id))["id"])


async def keep(visit: Visit, stay: Resource, answers: Mapping[str, str], *, version: str) -> File:
    """What was typed, as it is. Raises Changed when somebody kept another version meanwhile, NotTheirs."""
    found = await _changeable(visit, stay)
    status = "amended" if found.is_sent else found.status
    return await _written(visit, stay, replace(found, answers=dict(answers), status=status, version=version))


async def send(visit: Visit, stay: Resource) -> File:
    """Tells the office that the file is complete. Raises NotComplete, NotTheirs, Changed."""
    found = await _changeable(visit, stay)
    patient = await people.patient(visit.records, stays.patient_of(stay))
    today = visit.now.astimezone(wording.ZONE).date()
    if not files.progress(found, birth_date=str(patient.get("birthDate", "")), today=today).is_complete:
        raise NotComplete
    return found if found.is_sent else await _written(visit, stay, replace(found, status="completed"))


async def add_paper(visit: Visit, stay: Resource, kind: str, sent: Sent | None) -> File:
    """A paper of a kind; the bytes of the one before are deleted with its place. Raises NoPaper, DocumentRefused, NotTheirs, Changed."""
    wanted = PAPER_OF.get(kind)
    if wanted is None or sent is None:
        raise NoPaper(expression="paper")
    looked = inspect(
        sent.data, declared_type=sent.content_type, name=sent.name, limit_bytes=_LARGEST_BYTES, accepted=ACCEPTED
    )
    found = await _changeable(visit, stay)
    if not found.id:
        found = await _written(visit, stay, found)
    url = f"urn:uuid:{uuid4()}"
    at = visit.now.isoformat(timespec="seconds")
    paper = Held(wanted, sent.name, looked.media_type, url, at)
    binary: Resource = {
        "resourceType": "Binary",
        "contentType": looked.media_type,
        "securityContext": {"reference": f"QuestionnaireResponse/{found.id}"},
        "data": b64encode(sent.data).decode(),
    }
    changed = replace(found, papers=(*_others(found, wanted), paper))
    before = [deletion(one) for one in found.papers if one.kind == wanted]
    changes = [Change("PUT", _response(visit, stay, changed)), Change("POST", binary, url), *before]
    return files.read((await visit.records.transaction(changes))[0])


async def remove_paper(visit: Visit, stay: Resource, kind: str) -> File:
    """Without the paper of a kind, whose bytes are deleted. Raises NotFound, NotTheirs, Changed."""
    found = await _changeable(visit, stay)
    held, _, _ = await reads.paper(visit.records, found, kind)
    made = _response(visit, stay, replace(found, papers=_others(found, held.kind)))
    return files.read((await visit.records.transaction([Change("PUT", made), deletion(held)]))[0])


async def keep_for_good(visit: Visit, stay: Resource, kind: str) -> File:
    """The paper stays after the stay, as a document of identity that the office keeps. Raises NotFound."""
    found = await reads.of_stay(visit.records, stay["id"])
    held, _, _ = await reads.paper(visit.records, found, kind)
    return await _written(visit, stay, replace(found, papers=(*_others(found, held.kind), replace(held, is_kept=True))))


def deletion(paper: Held) -> Change:
    """The bytes of a paper end, in the same commit as its place in the file."""
    return Change("DELETE", {"resourceType": "Binary", "id": paper.binary})


async def _changeable(visit: Visit, stay: Resource) -> File:
    """The file, when the visitor may go on with it. Raises NotTheirs."""
    response = await reads.response(visit.records, stay["id"])
    if response is None:
        return File()
    own = (visit.visitor.acts_as, visit.visitor.person)
    if visit.visitor.role == "patient" and str(response.get("author", {}).get("reference", "")) not in own:
        raise NotTheirs
    return files.read(response)


async def _written(visit: Visit, stay: Resource, file: File) -> File:
    made = _response(visit, stay, file)
    kept = await (visit.records.update(made) if file.id else visit.records.create(made))
    return files.read(kept)


def _response(visit: Visit, stay: Resource, file: File) -> Resource:
    return files.written(
        file,
        patient=stays.patient_of(stay),
        encounter=f"Encounter/{stay['id']}",
        author=visit.visitor.acts_as,
        now=visit.now.isoformat(timespec="seconds"),
    )


def _others(file: File, kind: Paper) -> tuple[Held, ...]:
    return tuple(one for one in file.papers if one.kind != kind)
