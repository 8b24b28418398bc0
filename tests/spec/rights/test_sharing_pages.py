"""My sharing choices, page by page: each form acts at once, and nobody decides for another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.spec.access.conftest import api
from tests.spec.access.test_who_sees_what import status
from tests.spec.access.world import observation, patient

from seve.engine.access import sharing
from seve.engine.rights.age import DecidesAlone, TooYoung
from seve.engine.rights.choices import sharing_of

from .site import Site, text

__all__ = ["api"]


def born(years: int) -> str:
    return (datetime.now(UTC) - timedelta(days=years * 365.25 + 30)).date().isoformat()


async def test_the_page_says_who_reaches_the_record_and_why(site: Site) -> None:
    browser = await site.browser("ana")
    await browser.get("/sharing")
    assert browser.answer.status_code == 200
    assert "Martin" in text(browser)
    assert "fait partie de votre équipe de soins" in text(browser)
    assert "Clinique" in text(browser)
    found = await sharing_of(site.world.engine, site.world.grant("ana"), "Patient/ana")
    assert "PractitionerRole/former-role" not in [one.person.reference for one in found.reaching], "struck off"


async def test_somebody_found_in_the_directory_is_let_in_until_a_day_and_put_out_again(
    api: httpx.AsyncClient, site: Site
) -> None:
    await site.world.put(observation("b1", "bob"), observation("b2", "bob", meta={"security": [{"code": "HIV"}]}))
    browser = await site.browser("bob")
    await browser.get("/sharing/people", **{"for": "bob", "what": "permit", "q": "martin"})
    assert browser.page.count('type="radio"') == 3, "who was struck off is not offered"
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    reader = "PractitionerRole/other-role"
    await browser.post("/sharing/permit", **{"for": "bob", "q": "martin", "reader": reader, "until": until})
    assert "peut lire le dossier dès maintenant" in text(browser)
    assert [await status(api, "other", f"Observation/{id_}") for id_ in ("b1", "b2")] == [200, 404]
    [choice] = (await sharing_of(site.world.engine, site.world.grant("bob"), "Patient/bob")).choices
    assert choice.kind == "permit"
    await browser.post("/sharing/withdraw", **{"for": "bob", "consent": choice.consent})
    assert await status(api, "other", "Observation/b1") == 404


async def test_sensitive_categories_are_opened_one_by_one(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(
        observation("b1", "bob", meta={"security": [{"code": "HIV"}]}),
        observation("b2", "bob", meta={"security": [{"code": "PSY"}]}),
    )
    browser = await site.browser("bob")
    await browser.get("/sharing")
    fields = {"for": "bob", "reader": "PractitionerRole/other-role", "sensitive": ["HIV", "nonsense"]}
    await browser.post("/sharing/permit", **fields)
    assert [await status(api, "other", f"Observation/{id_}") for id_ in ("b1", "b2")] == [200, 404]


async def test_a_day_that_is_over_is_refused_and_what_was_typed_stays(site: Site) -> None:
    browser = await site.browser("bob")
    await browser.get("/sharing")
    fields = {"for": "bob", "q": "martin", "reader": "PractitionerRole/other-role", "until": "2020-01-01"}
    answer = await browser.post("/sharing/permit", **fields)
    assert answer.status_code == 400
    assert "choisissez un jour à venir" in text(browser)
    assert 'value="2020-01-01"' in browser.page
    assert 'value="PractitionerRole/other-role" required checked' in browser.page


@pytest.mark.parametrize("reader", ["PractitionerRole/nobody", "Patient/ana", "RelatedPerson/mother", "x", ""])
async def test_only_who_is_in_the_directory_can_be_let_in(site: Site, reader: str) -> None:
    browser = await site.browser("bob")
    await browser.get("/sharing")
    answer = await browser.post("/sharing/permit", **{"for": "bob", "reader": reader})
    assert answer.status_code == 404


async def test_blocking_opposing_and_refusing_emergencies_are_three_forms(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(observation("a1", "ana"))
    browser = await site.browser("ana")
    await browser.get("/sharing")
    await browser.post("/sharing/block", **{"for": "ana", "reader": "Practitioner/doc"})
    assert [await status(api, who, "Observation/a1") for who in ("doc", "nurse")] == [404, 200]
    await browser.post("/sharing/emergency", **{"for": "ana"})
    assert "Personne ne peut ouvrir le dossier en urgence" in text(browser)
    assert await status(api, "nurse", "Observation/a1") == 200
    await browser.post("/sharing/oppose", **{"for": "ana"})
    assert await status(api, "nurse", "Observation/a1") == 404
    assert "Personne d'autre que vous" in text(browser)


async def test_a_record_is_masked_and_shown_again(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(observation("a1", "ana"))
    browser = await site.browser("ana")
    await browser.get("/sharing/records", **{"for": "ana", "type": "Observation"})
    await browser.post("/sharing/mask", **{"for": "ana", "type": "Observation", "record": "a1", "show": ""})
    assert "caché aux professionnels" in text(browser)
    assert await status(api, "doc", "Observation/a1") == 404
    await browser.post("/sharing/mask", **{"for": "ana", "type": "Observation", "record": "a1", "show": "1"})
    assert await status(api, "doc", "Observation/a1") == 200


async def test_a_guardian_decides_for_a_child(api: httpx.AsyncClient, site: Site) -> None:
    await site.world.put(patient("child", birthDate=born(8)), observation("k1", "child"))
    browser = await site.browser("mother")
    await browser.get("/sharing", **{"for": "child"})
    await browser.post("/sharing/permit", **{"for": "child", "reader": "PractitionerRole/doc-role"})
    assert await status(api, "doc", "Observation/k1") == 200


async def test_from_fifteen_on_the_young_person_decides_and_before_their_guardian(site: Site) -> None:
    await site.world.sign_in("child", kind="patient", role="Patient/child", person="Patient/child", purpose="PATRQT")
    child, mother = await site.browser("child"), await site.browser("mother")
    for years, decides, refused, told in (
        (14, "mother", child, "ce sont les parents"),
        (15, "child", mother, "décide elle-même"),
    ):
        await site.world.put(patient("child", birthDate=born(years)))
        await refused.get("/sharing", **{"for": "child"})
        assert told in text(refused)
        assert 'action="/sharing/oppose"' not in refused.page
        answer = await refused.post("/sharing/oppose", **{"for": "child"})
        assert answer.status_code == 403
        mine = sharing.Decider(site.world.engine, site.world.principals[decides], "Patient/child")
        assert await sharing.block(mine, "PractitionerRole/doc-role")
    theirs = sharing.Decider(site.world.engine, site.world.principals["mother"], "Patient/child")
    with pytest.raises(DecidesAlone):
        await sharing.oppose(theirs)
    await site.world.put(patient("child", birthDate=born(14)))
    own = sharing.Decider(site.world.engine, site.world.principals["child"], "Patient/child")
    with pytest.raises(TooYoung):
        await sharing.oppose(own)


async def test_of_age_again_a_representative_decides_for_a_protected_adult(site: Site) -> None:
    await site.world.put(patient("child", birthDate=born(40)))
    mother = sharing.Decider(site.world.engine, site.world.principals["mother"], "Patient/child")
    assert await sharing.refuse_emergencies(mother)


@pytest.mark.parametrize("who", ["doc", "officer"])
async def test_the_page_is_for_patients_alone(site: Site, who: str) -> None:
    browser = await site.browser(who)
    assert (await browser.get("/sharing")).status_code == 403
    assert (await browser.post("/sharing/oppose", **{"for": "ana"})).status_code == 403


async def test_the_page_of_another_patient_is_refused(site: Site) -> None:
    browser = await site.browser("bob")
    assert (await browser.get("/sharing", **{"for": "ana"})).status_code == 403


async def test_nobody_signed_in_is_led_to_sign_in(site: Site) -> None:
    browser = await site.browser("bob")
    browser.client.cookies.clear()
    await browser.get("/sharing")
    assert "Se connecter" in text(browser)


async def test_a_form_of_another_site_changes_nothing(site: Site) -> None:
    browser = await site.browser("bob")
    await browser.get("/sharing")
    answer = await browser.client.post(
        "/sharing/oppose", data={"for": "bob"}, headers={"origin": "http://evil.example"}
    )
    assert answer.status_code in (400, 403)
    assert not (await sharing_of(site.world.engine, site.world.grant("bob"), "Patient/bob")).choices


@pytest.mark.parametrize("who", ["bob", "doc", "nurse", "other", "officer", "machine", "expired"])
async def test_who_does_not_see_the_patient_learns_nothing_of_the_sharing(site: Site, who: str) -> None:
    mine = await sharing_of(site.world.engine, site.world.grant("ana"), "Patient/ana")
    assert mine.reaching
    grant = site.world.grant(who)
    found = await sharing_of(site.world.engine, grant, "Patient/ana")
    assert bool(found.reaching) == (who in ("doc", "nurse", "machine"))
