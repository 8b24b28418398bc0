"""`/desk/jobs`: for officers alone; what was given up can begin again or be discarded, and that stands in the trail."""

from __future__ import annotations

import pytest
from tests.spec.rights.site import Site, text

from seve.store import jobs


async def given_up(site: Site) -> int:
    pool = site.world.engine.database.pool
    await pool.execute(
        "TRUNCATE jobs.procrastinate_jobs, jobs.procrastinate_events, jobs.procrastinate_periodic_defers"
    )
    async with site.world.engine.database.transaction() as connection:
        number = await jobs.enqueue(connection, "test.page", b'{"text": "canari-7731"}')
        await connection.execute("UPDATE jobs.procrastinate_jobs SET status = 'failed' WHERE id = $1", number)
    await jobs.fail(pool, number, reason="HTTP 500")
    return number


@pytest.mark.parametrize("who", ["ana", "doc"])
async def test_the_page_is_for_officers_alone(site: Site, who: str) -> None:
    assert (await (await site.browser(who)).get("/desk/jobs")).status_code == 403


async def test_what_was_given_up_is_shown_with_its_reason_and_without_its_content(site: Site) -> None:
    await given_up(site)
    officer = await site.browser("officer")
    await officer.get("/desk/jobs")
    assert "test.page" in text(officer)
    assert "HTTP 500" in text(officer)
    assert "canari" not in text(officer)


@pytest.mark.parametrize(("action", "left"), [("retry", {"todo": 1}), ("discard", {})])
async def test_it_begins_again_or_is_discarded_by_a_button(site: Site, action: str, left: dict[str, int]) -> None:
    number = await given_up(site)
    officer = await site.browser("officer")
    await officer.get("/desk/jobs")
    await officer.post("/desk/jobs", job=str(number), action=action)
    pool = site.world.engine.database.pool
    assert await jobs.counts(pool) == left
    assert await pool.fetchval("SELECT count(*) FROM audit WHERE content LIKE '[\"job\"%'") == 1


async def test_who_is_no_officer_changes_nothing(site: Site) -> None:
    number = await given_up(site)
    doctor = await site.browser("doc")
    answer = await doctor.client.post("/desk/jobs", data={"job": str(number), "action": "discard"})
    assert answer.status_code == 403
    assert await jobs.counts(site.world.engine.database.pool) == {"failed": 1}
