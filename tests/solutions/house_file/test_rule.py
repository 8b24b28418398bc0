"""The rule of an organisation: who sets it, what it shares by itself, and what it could not share, with the reason."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from tests.solutions.house_file.conftest import CABINET, PATH, copies, decide, document, keep, one, rule

from seve.engine.access import open_grant
from seve.engine.subscriptions.service import serving
from seve.fhir.house_documents import rule_id
from seve.fhir.subscriptions.notifications import Told
from seve.france.documents.standing import is_archived
from seve.france.identity.trust import Reliability
from seve.sdk import Chores
from seve.sdk.events import listen
from seve.solutions.house_file import solution
from seve.solutions.house_file.actions import carry_out
from seve.testing.site import Site, patient

_UNPROVEN = Reliability("PROV", "SM", "2024-01-08", "CN", "2024-01-08")


@pytest_asyncio.fixture(loop_scope="session")
async def heard(house: Site) -> AsyncIterator[Site]:
    """The site, where events are told as a server does."""
    await listen(house.engine, [solution])
    async with serving(house.engine):
        yield house
    house.engine.events.handlers.clear()


async def until(holds: Callable[[], Awaitable[bool]], *, seconds: float = 20.0) -> None:
    """Waits for what the background does."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.05)


async def number(house: Site) -> int:
    return len(await copies(house))


async def work(house: Site, id_: str) -> None:
    """What the handler does when it hears of a document."""
    told = Told(1, "", "DocumentReference", id_, "POST", await one(house, id_))
    await carry_out(Chores(house.engine, open_grant(), solution.manifest), told)


async def test_a_physician_sets_it_and_all_staff_see_who_did_and_since_when(house: Site) -> None:
    doctor, nurse = await house.browser("doc"), await house.browser("nurse")
    assert "Aucune règle n'est fixée" in await nurse.get("/house-file/rule")
    await rule(doctor, "hospital", "discharge")
    assert "Règle fixée." in doctor.page
    page = await nurse.get("/house-file/rule")
    assert "Règle fixée le" in page
    assert "Martin" in page or "Doc" in page
    assert "Lettre de liaison à la sortie" in page
    assert 'name="kinds"' not in page


async def test_nobody_else_sets_it(house: Site) -> None:
    nurse = await house.browser("nurse")
    await rule(nurse, "hospital")
    assert nurse.status == 403
    assert "fixée par un médecin" in nurse.page
    assert await house.stored("PlanDefinition") == []


async def test_a_type_that_there_is_not_is_refused(house: Site) -> None:
    doctor = await house.browser("doc")
    await rule(doctor, "hospital", "everything")
    assert doctor.status == 422
    assert await house.stored("PlanDefinition") == []


async def test_it_is_one_houses_own(house: Site) -> None:
    doctor, ward = await house.browser("doc"), await house.browser("ward")
    await rule(doctor, "hospital")
    assert "Aucune règle n'est fixée" in await ward.get("/house-file/rule")
    await rule(ward, "imaging")
    assert ward.status == 200
    stored = {one["identifier"][0]["value"]: one for one in await house.stored("PlanDefinition")}
    assert stored.keys() == {CABINET, "Organization/clinic"}
    [hook] = stored[CABINET]["action"][0]["trigger"]
    assert [code["code"] for code in hook["data"][0]["codeFilter"][0]["code"]] == ["34112-3"]


async def test_two_who_set_it_at_once_do_not_overwrite_each_other(house: Site) -> None:
    doctor, partner = await house.browser("doc"), await house.browser("partner")
    for browser in (doctor, partner):
        await browser.get("/house-file/rule")
    await doctor.post("/house-file/rule", version="", kinds=["hospital"])
    page = await partner.post("/house-file/rule", version="", kinds=["imaging"])
    assert (doctor.status, partner.status) == (200, 412)
    assert 'value="imaging" checked' in page
    [stored] = await house.stored("PlanDefinition")
    assert stored["id"] == rule_id(CABINET)
    assert stored["meta"]["versionId"] == "1"


async def test_what_a_page_keeps_is_shared_by_it(heard: Site) -> None:
    doctor = await heard.browser("doc")
    await rule(doctor, "hospital")
    id_ = await keep(doctor, kind="hospital")
    other = await keep(doctor, kind="discharge", title="Lettre")
    await until(lambda: _is(heard, 1))
    page = await doctor.get(PATH)
    assert "par la règle de l'établissement" in page
    [copy] = await copies(heard)
    assert copy["relatesTo"][0]["target"]["reference"] == f"DocumentReference/{id_}"
    assert "Partager dans le dossier" in await doctor.get(f"{PATH}/documents/{other}")


async def test_what_the_api_keeps_is_shared_by_it_too_and_a_correction_supersedes(heard: Site) -> None:
    await rule(await heard.browser("doc"), "hospital")
    await heard.put(document("machine"))
    await until(lambda: _is(heard, 1))
    corrected = b64encode(b"Mieux.").decode()
    await heard.put(document("machine", content=[{"attachment": {"contentType": "text/plain", "data": corrected}}]))
    await until(lambda: _is(heard, 2))
    was, new = await copies(heard)
    assert (was["status"], new["status"]) == ("superseded", "current")
    assert new["content"][0]["attachment"]["data"] == corrected


async def test_what_waited_for_the_record_is_shared_when_it_opens(heard: Site) -> None:
    await decide(heard, "inactive")
    await rule(await heard.browser("doc"), "hospital")
    await heard.put(document("waits"))
    await asyncio.sleep(0.5)
    assert await number(heard) == 0
    await decide(heard, "active")
    await until(lambda: _is(heard, 1))


