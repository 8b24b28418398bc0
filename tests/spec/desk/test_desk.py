"""The officer's desk: reviews, alerts, requests, policies, proofs, register; for officers alone, and without health data."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import httpx
import pytest
from tests.spec.access.test_who_sees_what import status
from tests.spec.access.world import World, observation, patient
from tests.spec.rights.site import SITE, Site, text
from tests.spec.signin.place import Browser

from seve.engine.access import policies
from seve.engine.access.emergency import break_glass
from seve.engine.access.finding import Traits
from seve.engine.access.granting import grant_of
from seve.engine.engine import Engine
from seve.engine.identity.refusals import OfficerNeeded
from seve.engine.rights import policing, proving, requests, reviewing
from seve.engine.rights.register import WithoutBase, is_lawful, register
from seve.engine.tasks.runner import Runner
from seve.fhir.access.reaches import PURPOSES
from seve.store.access import emergencies
from seve.store.audit import sealing, watched
from seve.store.audit.acts import Act
from seve.store.audit.keys import Keyring
from seve.store.audit.seals import Signed

PAGES = ("", "/emergencies", "/alerts", "/requests", "/policies", "/proofs", "/register")
CANARY = "canari-sérologie-7731"
BOB = Traits(family="Durand", given="bob", birth_date="1950-01-02")
REASON = "Patient inconscient aux urgences"


async def broken(site: Site) -> int:
    await site.world.put(patient("bob", birthDate="1950-01-02"), observation("b1", "bob"))
    await break_glass(site.world.engine, site.world.principals["other"], BOB, reason=REASON)
    [case] = await emergencies.queue(site.world.engine.database.pool, state="open")
    return case.vid


async def send_file(browser: Browser, content: str, **fields: str) -> httpx.Response:
    csrf = browser.hidden("csrf")
    files = {"file": ("règles.csv", content.encode(), "text/csv")} if content else {"file": ("", b"", "text/csv")}
    answer = await browser.client.post(
        "/desk/policies", data={"csrf": csrf, **fields}, files=files, headers={"origin": SITE}
    )
    if answer.is_redirect:
        return await browser.get(answer.headers["location"])
    browser.answer, browser.page = answer, answer.text
    return answer


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["ana", "doc"])
async def test_the_desk_is_for_officers_alone(site: Site, page: str, who: str) -> None:
    browser = await site.browser(who)
    assert (await browser.get(f"/desk{page}")).status_code == 403


@pytest.mark.parametrize("page", PAGES)
async def test_no_page_of_the_desk_shows_health_data(api: httpx.AsyncClient, site: Site, page: str) -> None:
    await broken(site)
    await site.world.put(
        observation("a1", "ana", valueString=CANARY),
        {
            "resourceType": "Condition",
            "id": "c1",
            "subject": {"reference": "Patient/bob"},
            "code": {"text": CANARY},
        },
    )
    await status(api, "doc", "Observation/a1")
    await requests.ask(
        site.world.engine, site.world.principals["ana"], "Patient/ana", kind="rectification", words="Voir"
    )
    browser = await site.browser("officer")
    assert (await browser.get(f"/desk{page}")).status_code == 200
    assert CANARY not in text(browser)
    assert "Durand" not in text(browser), "a record is a reference here"
    for path in ("/r/Observation/a1", "/r/Patient/ana", "/r/Task"):
        await browser.get(path)
        assert CANARY not in text(browser)
        assert "Durand" not in text(browser)


async def test_an_abusive_emergency_ends_at_once_and_is_reviewed_once(api: httpx.AsyncClient, site: Site) -> None:
    vid = await broken(site)
    browser = await site.browser("officer")
    await browser.get("/desk/emergencies")
    assert REASON in text(browser)
    assert "Martin" in text(browser)
    missing = await browser.post("/desk/emergencies", emergency=str(vid), state="abusive", note=" ")
    assert missing.status_code == 422
    assert await status(api, "other", "Observation/b1") == 200
    await browser.post("/desk/emergencies", emergency=str(vid), state="abusive", note="Pas d'urgence ce jour-là")
    assert "La relecture est notée" in text(browser)
    assert await status(api, "other", "Observation/b1") == 404
    assert (
        await browser.post("/desk/emergencies", emergency=str(vid), state="justified", note="Si")
    ).status_code == 404


async def test_a_justified_emergency_stays_open_to_its_end(api: httpx.AsyncClient, site: Site) -> None:
    vid = await broken(site)
    engine = site.world.engine
    await reviewing.review(engine, site.world.principals["officer"], vid, state="justified", note="Confirmé")
    assert await status(api, "other", "Observation/b1") == 200
    assert await reviewing.waiting(engine, site.world.principals["officer"]) == []


@pytest.mark.parametrize("who", ["ana", "other", "machine"])
async def test_nobody_else_reviews_puts_policies_in_force_or_proves(site: Site, who: str) -> None:
    vid = await broken(site)
    engine, principal = site.world.engine, site.world.principals[who]
    with pytest.raises(OfficerNeeded):
        await reviewing.review(engine, principal, vid, state="justified", note="Moi")
    with pytest.raises(OfficerNeeded):
        await policing.put_in_force(engine, principal, policies.sample(), title="mine")
    with pytest.raises(OfficerNeeded):
        await proving.prove(engine, principal, 1)


async def test_an_alert_is_explained_with_a_note(site: Site) -> None:
    pool = site.world.engine.database.pool
    async with pool.acquire() as connection:
        await watched.raise_alert(
            connection, 7, kind="volume", subject="s", agent="Practitioner/doc", patient="", entries=[],
            reason='{"agent":"Practitioner/doc","count":90,"day":"2026-11-22","own":5,"peers":6}',
        )  # fmt: skip
    browser = await site.browser("officer")
    await browser.get("/desk/alerts")
    assert "les dossiers de 90 patients" in text(browser)
    assert (await browser.post("/desk/alerts", alert="7", state="explained", note="")).status_code == 400
    await browser.post("/desk/alerts", alert="7", state="explained", note="Campagne de vaccination")
    assert "Rien n'attend" in text(browser)


async def test_a_request_is_answered_and_the_patient_reads_it(site: Site) -> None:
    engine = site.world.engine
    id_ = await requests.ask(
        engine, site.world.principals["ana"], "Patient/ana", kind="contest", words="Qui est-ce ?", about="12"
    )
    browser = await site.browser("officer")
    await browser.get("/desk/requests")
    assert "Qui est-ce ?" in text(browser)
    refused = {"request": id_, "decision": "refuse", "words": "Médecin de garde", "ground": ""}
    assert (await browser.post("/desk/requests", **refused)).status_code == 422
    assert "Médecin de garde" in text(browser), "what was typed stays"
    await browser.post("/desk/requests", **{**refused, "ground": "CSP L. 1110-4"})
    ana = await site.browser("ana")
    await ana.get("/accesses")
    assert "Médecin de garde" in text(ana)
    assert "CSP L. 1110-4" in text(ana)


async def test_new_policies_are_previewed_then_put_in_force_and_told_in_the_trail(
    api: httpx.AsyncClient, site: Site
) -> None:
    await site.world.put(observation("a1", "ana"))
    browser = await site.browser("officer")
    await browser.get("/desk/policies")
    assert "Médecin" in text(browser)
    await send_file(browser, "profession;kinds;rights\n10;Observation;rc\n")
    page = unescape(browser.page)
    assert "Ce que « règles.csv » changerait" in page
    assert await status(api, "nurse", "Observation/a1") == 200, "a preview changes nothing"
    await send_file(
        browser,
        "",
        confirmed="1",
        title="règles.csv",
        text=browser.page.partition('name="text" hidden>')[2].partition("<")[0],
    )
    assert "Les nouvelles règles sont en vigueur" in text(browser)
    assert [await status(api, who, "Observation/a1") for who in ("doc", "nurse")] == [200, 404]
    contents = await site.world.engine.database.pool.fetch(
        "SELECT content FROM audit WHERE content LIKE '[\"policy\"%'"
    )
    assert len(contents) == 1
    assert "règles.csv" in contents[0]["content"]


@pytest.mark.parametrize(
    "content", ["", "x", "profession;kinds;rights\n10;Nonsense;r\n", "profession;kinds;rights\n10;Patient;z\n"]
)
async def test_a_file_that_says_nothing_to_apply_changes_nothing(site: Site, content: str) -> None:
    before = await policing.rights_in_force(site.world.engine)
    browser = await site.browser("officer")
    await browser.get("/desk/policies")
    assert (await send_file(browser, content, confirmed="1")).status_code == 422
    assert await policing.rights_in_force(site.world.engine) == before


async def test_a_file_from_another_site_or_without_the_token_is_refused(site: Site) -> None:
    browser = await site.browser("officer")
    await browser.get("/desk/policies")
    files = {"file": ("p.csv", b"profession;kinds;rights\n10;Patient;r\n", "text/csv")}
    for origin, csrf in (("http://evil.example", browser.hidden("csrf")), (SITE, "00")):
        answer = await browser.client.post(
            "/desk/policies", data={"csrf": csrf, "confirmed": "1"}, files=files, headers={"origin": origin}
        )
        assert answer.status_code in (400, 403)
    assert len((await policing.rights_in_force(site.world.engine))[1]) > 1


async def test_the_trail_is_verified_in_the_background_and_an_entry_is_proved(site: Site, tmp_path: Path) -> None:
    shared = site.world.engine
    await shared.database.pool.execute("TRUNCATE audit, audit_seal, audit_sealed")
    keys = Keyring.open(tmp_path)
    engine = await Engine.open(shared.database, shared.definitions, keys=keys, base_url=shared.base_url)
    site.world = World(engine, site.world.principals)
    entry, _ = await engine.ledger.record([Act(interaction="read", action="R"), Act(interaction="read", action="R")])
    async with engine.database.pool.acquire() as connection:
        await sealing.seal(connection, keys)
    browser = await site.browser("officer")
    await browser.get("/desk/proofs")
    assert "Sceau n° 1, sur 2 entrées" in text(browser)
    await browser.post("/desk/proofs")
    assert "http-equiv" in browser.page, "the page comes again by itself"
    assert await Runner(engine).step()
    await browser.get("/desk/proofs")
    assert "rien n'a été changé" in text(browser)
    proof = await browser.get("/desk/proofs/entry", entry=str(entry))
    assert proof.json()["proof"] == "inclusion"
    assert (await browser.get("/desk/proofs/entry", entry=str(entry - 1))).status_code == 404
    head = await browser.get("/desk/proofs/head")
    assert Signed.read(head.text).seal.number == 1
    await engine.database.pool.execute(
        "UPDATE audit SET content = replace(content, 'read', 'rEad') WHERE vid = $1", entry
    )
    await browser.get("/desk/proofs")
    await browser.post("/desk/proofs")
    assert await Runner(engine).step()
    await browser.get("/desk/proofs")
    assert "La trace a été touchée" in text(browser)


def test_every_purpose_of_a_grant_has_a_legal_base() -> None:
    assert [purpose for purpose in PURPOSES if not is_lawful(purpose)] == []
    assert all(one.told("base", "fr") and one.told("exception", "fr") for one in register())


async def test_a_purpose_without_a_base_gets_no_grant(site: Site) -> None:
    from dataclasses import replace

    engine, doc = site.world.engine, site.world.principals["doc"]
    assert grant_of(doc, engine.parameters, base_url=engine.base_url)
    for purpose in ("HMARKT", ""):
        with pytest.raises(WithoutBase):
            grant_of(replace(doc, purpose=purpose), engine.parameters, base_url=engine.base_url)


async def test_the_register_is_a_page_and_a_file(site: Site) -> None:
    browser = await site.browser("officer")
    await browser.get("/desk/register")
    assert "Soins et suivi du patient" in text(browser)
    answer = await browser.get("/desk/register.json")
    assert {one["purpose"] for one in answer.json()} >= set(PURPOSES)
