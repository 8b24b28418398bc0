"""Access and portability: one archive of what the person sees, for them alone; and requests from the page of rights."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256

import pytest
from tests.spec.access.world import observation

from seve.engine.access import sharing
from seve.engine.access.sharing import Decider
from seve.engine.rights import requests
from seve.engine.rights.printing import NoPrinterError, as_pdf
from seve.engine.tasks.runner import Runner

from .site import Site, text


async def made(site: Site, who: str = "ana", patient: str = "ana") -> zipfile.ZipFile:
    browser = await site.browser(who)
    await browser.get("/rights", **{"for": patient})
    await browser.post("/rights/archive", **{"for": patient})
    assert "http-equiv" in browser.page, "the page comes again by itself"
    assert await Runner(site.world.engine).step()
    await browser.get("/rights", **{"for": patient})
    path = browser.page.split('href="/rights/archive/')[1].split('"')[0]
    answer = await browser.get(f"/rights/archive/{path}")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_the_archive_holds_all_that_the_person_sees_and_says_what_is_in_it(site: Site) -> None:
    await site.world.put(
        observation("a1", "ana", valueString="Repos", effectiveDateTime="2026-03-12"),
        observation("a2", "ana", meta={"security": [{"code": "INVISIBLE_PATIENT"}]}),
        observation("b1", "bob"),
    )
    archive = await made(site)
    manifest = json.loads(archive.read("manifest.json"))
    for file in manifest["files"]:
        assert sha256(archive.read(file["name"])).hexdigest() == file["sha256"]
    lines = archive.read("fhir/Observation.ndjson").decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a1"], "not what is not announced yet, nor of others"
    page = archive.read("dossier.html").decode()
    assert "Mesures et résultats" in page
    assert "Repos" in page
    assert "12 mars 2026" in page
    assert archive.read("acces.csv").decode().startswith("\ufeffJour;")
    assert archive.read("partages.csv").decode().startswith("\ufeffChoix;")


async def test_the_archive_holds_tasks_which_the_compartment_of_a_patient_leaves_out(site: Site) -> None:
    task = {"resourceType": "Task", "status": "requested", "intent": "order"}
    await site.world.put(
        {**task, "id": "ana-task", "for": {"reference": "Patient/ana"}},
        {**task, "id": "bob-task", "for": {"reference": "Patient/bob"}},
    )
    lines = (await made(site)).read("fhir/Task.ndjson").decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["ana-task"]


async def test_the_archive_of_who_made_choices_holds_them(site: Site) -> None:
    ana = Decider(site.world.engine, site.world.principals["ana"], "Patient/ana")
    await sharing.permit(ana, "PractitionerRole/other-role")
    await sharing.block(ana, "Practitioner/doc")
    archive = await made(site)
    assert archive.read("fhir/Consent.ndjson").strip().count(b"\n") == 1
    assert len(archive.read("partages.csv").decode().strip().splitlines()) == 3


async def test_the_archive_has_a_pdf(site: Site) -> None:
    try:
        await as_pdf("<p>x</p>")
    except NoPrinterError:
        pytest.skip("the system has no Pango: archives have no PDF here")
    archive = await made(site)
    assert archive.read("dossier.pdf").startswith(b"%PDF")


async def test_a_guardian_has_the_archive_of_the_child(site: Site) -> None:
    await site.world.put(observation("k1", "child"))
    archive = await made(site, "mother", "child")
    assert "k1" in archive.read("fhir/Observation.ndjson").decode()


async def test_nobody_else_fetches_or_asks_for_the_archive(site: Site) -> None:
    await made(site)
    id_ = await site.world.engine.database.pool.fetchval("SELECT task FROM archive")
    for who in ("bob", "doc", "officer"):
        browser = await site.browser(who)
        assert (await browser.get(f"/rights/archive/{id_}")).status_code in (403, 404)
        await browser.get("/security")
        assert (await browser.post("/rights/archive", **{"for": "ana"})).status_code == 403
    ana = await site.browser("ana")
    await ana.get("/security")
    await ana.post("/security/everywhere")
    await ana.get(f"/rights/archive/{id_}")
    assert "Se connecter" in text(ana)


async def test_a_page_can_not_make_the_printer_fetch_anything() -> None:
    try:
        assert await as_pdf(
            '<img src="http://169.254.169.254/secret"><link rel="stylesheet" href="file:///etc/passwd">'
        )
    except NoPrinterError:
        pytest.skip("the system has no Pango")


@pytest.mark.parametrize("kind", ["rectification", "opposition", "erasure"])
async def test_a_request_goes_to_the_officer_with_its_due_date(site: Site, kind: str) -> None:
    browser = await site.browser("ana")
    await browser.get("/rights")
    assert (await browser.post("/rights/ask", **{"for": "ana", "kind": kind, "words": " "})).status_code == 422
    await browser.post("/rights/ask", **{"for": "ana", "kind": kind, "words": "Mon groupe sanguin est faux"})
    assert "En attente de réponse" in text(browser)
    [asked] = await requests.queue(site.world.engine, site.world.principals["officer"])
    assert (asked.kind, asked.words) == (kind, "Mon groupe sanguin est faux")


@pytest.mark.parametrize("who", ["doc", "officer"])
async def test_the_page_of_rights_is_for_patients_alone(site: Site, who: str) -> None:
    browser = await site.browser(who)
    assert (await browser.get("/rights")).status_code == 403