async def _is(house: Site, wanted: int) -> bool:
    return await number(house) == wanted


async def test_hearing_of_a_document_twice_shares_it_once(house: Site) -> None:
    await rule(await house.browser("doc"), "hospital")
    await house.put(document("twice"))
    await work(house, "twice")
    await work(house, "twice")
    assert await number(house) == 1
    [copy] = await copies(house)
    assert copy["meta"]["versionId"] == "1"


@pytest.mark.parametrize(
    "more",
    [
        {"date": (datetime.now(UTC) - timedelta(days=2)).isoformat(timespec="seconds")},
        {"type": {"coding": [{"system": "http://loinc.org", "code": "11490-0"}]}},
        {"status": "superseded"},
        {"custodian": {"reference": "Organization/clinic"}},
    ],
    ids=["filed before the rule", "of another type", "replaced", "of another house"],
)
async def test_what_it_does_not_name_stays_where_it_is(house: Site, more: dict[str, object]) -> None:
    await rule(await house.browser("doc"), "hospital")
    await house.put(document("stays", **more))
    await work(house, "stays")
    assert await copies(house) == []


async def test_a_rule_without_types_shares_nothing_any_more(house: Site) -> None:
    doctor = await house.browser("doc")
    await rule(doctor, "hospital")
    await rule(doctor)
    assert doctor.status == 200
    await house.put(document("after"))
    await work(house, "after")
    assert await copies(house) == []
    [stored] = await house.stored("PlanDefinition")
    assert stored["status"] == "retired"


async def test_what_somebody_withdrew_is_not_shared_by_it_again(house: Site) -> None:
    doctor = await house.browser("doc")
    await rule(doctor, "hospital")
    id_ = await keep(doctor)
    await work(house, id_)
    await doctor.get(f"{PATH}/documents/{id_}")
    await doctor.post(f"{PATH}/documents/{id_}/withdraw")
    await work(house, id_)
    [copy] = await copies(house)
    assert is_archived(copy)
    assert "Tout est partagé" in await doctor.get("/house-file/not-shared")


async def test_what_can_not_be_shared_is_listed_with_the_reason_and_shared_when_asked_again(house: Site) -> None:
    doctor = await house.browser("doc")
    assert "Aucune règle" in await doctor.get("/house-file/not-shared")
    await rule(doctor, "hospital")
    await decide(house, "inactive")
    await house.put(document("stuck"))
    await work(house, "stuck")
    page = await doctor.get("/house-file/not-shared")
    assert "Compte rendu stuck" in page
    assert "Le patient a fermé son dossier partagé." in page
    assert 'href="/shared-record/ana/opening"' in page
    assert "Restent : 1" in await doctor.post("/house-file/not-shared")
    await decide(house, "active")
    assert "Rien ne l'empêche plus" in await doctor.get("/house-file/not-shared")
    assert "Partagés à l'instant : 1" in await doctor.post("/house-file/not-shared")
    assert await number(house) == 1
    assert "Tout est partagé" in doctor.page


async def test_identities_and_labels_are_reasons_too(house: Site) -> None:
    doctor = await house.browser("doc")
    await rule(doctor, "hospital")
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
    hidden = {
        "system": "https://mos.esante.gouv.fr/NOS/TRE_A07-StatusVisibiliteDocument/FHIR/TRE-A07-StatusVisibiliteDocument",
        "code": "INVISIBLE_PATIENT",
    }
    await house.put(document("hidden", securityLabel=[{"coding": [hidden]}]), document("plain"))
    await house.put(document("restricted", securityLabel=[{"coding": [label]}]))
    await house.put(patient("ana", reliability=_UNPROVEN))
    for id_ in ("hidden", "plain", "restricted"):
        await work(house, id_)
    assert await copies(house) == []
    page = await doctor.get("/house-file/not-shared")
    assert "seule une personne le partage" in page
    assert "L'identité ne permet pas de partager" in page
    await house.put(patient("ana"))
    await doctor.post("/house-file/not-shared")
    assert [copy["description"] for copy in await copies(house)] == ["Compte rendu plain"]


async def test_the_list_has_only_patients_whom_the_reader_takes_care_of(house: Site) -> None:
    doctor, stranger, ward = [await house.browser(name) for name in ("doc", "stranger", "ward")]
    await rule(doctor, "hospital")
    await decide(house, "inactive")
    await house.put(document("stuck"))
    assert "Compte rendu stuck" in await doctor.get("/house-file/not-shared")
    for browser in (stranger, ward):
        assert "Compte rendu stuck" not in await browser.get("/house-file/not-shared")


async def test_a_document_whose_file_is_not_there_is_a_reason_and_holds_up_nothing(house: Site) -> None:
    doctor = await house.browser("doc")
    await rule(doctor, "hospital")
    await house.put(document("bare", content=[{"attachment": {"contentType": "text/plain", "url": "Binary/nothing"}}]))
    await work(house, "bare")
    assert await copies(house) == []
    assert "Le document ne peut pas être copié" in await doctor.get("/house-file/not-shared")


async def test_a_document_about_nobody_is_left_where_it_is(house: Site) -> None:
    await rule(await house.browser("doc"), "hospital")
    bare = {name: value for name, value in document("nobody").items() if name != "subject"}
    await house.put(bare)
    await work(house, "nobody")
    assert await copies(house) == []
