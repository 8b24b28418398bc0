"""Reading the photograph of a card, and deciding what it means. The picture is read in memory, compared and forgotten."""

from __future__ import annotations

from seve.fhir import Resource
from seve.france.cards import Card, CardUnreadable, read_card
from seve.france.identity.traits import StrictTraits
from seve.sdk import Change, Sent, Visit, codes_in, wording
from seve.solutions.admission.actions.refusals import NoCode, NoPaper, NoProof, NotNow, StillDiffers
from seve.solutions.admission.model import checks, comparing, identities, stays
from seve.solutions.admission.model.checks import Check, Decision
from seve.solutions.admission.queries import people


async def photograph(visit: Visit, stay: Resource, sent: Sent | None) -> Check:
    """A check of what a photograph says of the patient of a stay. Raises NoPaper, PictureRefused, NoCode, CardUnreadable."""
    if sent is None:
        raise NoPaper(expression="photo")
    return await compare(visit, stay, sent.data)


async def compare(visit: Visit, stay: Resource, data: bytes) -> Check:
    """The same of the bytes of a picture."""
    card = await _read(visit, data)
    patient = await people.patient(visit.records, stays.patient_of(stay))
    made = checks.written(
        card,
        comparing.compared(card, patient),
        patient=stays.patient_of(stay),
        stay=f"Encounter/{stay['id']}",
        owner=visit.visitor.acts_as,
        now=visit.now.isoformat(timespec="seconds"),
    )
    return checks.read(await visit.records.create(made))


async def decide(visit: Visit, id_: str, decision: str, *, version: str) -> Check:
    """What a person decided: the identity changes by the rules of its levels, or not at all.

    Raises NotFound, NotNow for a check that was decided, StillDiffers, NoProof, Changed.
    """
    task = await visit.records.read("Task", id_)
    check, wanted = checks.read(task), checks.DECISIONS.get(decision)
    if task["status"] != "requested" or wanted is None:
        raise NotNow
    shown = {**task, "meta": {**task["meta"], "versionId": version}}
    by, now = visit.visitor.acts_as, visit.now.isoformat(timespec="seconds")
    changes = [Change("PUT", checks.decided(shown, wanted, by=by, now=now))]
    if wanted != "another":
        patient = await people.patient(visit.records, check.patient)
        changes.append(Change("PUT", _decided(visit, check, wanted, patient)))
    return checks.read((await visit.records.transaction(changes))[0])


def _decided(visit: Visit, check: Check, decision: Decision, patient: Resource) -> Resource:
    today = visit.now.astimezone(wording.ZONE).date()
    if check.kind != "identity" or (check.until and check.until < today.isoformat()):
        raise NoProof
    if check.seal == "wrong" or (decision == "confirmed" and check.is_mismatch):
        raise StillDiffers
    if decision == "confirmed":
        return identities.validated(patient, day=today)
    read = {one.name: one.card for one in check.fields}
    traits = StrictTraits(read["family"], read["given"], read["birth_date"], read["sex"])
    return identities.corrected(patient, traits, day=today)


async def _read(visit: Visit, data: bytes) -> Card:
    """The first code that says who somebody is; what is wrong with one when there is no other. Raises NoCode, CardUnreadable."""
    authorities = visit.admissions.authorities()
    problem: CardUnreadable | None = None
    for text in await codes_in(data):
        try:
            return read_card(text, authorities=authorities)
        except CardUnreadable as error:
            problem = problem or error
    raise problem or NoCode(expression="photo")
