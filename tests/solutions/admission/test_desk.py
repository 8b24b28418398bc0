"""At the office: three ways in, what may be done when, rights, contacts, the wifi code; nobody else comes there."""

from __future__ import annotations

import re

from tests.solutions.admission.conftest import begun, complete, desk, do, seen

from seve.engine.access import open_grant
from seve.france.identity.trust import trust
from seve.sdk.chores import Chores
from seve.solutions.admission import solution
from seve.solutions.admission.actions.keeping_watch import EXPECT, Nothing
from seve.testing.site import Browser, Site

WHO = {"family": "Petit", "given": "Bob", "birth_date": "1984-11-02", "sex": "male"}


def code_of(page: str) -> str:
    found = re.search(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){2}", page)
    assert found
    return found[0]


async def test_who_is_expected_is_known_to_the_office_without_a_file(room: Site) -> None:
    clerk = await room.browser("clerk")
    assert "Ana Durand" not in await clerk.get("/admission")
    chores = Chores(room.engine, open_grant(), solution.manifest)
    for _ in range(2):  # work may be done twice
        await EXPECT.work(chores, Nothing())
    page = await clerk.get("/admission")
    assert "Ana Durand" in page and "Attendus : 1" in page
    assert len(await room.stored("Encounter")) == 2


async def test_a_prepared_patient_arrives_is_admitted_and_leaves(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    await complete(ana, path)
    assert "Arrivée notée" in await do(clerk, path, "arrive")
    page = await do(clerk, path, "admit")
    code = code_of(page)
    assert code in await ana.get(path)
    lines = await clerk.get("/admission/network/admission-office")
    assert code in lines and "Durand" not in lines
    assert "Contacts inscrits" in await do(clerk, path, "contacts")
    assert [one["name"][0]["text"] for one in await room.stored("RelatedPerson")] == ["Paul Durand"]
    await do(clerk, path, "contacts")
    assert len(await room.stored("RelatedPerson")) == 1
    await desk(clerk, path)
    await clerk.get(path.replace("/stays/", "/desk/") + "/sheet")
    assert clerk.answer.content.startswith(b"%PDF") or clerk.status == 501
    await do(clerk, path, "finish")
    assert "n'est plus valable" in await ana.get(path)
    [stay] = await room.stored("Encounter")
    assert stay["status"] == "finished" and [one["status"] for one in stay["statusHistory"]] == [
        "planned",
        "arrived",
        "in-progress",
    ]
    [team] = [one for one in await room.stored("CareTeam") if one["id"].startswith("office-")]
    assert "end" in team["period"]


async def test_a_deed_out_of_turn_is_refused(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    for deed in ("admit", "finish", "wifi", "nonsense"):
        await do(clerk, path, deed)
        assert clerk.status == 409, deed
    await desk(clerk, path)
    await clerk.post(path.replace("/stays/", "/desk/") + "/arrive", version="7")
    assert clerk.status == 412


async def test_the_wifi_code_is_renewed_and_withdrawn(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    await do(clerk, path, "arrive")
    first = code_of(await do(clerk, path, "admit"))
    second = code_of(await do(clerk, path, "wifi"))
    assert second != first
    assert first not in await clerk.get("/admission/network/admission-office")
    await do(clerk, path, "revoke")
    assert second not in await clerk.get("/admission/network/admission-office")
    assert "n'est plus valable" in await ana.get(path)


async def arrive(clerk: Browser, way: str, **fields: str) -> str:
    await clerk.get(f"/admission/{way}")
    return await clerk.post(f"/admission/{way}", **fields)


async def test_who_comes_unannounced_is_found_by_full_identity_alone(room: Site) -> None:
    clerk = await room.browser("clerk")
    page = await arrive(clerk, "arrival", **{**WHO, "birth_date": "1984-11-03"})
    assert clerk.status == 404 and "Créer une identité provisoire" in page and 'value="Petit"' in page
    assert await seen(room, "Patient") == []
    page = await arrive(clerk, "arrival", **WHO)
    assert clerk.status == 200 and "Au bureau" in page and "Bob Petit" in page
    assert [one["id"] for one in await seen(room, "Patient")] == ["bob"]


async def test_who_guesses_one_name_after_the_other_is_slowed_and_leaves_a_trail(room: Site) -> None:
    clerk, guess = await room.browser("clerk"), {**WHO, "birth_date": "1984-11-03"}
    for _ in range(20):
        await arrive(clerk, "arrival", **guess)
        assert clerk.status == 404
    page = await arrive(clerk, "arrival", **WHO)
    assert clerk.status == 429 and 'value="Petit"' in page
    assert await seen(room, "Patient") == []
    pool = room.engine.database.pool
    assert await pool.fetchval("SELECT count(*) FROM audit WHERE content LIKE '%present%'") == 20
    await arrive(clerk, "arrival", **{**WHO, "family": "Nouvel"}, new="1")  # who is registered was not guessed
    assert clerk.status == 200
    await arrive(clerk, "arrival", **WHO)
    assert clerk.status == 200 and [one["id"] for one in await seen(room, "Patient") if one["id"] == "bob"]


async def test_the_expected_stay_of_today_is_taken_when_its_patient_comes(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    await arrive(clerk, "arrival", family="Durand", given="Ana", birth_date="1961-03-14", sex="female")
    assert str(clerk.answer.url.path) == path.replace("/stays/", "/desk/")


async def test_nobody_of_the_name_is_registered_provisionally_once_the_clerk_says_so(room: Site) -> None:
    clerk = await room.browser("clerk")
    new = {"family": "Nouvel", "given": "Zoé", "birth_date": "1990-01-01", "sex": "female"}
    await arrive(clerk, "arrival", **new)
    assert clerk.status == 404
    page = await arrive(clerk, "arrival", **new, new="1")
    assert "Identité provisoire" in page and "NOUVEL" in page
    [patient] = await room.stored("Patient", ("family", "Nouvel"))
    assert trust(patient) == "provisional"


async def test_a_form_that_says_too_little_is_refused_field_by_field(room: Site) -> None:
    clerk = await room.browser("clerk")
    page = await arrive(clerk, "arrival", family="Petit", given="", birth_date="2999-01-01", sex="")
    assert (
        clerk.status == 422
        and page.count("à remplir") >= 2
        and "n'est pas possible" in page
        and 'value="Petit"' in page
    )
    await arrive(clerk, "emergency", nobody="1", sex="")
    assert clerk.status == 422


async def test_an_emergency_registers_what_is_known_or_nobody(room: Site) -> None:
    clerk = await room.browser("clerk")
    page = await arrive(clerk, "emergency", family="Caron", given="Henri", birth_date="", sex="male")
    assert "Urgence" in page and "Identité provisoire" in page
    page = await arrive(clerk, "emergency", nobody="1", sex="male")
    assert "INCONNU" in page and "Donner un nom" in page
    [nobody] = await room.stored("Patient", ("family", "INCONNU"))
    assert trust(nobody) == "provisional" and "birthDate" not in nobody
    path = str(clerk.answer.url.path)
    await clerk.get(f"{path}/name")
    page = await clerk.post(f"{path}/name", family="Roux", given="Léo", birth_date="1970-02-03", sex="male")
    assert "ROUX" in page and "Donner un nom" not in page
    await clerk.get(f"{path}/name")
    assert clerk.status == 404


async def test_rights_are_asked_by_the_ins_and_told_as_simulated(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    await complete(ana, path)
    await do(clerk, path, "rights")
    assert clerk.status == 422 and "n'a pas" in clerk.page
    [patient] = await room.stored("Patient", ("_id", "ana"))
    ins = {"use": "official", "system": "urn:oid:1.2.250.1.213.1.4.10", "value": "279035121518989"}
    await room.put({**patient, "identifier": [ins]})
    page = await do(clerk, path, "rights")
    assert "simulé" in page and "Assurance maladie" in page
    page = await do(clerk, path, "complementary")
    assert "Mutuelle du Val" in page
    await do(clerk, path, "rights")
    active = [one for one in await room.stored("Coverage") if one["status"] == "active"]
    assert len(active) == 2


async def test_care_staff_are_told_that_the_office_is_not_theirs(room: Site) -> None:
    doc = await room.browser("doc")
    for way in ("", "/arrival", "/emergency", "/checks"):
        assert "bureau des admissions" in await doc.get(f"/admission{way}")
    for way in ("arrival", "emergency"):
        await doc.get("/security")
        await arrive(doc, way, **WHO)
        assert doc.status == 403
    await doc.get("/admission/network/admission-office")
    assert doc.status == 404
