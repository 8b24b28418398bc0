"""Who saw my data: in words, by day and person, for the patient alone; and contesting an access."""

from __future__ import annotations

import re

import httpx
import pytest
from tests.spec.access.conftest import api
from tests.spec.access.test_who_sees_what import status, total
from tests.spec.access.world import observation

from seve.engine.access import sharing
from seve.engine.identity.refusals import OfficerNeeded
from seve.engine.rights import requests
from seve.store.audit.acts import Act

from .site import Site, text

__all__ = ["api"]


async def test_the_page_tells_who_when_why_and_what_in_words(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(observation("a1", "ana"))
    assert await status(api, "doc", "Observation/a1") == 200
    browser = await site.browser("ana")
    await browser.get("/accesses")
    page = text(browser)
    assert all(words in page for words in ("Martin", "Médecin", "Clinique", "mesures et résultats", "soins", "a lu"))
    assert "Observation" not in page
    assert 'role="img"' in page


async def test_ones_own_visits_are_in_the_table_alone(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(observation("a1", "ana"))
    await status(api, "ana", "Observation/a1")
    browser = await site.browser("ana")
    await browser.get("/accesses")
    assert "Personne d'autre que vous" in text(browser)
    answer = await browser.get("/accesses/table")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "mesures et résultats" in answer.text
    assert answer.text.startswith("\ufeffJour;Heure;Qui;")


async def test_anothers_visit_is_told_below_thousands_of_ones_own(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(observation("a1", "ana"))
    await status(api, "doc", "Observation/a1")
    own = Act(
        interaction="read", action="R", agent="Patient/ana", entities=("Observation/a1",), patients=("Patient/ana",)
    )
    await site.world.engine.ledger.record([own] * 5_000)
    browser = await site.browser("ana")
    await browser.get("/accesses")
    assert "Martin" in text(browser)


async def test_accesses_to_others_are_not_told(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(observation("a1", "ana"))
    await status(api, "doc", "Observation/a1")
    browser = await site.browser("bob")
    await browser.get("/accesses")
    assert "Martin" not in browser.page
    assert (await browser.get("/accesses", **{"for": "ana"})).status_code == 403
    assert (await browser.get("/accesses/table", **{"for": "ana"})).status_code == 403


@pytest.mark.parametrize("who", ["doc", "officer"])
async def test_the_page_is_for_patients_alone(site: Site, who: str) -> None:
    browser = await site.browser(who)
    assert (await browser.get("/accesses")).status_code == 403


async def test_a_contested_access_is_a_task_that_its_professional_does_not_see(
    api: httpx.AsyncClient, site: Site
) -> None:
    await site.world.put(observation("a1", "ana"))
    await status(api, "doc", "Observation/a1")
    browser = await site.browser("ana")
    await browser.get("/accesses")
    found = re.search(r"entry=(\d+)", browser.page)
    assert found
    entry = found[1]
    await browser.get("/accesses/contest", **{"for": "ana", "entry": entry})
    assert "Martin" in text(browser)
    answer = await browser.post("/accesses/contest", **{"for": "ana", "entry": entry, "words": "  "})
    assert answer.status_code == 422
    await browser.post("/accesses/contest", **{"for": "ana", "entry": entry, "words": "Je ne l'ai pas vu ce jour-là"})
    assert "En attente de réponse" in text(browser)
    assert [await total(api, who, "Task") for who in ("ana", "doc", "bob")] == [1, 0, 0]
    [asked] = await requests.queue(site.world.engine, site.world.principals["officer"])
    assert (asked.kind, asked.about, asked.patient) == ("contest", entry, "Patient/ana")


async def test_an_entry_of_somebody_else_cannot_be_contested(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(observation("a1", "ana"))
    await status(api, "doc", "Observation/a1")
    ana, bob = await site.browser("ana"), await site.browser("bob")
    await ana.get("/accesses")
    found = re.search(r"entry=(\d+)", ana.page)
    assert found
    assert (await bob.get("/accesses/contest", **{"for": "bob", "entry": found[1]})).status_code == 403


async def test_the_officer_answers_once_and_a_refusal_says_its_ground(site: Site) -> None:
    engine, officer = site.world.engine, site.world.principals["officer"]
    id_ = await requests.ask(engine, site.world.principals["ana"], "Patient/ana", kind="erasure", words="Tout effacer")
    with pytest.raises(requests.GroundMissing):
        await requests.answer(engine, officer, id_, is_granted=False, words="Non")
    ground = "Article R. 1112-7 du code de la santé publique : vingt ans"
    await requests.answer(engine, officer, id_, is_granted=False, words="Pas encore", ground=ground)
    with pytest.raises(requests.NoSuchRequest):
        await requests.answer(engine, officer, id_, is_granted=True, words="Si")
    [found] = await requests.of_patient(engine, site.world.grant("ana"), "Patient/ana")
    assert (found.state, found.answer, found.ground) == ("refused", "Pas encore", ground)
    assert await requests.queue(engine, officer) == []
    assert len(await requests.queue(engine, officer, is_open=False)) == 1


@pytest.mark.parametrize("who", ["bob", "doc", "officer", "app", "expired"])
async def test_nobody_asks_for_another_patient(site: Site, who: str) -> None:
    with pytest.raises(sharing.NotTheirs):
        await requests.ask(
            site.world.engine, site.world.principals[who], "Patient/ana", kind="erasure", words="Tout effacer"
        )


@pytest.mark.parametrize("who", ["ana", "doc", "machine"])
async def test_only_the_officer_reads_the_queue_and_answers(site: Site, who: str) -> None:
    engine, principal = site.world.engine, site.world.principals[who]
    with pytest.raises(OfficerNeeded):
        await requests.queue(engine, principal)
    with pytest.raises(OfficerNeeded):
        await requests.answer(engine, principal, "x", is_granted=True, words="Oui")


@pytest.mark.parametrize(
    ("asked", "due"), [("2026-01-31", "2026-02-28"), ("2026-12-15", "2027-01-15"), ("2024-01-30", "2024-02-29")]
)
def test_a_request_is_due_in_a_month(asked: str, due: str) -> None:
    from datetime import date

    assert requests.due(date.fromisoformat(asked)).isoformat() == due
