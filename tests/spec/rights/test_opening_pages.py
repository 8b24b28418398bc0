"""Opening a record: with the patient's consent, in an emergency, and what the one screen shows to whom."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from tests.spec.access.conftest import api
from tests.spec.access.test_who_sees_what import status
from tests.spec.access.world import observation, patient

from seve.engine.access.summary import summary
from seve.engine.refusals import NotFound
from seve.store.access import emergencies

from .site import Site, text

__all__ = ["api"]

BOB = {"family": "durand", "given": "Bob", "birth_date": "1950-01-02"}
REASON = "Patient inconscient aux urgences"


def concept(words: str, **coding: str) -> dict[str, Any]:
    return {"text": words, **({"coding": [coding]} if coding else {})}


async def fill(site: Site) -> None:
    me = {"reference": "Patient/bob"}
    active = concept("", system="http://terminology.hl7.org/CodeSystem/condition-clinical", code="active")
    contact = {"name": {"family": "Durand", "given": ["Zoé"]}, "telecom": [{"system": "phone", "value": "0600000000"}]}
    await site.world.put(
        patient("bob", birthDate="1950-01-02", contact=[contact]),
        {
            "resourceType": "AllergyIntolerance",
            "id": "al",
            "patient": me,
            "code": concept("Pénicilline"),
            "clinicalStatus": concept(
                "", system="http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", code="active"
            ),
            "criticality": "high",
            "recordedDate": "2020-03-04",
            "recorder": {"reference": "Practitioner/doc"},
        },
        {
            "resourceType": "Condition",
            "id": "co",
            "subject": me,
            "code": concept("Diabète"),
            "clinicalStatus": {"coding": active["coding"]},
        },
        {
            "resourceType": "MedicationRequest",
            "id": "me",
            "status": "active",
            "intent": "order",
            "subject": me,
            "medicationCodeableConcept": concept("Metformine"),
            "dosageInstruction": [{"text": "1 matin et soir"}],
        },
        {
            "resourceType": "DocumentReference",
            "id": "di",
            "status": "current",
            "subject": me,
            "type": concept("Directives", system="http://loinc.org", code="42348-3"),
            "description": "Mes directives anticipées",
            "content": [{"attachment": {"url": "urn:x"}}],
        },
        {
            "resourceType": "Device",
            "id": "de",
            "patient": me,
            "status": "active",
            "type": concept("Stimulateur cardiaque"),
        },
        observation("b1", "bob", valueQuantity={"value": 7.1, "unit": "%"}, effectiveDateTime="2026-01-02"),
        {
            **observation("b2", "bob", valueCodeableConcept=concept("O+")),
            "code": concept("Groupe sanguin", system="http://loinc.org", code="882-1"),
        },
        {**observation("b3", "bob", meta={"security": [{"code": "MASQUE_PS"}]}), "code": concept("Caché")},
    )


async def test_an_emergency_shows_the_one_screen_with_dates_and_sources(site: Site) -> None:
    await fill(site)
    browser = await site.browser("other")
    await browser.get("/emergency")
    assert "Le patient sera prévenu" in text(browser)
    await browser.post("/emergency", **BOB, reason=REASON)
    page = text(browser)
    told = ("Pénicilline (!)", "4 mars 2020", "Martin", "Diabète", "Metformine : 1 matin et soir", "7.1 %", "O+")
    assert [
        words
        for words in (*told, "Mes directives anticipées", "Stimulateur cardiaque", "0600000000")
        if words not in page
    ] == []
    assert "Caché" not in page
    [case] = await emergencies.queue(site.world.engine.database.pool, state="open")
    assert case.reason == REASON


async def test_a_short_reason_or_an_unknown_patient_opens_nothing_and_keeps_what_was_typed(
    api: httpx.AsyncClient, site: Site
) -> None:
    await site.world.put(patient("bob", birthDate="1950-01-02"), observation("b1", "bob"))
    browser = await site.browser("other")
    await browser.get("/emergency")
    assert (await browser.post("/emergency", **BOB, reason="urgent")).status_code == 422
    assert 'value="1950-01-02"' in browser.page
    wrong = {**BOB, "birth_date": "1950-01-03"}
    assert (await browser.post("/emergency", **wrong, reason=REASON)).status_code == 404
    assert REASON in text(browser)
    assert await status(api, "other", "Observation/b1") == 404


async def test_a_patient_who_agrees_opens_the_record_for_a_day(api: httpx.AsyncClient, site: Site) -> None:
    await fill(site)
    browser = await site.browser("other")
    await browser.get("/open-record")
    assert (await browser.post("/open-record", **BOB)).status_code == 422, "present, and agrees: the box says so"
    assert await status(api, "other", "Observation/b1") == 404
    await browser.post("/open-record", **BOB, present="1")
    assert "Pénicilline" in text(browser)
    await browser.get("/open-record")
    assert "bob Durand" in text(browser)
    bob = await site.browser("bob")
    await bob.get("/sharing")
    assert "Accord donné en consultation" in text(bob)


@pytest.mark.parametrize("who", ["ana", "officer"])
@pytest.mark.parametrize("path", ["/emergency", "/open-record", "/summary/bob"])
async def test_the_pages_are_for_professionals_alone(site: Site, who: str, path: str) -> None:
    browser = await site.browser(who)
    assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/emergency", **BOB, reason=REASON)).status_code == 403
    assert not await emergencies.queue(site.world.engine.database.pool)


async def test_the_summary_of_a_patient_out_of_reach_is_as_one_of_nobody(site: Site) -> None:
    await fill(site)
    browser = await site.browser("other")
    answers = [await browser.get(f"/summary/{id_}") for id_ in ("bob", "nobody")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert re.sub(r"\bbob\b", "nobody", answers[0].text) == answers[1].text


async def test_the_summary_shows_what_the_profession_may_read(site: Site) -> None:
    await fill(site)
    await site.world.put({
        "resourceType": "CareTeam", "id": "t", "status": "active", "subject": {"reference": "Patient/bob"},
        "participant": [{"member": {"reference": "Organization/clinic"}}],
    })  # fmt: skip
    engine = site.world.engine
    doctor = {s.name: s.lines for s in (await summary(engine, site.world.grant("doc"), "bob")).sections}
    await site.world.sign_in(
        "physio", role="PractitionerRole/nurse-role", person="Practitioner/nurse", organization="Organization/clinic",
        profession="70",
    )  # fmt: skip
    physio = {s.name: s.lines for s in (await summary(engine, site.world.grant("physio"), "bob")).sections}
    assert doctor["allergies"]
    assert doctor["problems"]
    assert not physio["allergies"]
    assert physio["problems"]
    with pytest.raises(NotFound):
        await summary(engine, site.world.grant("officer"), "bob")
