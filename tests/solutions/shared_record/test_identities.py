"""Pages and work in the background about an identity that is not qualified: refused with the reason, what was typed stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from seve.engine.access import open_grant
from seve.france.identity.trust import Reliability
from seve.jobs.working import work_off
from seve.sdk import Chores, wording
from seve.sdk.chores import queue_jobs
from seve.solutions.shared_record import solution
from seve.solutions.shared_record.actions.opening import open_due
from seve.testing.site import INS, Site, patient

_ANA, _BOB = "/shared-record/ana", "/shared-record/bob"
_VALIDATED = Reliability("VALI", "SM", mode="CN")
_RECOVERED = Reliability("PROV", "INSI")


async def _consents(room: Site, name: str) -> list[str]:
    return [one["status"] for one in await room.stored("Consent", ("patient", f"Patient/{name}"))]


async def test_a_patient_whose_identity_is_not_qualified_opens_no_record_and_reads_why(room: Site) -> None:
    await room.put(patient("bob", reliability=_VALIDATED))
    bob = await room.browser("bob")
    await bob.get(f"{_BOB}/opening")
    page = await bob.post(f"{_BOB}/opening", decision="open")
    assert bob.status == 422
    assert "il y faut une identité qualifiée" in page
    assert await _consents(room, "bob") == []
    await bob.post(f"{_BOB}/opening", decision="oppose")  # everybody may
    assert await _consents(room, "bob") == ["rejected"]


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("documents/add", {"title": "Compte rendu", "kind": "consultation", "words": "Angine."}),
        ("note", {"reason": "Angine."}),
    ],
)
async def test_nothing_joins_an_open_record_once_the_identity_lost_its_standing(
    room: Site, form: str, fields: dict[str, str]
) -> None:
    await room.put(patient("ana", reliability=_RECOVERED))
    doctor = await room.browser("doc")
    await doctor.get(f"{_ANA}/{form}")
    page = await doctor.post(f"{_ANA}/{form.removesuffix('/add')}", **fields)
    assert doctor.status == 422
    assert "il y faut une identité qualifiée" in page
    assert "Angine." in page
    for type_ in ("DocumentReference", "Binary"):
        assert await room.stored(type_) == []


async def test_a_list_refuses_the_lines_of_identities_that_are_not_qualified(room: Site, postgres_url: str) -> None:
    await room.put(patient("bob", reliability=_RECOVERED))
    officer = await room.browser("officer")
    await officer.get("/shared-record/openings")
    await officer.post("/shared-record/openings", files={"file": ("liste.csv", INS["bob"].encode(), "text/csv")})
    await work_off(room.engine, postgres_url, queue_jobs(solution))
    assert "Ligne 1 : l'identité n'est pas qualifiée" in await officer.get("/shared-record/openings")
    assert await _consents(room, "bob") == []


async def test_a_notice_that_is_over_opens_nothing_until_the_identity_is_qualified_again(room: Site) -> None:
    day = (datetime.now(wording.ZONE).date() - timedelta(days=1)).isoformat()
    [opened] = await room.stored("Consent", ("patient", "Patient/ana"))
    category = {"coding": [{"system": "https://seve.example/record-opening", "code": "automatic"}]}
    notice = {**opened, "id": "notice", "status": "proposed", "category": [category]}
    period = {"period": {"start": day}}
    await room.put({**notice, "patient": {"reference": "Patient/bob"}, "provision": period})
    await room.put(patient("bob", reliability=_RECOVERED))
    chores = Chores(room.engine, open_grant(), solution.manifest)
    assert await open_due(chores) == 0
    assert await _consents(room, "bob") == ["proposed"]
    await room.put(patient("bob"))
    assert await open_due(chores) == 1
