"""A site with the house file and the shared record on an empty store; `ward`, a physician of another house, takes care of ana, too."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.fhir import Resource
from seve.fhir.access.openings import OWN, TAGS
from seve.solutions.house_file import solution
from seve.solutions.shared_record import solution as shared_record
from seve.store.identity import accounts
from seve.testing.site import Browser, Site, site

PATH = "/house-file/ana"
NOTE = f"{PATH}/documents/house-file-note"
CABINET = "Organization/cabinet"
_G15 = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"


@pytest_asyncio.fixture(loop_scope="session")
async def house(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.getbasetemp() / "house-file-keys"
    folder.mkdir(exist_ok=True)
    async with site(engine, solutions=[solution, shared_record], keys=folder) as opened:
        await opened.put(*solution.demo, *_ward())
        await accounts.add(engine.database.pool, "ward", name="Ward", login="ward")
        await accounts.link(engine.database.pool, "ward", "Practitioner/ward")
        await accounts.add(engine.database.pool, "partner", name="Partner", login="partner")
        await accounts.link(engine.database.pool, "partner", "Practitioner/partner")
        yield opened


def professional(name: str, organization: str, profession: str = "10") -> list[Resource]:
    return [
        {"resourceType": "Practitioner", "id": name, "active": True, "name": [{"family": name.title()}]},
        {
            "resourceType": "PractitionerRole",
            "id": f"{name}-role",
            "active": True,
            "practitioner": {"reference": f"Practitioner/{name}"},
            "organization": {"reference": f"Organization/{organization}"},
            "code": [{"coding": [{"system": _G15, "code": profession}]}],
        },
    ]


def _ward() -> list[Resource]:
    team: Resource = {
        "resourceType": "CareTeam",
        "id": "others-of-ana",
        "status": "active",
        "subject": {"reference": "Patient/ana"},
        "participant": [{"member": {"reference": f"PractitionerRole/{name}-role"}} for name in ("ward", "partner")],
    }
    clinic: Resource = {"resourceType": "Organization", "id": "clinic", "active": True, "name": "Clinique du Lac"}
    return [clinic, *professional("ward", "clinic"), *professional("partner", "cabinet"), team]


async def keep(browser: Browser, *, file: tuple[str, bytes, str] | None = None, **fields: str) -> str:
    """Adds a document; the id of it, "" when that was refused."""
    await browser.get(f"{PATH}/add")
    typed = {"title": "Réunion", "kind": "hospital", "day": "", "words": "Revoir.", "replaces": "", "version": ""}
    await browser.post(PATH, files={"file": file} if file else None, **{**typed, **fields})
    return browser.answer.request.url.path.rpartition("/")[2] if browser.status == 200 else ""


async def copies(house: Site) -> list[Resource]:
    """What is in the shared record, by id."""
    found = await house.stored("DocumentReference", ("_tag:not", f"{TAGS}|{OWN}"))
    return sorted(found, key=lambda one: one["date"])


async def one(house: Site, id_: str) -> Resource:
    """A document as it stands."""
    [found] = await house.stored("DocumentReference", ("_id", id_))
    return found


async def decide(house: Site, status: str) -> None:
    """The patient's decision on their record."""
    [first] = await house.stored("Consent", ("_id", "house-file-opening"))
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    await house.put({**first, "id": f"decided-{status}", "status": status, "dateTime": at})


def document(id_: str, **more: Any) -> Resource:
    """What a machine of the organisation keeps."""
    return {
        "resourceType": "DocumentReference",
        "id": id_,
        "meta": {"tag": [{"system": TAGS, "code": OWN}]},
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "34112-3"}]},
        "subject": {"reference": "Patient/ana"},
        "custodian": {"reference": CABINET},
        "description": f"Compte rendu {id_}",
        "date": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "content": [{"attachment": {"contentType": "text/plain", "data": b64encode(b"Bien.").decode()}}],
        **more,
    }


async def rule(browser: Browser, *kinds: str) -> None:
    """Sets the rule."""
    page = await browser.get("/house-file/rule")
    version = page.partition('name="version" value="')[2].partition('"')[0]
    await browser.post("/house-file/rule", version=version, kinds=list(kinds))
