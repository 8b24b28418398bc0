"""Opening of a record: by which channel, with whose agreement; automatic opening with notice and opposition; what is refused meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest_asyncio

from seve.engine.access import open_grant
from seve.fhir import Resource
from seve.jobs.working import work_off
from seve.sdk import Chores, wording
from seve.sdk.chores import queue_jobs
from seve.solutions.shared_record import solution
from seve.solutions.shared_record.actions.opening import open_due
from seve.solutions.shared_record.model import opening
from seve.store import jobs
from seve.testing.site import INS, Site

_ANA, _BOB = "/shared-record/ana", "/shared-record/bob"


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def no_jobs(room: Site) -> None:
    """An empty queue."""
    await room.engine.database.pool.execute(
        "TRUNCATE jobs.procrastinate_jobs, jobs.procrastinate_events, jobs.procrastinate_periodic_defers"
    )


def _chores(room: Site) -> Chores:
    return Chores(room.engine, open_grant(), solution.manifest)


async def _work(room: Site, postgres_url: str) -> Resource:
    """Works on the list that waits."""
    await work_off(room.engine, postgres_url, queue_jobs(solution))
    return max(await room.stored("Task"), key=lambda one: one["authoredOn"])


async def _give(room: Site, lines: str, **fields: str) -> str:
    officer = await room.browser("officer")
    await officer.get("/shared-record/openings")
    return await officer.post(
        "/shared-record/openings", files={"file": ("liste.csv", lines.encode(), "text/csv")}, **fields
    )


async def _states(room: Site, patient: str) -> list[str]:
    found = await room.stored("Consent", ("patient", f"Patient/{patient}"), ("category", f"{opening.SYSTEM}|"))
    return [one["status"] for one in sorted(found, key=lambda one: one["dateTime"])]


async def _make_due(room: Site) -> None:
    """As if the notice had been sent seven weeks ago."""
    [notice] = [one for one in await room.stored("Consent") if one["status"] == "proposed"]
    day = (datetime.now(wording.ZONE).date() - timedelta(days=1)).isoformat()
    await room.put({**notice, "provision": {"period": {"start": day}}})


async def test_a_patient_opens_and_closes_their_record_and_it_stays_written(room: Site) -> None:
    bob = await room.browser("bob")
    assert "n'est pas ouvert" in await bob.get(_BOB)
    await bob.get(f"{_BOB}/opening")
    assert "Ce dossier est ouvert" in await bob.post(f"{_BOB}/opening", decision="open")
    assert "Ce dossier est fermé" in await bob.post(f"{_BOB}/opening", decision="close")
    assert await _states(room, "bob") == ["active", "inactive"]


async def test_nothing_is_put_into_a_record_that_is_not_open_and_what_was_typed_stays(room: Site) -> None:
    bob = await room.browser("bob")
    await bob.get(f"{_BOB}/documents/add")
    page = await bob.post(f"{_BOB}/documents", title="Carnet", kind="own", words="Je dors mal.")
    assert bob.status == 409
    assert "n'est pas ouvert : rien n'y est versé" in page
    assert ">Je dors mal.</textarea>" in page
    assert await room.stored("DocumentReference") == []
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    await ana.get(f"{_ANA}/opening")
    await ana.post(f"{_ANA}/opening", decision="close")
    await doctor.get(f"{_ANA}/note")
    await doctor.post(f"{_ANA}/note", reason="Toux")
    assert doctor.status == 409
    await doctor.post(f"{_ANA}/vsm")
    assert doctor.status == 409


async def test_a_doctor_opens_a_record_with_the_patient_who_agrees_and_a_nurse_does_not(room: Site) -> None:
    ana, doctor, nurse = await room.browser("ana"), await room.browser("doc"), await room.browser("nurse")
    await ana.get(f"{_ANA}/opening")
    await ana.post(f"{_ANA}/opening", decision="close")
    await nurse.get(f"{_ANA}/opening")
    await nurse.post(f"{_ANA}/opening", agreed="1")
    assert nurse.status == 403
    await doctor.get(f"{_ANA}/opening")
    await doctor.post(f"{_ANA}/opening", agreed="")
    assert doctor.status == 422
    page = await doctor.post(f"{_ANA}/opening", agreed="1")
    assert "Ce dossier est ouvert" in page
    assert "Ouvert avec un médecin, Doc Martin" in await ana.get(f"{_ANA}/opening")


async def test_who_takes_no_care_of_a_patient_opens_nothing(room: Site) -> None:
    stranger = await room.browser("stranger")
    await stranger.get("/shared-record")
    await stranger.post(f"{_ANA}/opening", agreed="1")
    assert stranger.status in (403, 404)
    assert await _states(room, "ana") == ["active"]


async def test_a_list_sends_notices_and_tells_the_lines_that_it_refuses(room: Site, postgres_url: str) -> None:
    page = await _give(room, f"INS\n{INS['bob']};Bob\nbonjour\n284117512345699\n{INS['bob']}\n{INS['ana']}\n")
    assert "La liste est reçue" in page
    task = await _work(room, postgres_url)
    assert task["status"] == "completed"
    assert INS["bob"] not in str(task)  # who was on the list is not kept
    assert await jobs.counts(room.engine.database.pool) == {}
    officer, bob = await room.browser("officer"), await room.browser("bob")
    page = await officer.get("/shared-record/openings")
    assert "Lignes traitées : 1." in page
    for told in (
        "Ligne 3 : ce n'est pas",
        "Ligne 4 : personne",
        "Ligne 5 : déjà dans la liste",
        "Ligne 6 : le dossier est déjà",
    ):
        assert told in page
    day = opening.opens_on(datetime.now(wording.ZONE).date(), 0)
    assert day - datetime.now(wording.ZONE).date() == timedelta(days=42)
    assert await _states(room, "bob") == ["proposed"]
    assert "sauf opposition" in await bob.get(_BOB)
    assert "Ouverture de votre dossier partagé" in await bob.get("/notifications")
    for name in ("doc", "bob"):
        other = await room.browser(name)
        await other.get("/shared-record/openings")
        assert other.status == 403


async def test_no_job_shows_who_is_on_a_list_and_nothing_of_it_is_left(room: Site, postgres_url: str) -> None:
    pool = room.engine.database.pool
    queued = "SELECT string_agg(args::text, '') FROM jobs.procrastinate_jobs"
    await _give(room, INS["bob"])
    assert '"slip"' in await pool.fetchval(queued)
    assert INS["bob"] not in await pool.fetchval(queued)
    assert INS["bob"].encode() not in await pool.fetchval("SELECT sealed FROM slip")
    await _work(room, postgres_url)
    assert await _states(room, "bob") == ["proposed"]
    assert await pool.fetchval("SELECT count(*) FROM slip") == 0


async def test_a_list_that_failed_for_good_names_nobody_and_is_gone_when_it_is_discarded(
    room: Site, postgres_url: str
) -> None:
    pool, officer = room.engine.database.pool, await room.browser("officer")
    await _give(room, INS["bob"])
    await pool.execute("UPDATE slip SET sealed = 'altered'")
    await pool.execute("UPDATE jobs.procrastinate_jobs SET attempts = 4")
    await work_off(room.engine, postgres_url, queue_jobs(solution))
    page = await officer.get("/desk/jobs")
    assert "shared_record.lists" in page
    assert INS["bob"] not in page
    [job] = await jobs.of_state(pool, "failed", limit=2)
    await officer.post("/desk/jobs", job=str(job.id), action="discard")
    assert await pool.fetchval("SELECT count(*) FROM slip") == 0


async def test_a_record_opens_when_its_notice_is_over_and_not_before(room: Site, postgres_url: str) -> None:
    await _give(room, INS["bob"])
    await _work(room, postgres_url)
    assert await open_due(_chores(room)) == 0
    await _make_due(room)
    assert await open_due(_chores(room)) == 1
    assert await open_due(_chores(room)) == 0
    bob = await room.browser("bob")
    assert "Ouverture automatique" in await bob.get(f"{_BOB}/opening")


async def test_who_opposes_gets_no_record_now_nor_by_a_later_list(room: Site, postgres_url: str) -> None:
    await _give(room, INS["bob"])
    await _work(room, postgres_url)
    bob = await room.browser("bob")
    await bob.get(f"{_BOB}/opening")
    assert "s'oppose" in await bob.post(f"{_BOB}/opening", decision="oppose")
    await _make_due(room)
    assert await open_due(_chores(room)) == 0
    await _give(room, INS["bob"])
    task = await _work(room, postgres_url)
    assert [one.get("valueString") for one in task["output"]] == [None, "rejected"]
    assert (await _states(room, "bob"))[-1] == "rejected"


async def test_somebody_at_a_desk_has_their_record_opened_at_once_if_they_agree(room: Site, postgres_url: str) -> None:
    officer = await room.browser("officer")
    await officer.get("/shared-record/openings")
    await officer.post("/shared-record/openings", ins=INS["bob"])
    assert officer.status == 422
    assert f'value="{INS["bob"]}"' in officer.page
    await officer.post("/shared-record/openings", ins=INS["bob"], agreed="1")
    assert officer.status == 200
    await _work(room, postgres_url)
    assert await _states(room, "bob") == ["active"]


async def test_an_empty_list_is_refused(room: Site) -> None:
    await _give(room, "INS\n\n")
    assert await room.stored("Task") == []


def test_the_delay_is_never_shorter_than_the_law_says() -> None:
    assert opening.opens_on(date(2026, 1, 1), 3) == date(2026, 2, 12)
    assert opening.opens_on(date(2026, 1, 1), 60) == date(2026, 3, 2)
