"""What the office does: let in, register, ask for rights, write the sum, end a stay."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from seve.fhir import Resource
from seve.fhir.access.kinds import ADMISSION
from seve.france.identity.ins import in_force
from seve.france.rights import Rights, SimulatedRights
from seve.sdk import Change, NotFound, Visit, wording
from seve.solutions.admission.actions.refusals import NoNumber, NotNow
from seve.solutions.admission.model import costs, coverages, identities, stays
from seve.solutions.admission.model.stays import Path
from seve.solutions.admission.queries import files as file_reads
from seve.solutions.admission.queries import people
from seve.solutions.admission.queries import stays as stay_reads
from seve.solutions.admission.queries.stays import Office

RIGHTS: Rights = SimulatedRights()
"""Who tells rights: simulated here, and every page that shows an answer says so."""
_VISIT = timedelta(hours=24)


async def do(visit: Visit, stay: Resource, deed: str, *, version: str) -> Resource:
    """The next state of a stay; on admission with a wifi code, on leaving without. Raises NotNow, Changed."""
    wanted = stays.deed_of(stay, deed)
    if wanted is None:
        raise NotNow
    made = stays.done(_as_shown(stay, version), wanted, now=visit.now)
    if wanted == "admit":
        made = stays.with_voucher(made, now=visit.now, until=await _wifi_end(visit, stay))
    if wanted in ("finish", "absent"):
        made = stays.revoked(made, now=visit.now)
    kept = await visit.records.update(made)
    if wanted == "finish":
        await _leave(visit, kept)
    return kept


async def renew_wifi(visit: Visit, stay: Resource, *, version: str) -> Resource:
    """A new code in the place of the one before. Raises NotNow unless the stay lasts, Changed."""
    if stay["status"] != "in-progress":
        raise NotNow
    until = await _wifi_end(visit, stay)
    return await visit.records.update(stays.with_voucher(_as_shown(stay, version), now=visit.now, until=until))


async def revoke_wifi(visit: Visit, stay: Resource, *, version: str) -> Resource:
    """The code ends now. Raises Changed."""
    return await visit.records.update(stays.revoked(_as_shown(stay, version), now=visit.now))


async def find(visit: Visit, office: Office, *, family: str, given: str, birth_date: str) -> Resource:
    """The stay of who stands at the desk: the one that is expected today, else a new one. Raises NobodyToOpen, NotTheOffice."""
    patient = await visit.admissions.present(family=family, given=given, birth_date=birth_date)
    today = visit.now.astimezone(wording.ZONE).date()
    for one in await stay_reads.of_patient(visit.records, patient):
        is_ours = one.get("serviceProvider", {}).get("reference") == office.house
        if is_ours and (one["status"] in ("arrived", "in-progress") or _is_expected(one, today)):
            return one
    return await _open(visit, office, patient, path="admission")


async def register(visit: Visit, office: Office, patient: Resource, *, path: Path) -> Resource:
    """The stay of somebody who was not known. Raises NotTheOffice, InvalidContent."""
    made = await visit.admissions.register(patient)
    return await _open(visit, office, f"Patient/{made['id']}", path=path)


def unknown(visit: Visit, sex: str) -> Resource:
    """Somebody of whom nothing is known, told apart by the moment of arrival."""
    label = visit.now.astimezone(wording.ZONE).strftime("%Y%m%d-%H%M%S")
    return identities.unknown(sex=sex, label=label)


async def ask_rights(visit: Visit, stay: Resource) -> Resource:
    """The Coverage that the (simulated) online service answers with; the sum is written anew.

    Raises NoNumber without an INS in force, RightsUnknown.
    """
    patient = await people.patient(visit.records, stays.patient_of(stay))
    matricule, today = in_force(patient), visit.now.astimezone(wording.ZONE).date()
    if matricule is None:
        raise NoNumber
    answer = RIGHTS.of(matricule, on=today)
    made = coverages.obligatory(answer, patient=stays.patient_of(stay), fund=answer.fund)
    return await _replace_coverage(visit, made)


async def confirm_complementary(visit: Visit, stay: Resource) -> Resource:
    """The Coverage that the patient declared, whose card somebody saw. Raises NotFound when none was declared."""
    file = await file_reads.of_stay(visit.records, stay["id"])
    if file.answers.get("complementary.kind") != "mutual":
        raise NotFound
    name = file.answers.get("complementary.name", "") or "–"
    return await _replace_coverage(
        visit, coverages.complementary(file.answers, patient=stays.patient_of(stay), name=name)
    )


async def write_bill(visit: Visit, stay: Resource, office: Office) -> Resource:
    """The Invoice of a stay by the rights that are in force, in the place of one that was not paid. Raises NotNow when it was, Changed."""
    before = await people.bill(visit.records, stay)
    if before is not None and before["status"] == "balanced":
        raise NotNow
    today = visit.now.astimezone(wording.ZONE).date()
    held = coverages.in_force(await people.coverages(visit.records, stays.patient_of(stay)), today=today)
    first, last = await planned(visit, stay)
    found = costs.lines(
        is_stay=stay["class"]["code"] == "IMP",
        first=first.astimezone(wording.ZONE).date(),
        last=last.astimezone(wording.ZONE).date(),
        cover=coverages.cover(held),
    )
    at = visit.now.isoformat(timespec="seconds")
    made = costs.invoice(
        found, patient=stays.patient_of(stay), stay=f"Encounter/{stay['id']}", issuer=office.house, now=at
    )
    over = [Change("PUT", {**before, "status": "cancelled"})] if before else []
    return (await visit.records.transaction([Change("POST", made), *over]))[0]


async def planned(visit: Visit, stay: Resource) -> tuple[datetime, datetime]:
    """From when until when: as it was planned before it began, or was; one that nobody planned until now."""
    for one in (stay, *await visit.records.history("Encounter", stay["id"])):
        if (end := stays.ends(one)) is not None:
            return stays.starts(one), end
    return stays.starts(stay), visit.now


async def add_contacts(visit: Visit, stay: Resource) -> int:
    """RelatedPersons of the file: who is to be warned, who is trusted; how many were new."""
    file = await file_reads.of_stay(visit.records, stay["id"])
    patient = stays.patient_of(stay)
    known = await visit.records.every("RelatedPerson", ("patient", patient))
    names = {str(name.get("text", "")) for one in known for name in one.get("name", ())}
    made = list[Change]()
    for kind, code in (("warn", "C"), ("trusted", "O")):
        name = file.answers.get(f"{kind}.name", "")
        if name and name not in names:
            made.append(Change("POST", _contact(patient, name, file.answers.get(f"{kind}.phone", ""), kind, code)))
    return len(await visit.records.transaction(made)) if made else 0


async def _replace_coverage(visit: Visit, made: Resource) -> Resource:
    held = await people.coverages(visit.records, str(made["beneficiary"]["reference"]))
    over = [
        Change("PUT", {**one, "status": "cancelled"})
        for one in held
        if coverages.kind_of(one) == coverages.kind_of(made) and one["status"] == "active"
    ]
    return (await visit.records.transaction([Change("POST", made), *over]))[0]


async def _open(visit: Visit, office: Office, patient: str, *, path: Path) -> Resource:
    house = {"reference": office.house, "display": office.name} if office.name else {"reference": office.house}
    return await visit.records.create(
        stays.opened(patient, organization=house, path=path, now=visit.now, tag=ADMISSION)
    )


async def _leave(visit: Visit, stay: Resource) -> None:
    """Nobody is known for longer than needed, unless another stay is to come."""
    patient = stays.patient_of(stay)
    others = await stay_reads.of_patient(visit.records, patient)
    if not any(one["status"] in ("planned", "arrived", "in-progress") for one in others):
        await visit.admissions.leave(patient, day=visit.now.astimezone(wording.ZONE).date())


def _contact(patient: str, name: str, phone: str, kind: str, code: str) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/v2-0131"
    made: Resource = {
        "resourceType": "RelatedPerson",
        "active": True,
        "patient": {"reference": patient},
        "relationship": [{"coding": [{"system": system, "code": code}], "text": kind}],
        "name": [{"text": name}],
    }
    return {**made, "telecom": [{"system": "phone", "value": phone}]} if phone else made


def _is_expected(stay: Resource, today: date) -> bool:
    return stay["status"] == "planned" and stays.starts(stay).astimezone(wording.ZONE).date() == today


async def _wifi_end(visit: Visit, stay: Resource) -> datetime:
    """A day longer than the stay was planned to last."""
    first, last = await planned(visit, stay)
    return visit.now + max(last - first, timedelta()) + _VISIT


def _as_shown(stay: Resource, version: str) -> Resource:
    """As the page showed it, so that what was changed meanwhile is not overwritten."""
    return {**stay, "meta": {**stay["meta"], "versionId": version}}
