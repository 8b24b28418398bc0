"""A site with admissions on an empty store, a clerk of the office, appointments at the house, and cards signed by a test authority."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image

from seve.engine.access.granting import grant_of
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.identity.activities import activities_of
from seve.engine.identity.principal import Principal
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.sdk import wording
from seve.solutions.admission import solution
from seve.store.identity import accounts
from seve.testing.site import INS, Browser, Site, patient, site

NSS = "279035121518989"


@pytest_asyncio.fixture(loop_scope="session")
async def room(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.getbasetemp() / "admission-keys"
    folder.mkdir(exist_ok=True)
    async with site(engine, solutions=[solution], keys=folder) as opened:
        await opened.put(*solution.demo, *_unproven(), appointment("ana", days=0), appointment("bob", days=2, hours=1))
        pool = engine.database.pool
        await accounts.add(pool, "clerk", name="Clerk", login="clerk", is_officer=False)
        await accounts.link(pool, "clerk", "Practitioner/admission-clerk")
        yield opened


def _unproven() -> list[Resource]:
    """The cast before anybody has looked at their papers."""
    people = [patient(name) for name in INS]
    return [{part: one[part] for part in ("resourceType", "id", "name", "birthDate", "gender")} for one in people]


def appointment(who: str, *, days: int, hours: int = 0) -> Resource:
    """In so many days: for some hours, or until noon of the day after next, whatever time it is now."""
    now = datetime.now(wording.ZONE).replace(microsecond=0)
    start = min(now + timedelta(minutes=5), now.replace(hour=23, minute=59, second=59)) + timedelta(days=days)
    end = start + timedelta(hours=hours) if hours else (start + timedelta(days=2)).replace(hour=12, minute=0, second=0)
    return {
        "resourceType": "Appointment",
        "id": f"{who}-stay",
        "status": "booked",
        "description": "Arthroscopie du genou",
        "start": start.isoformat(),
        "end": end.isoformat(),
        "participant": [
            {"actor": {"reference": f"Patient/{who}"}, "status": "accepted"},
            {
                "actor": {"reference": "Location/admission-place", "display": "Hôpital des Tilleuls"},
                "status": "accepted",
            },
        ],
    }


ANSWERS = {
    "identity.right": "yes",
    "coverage.number": NSS,
    "coverage.holder": "self",
    "complementary.kind": "mutual",
    "complementary.name": "Mutuelle du Val",
    "complementary.number": "123",
    "complementary.until": "2099-12-31",
    "warn.name": "Paul Durand",
    "warn.phone": "+33 2 61 91 00 20",
    "doctor.name": "Dr Martin",
}


async def begun(browser: Browser, who: str = "ana") -> str:
    """The path of the stay, whose file was begun."""
    await browser.get("/admission")
    await browser.post("/admission/begin", appointment=f"{who}-stay")
    assert browser.status == 200, browser.page
    return str(browser.answer.url.path)


async def filled(browser: Browser, path: str, **more: str) -> str:
    """Keeps the answers."""
    await browser.get(f"{path}/file")
    return await browser.post(f"{path}/file", version=field(browser.page, "version"), **{**ANSWERS, **more})


async def complete(browser: Browser, path: str) -> None:
    """Fills in, adds the papers and sends."""
    await filled(browser, path)
    for kind in ("identity", "card", "complementary"):
        await browser.post(f"{path}/papers/{kind}", files={"paper": (f"{kind}.png", picture(), "image/png")})
        assert browser.status == 200, browser.page
    await browser.post(f"{path}/send")


async def desk(clerk: Browser, path: str) -> str:
    """The same stay at the desk."""
    return await clerk.get(path.replace("/stays/", "/desk/"))


async def do(clerk: Browser, path: str, deed: str) -> str:
    """A deed at the desk, from the page as it is."""
    at = path.replace("/stays/", "/desk/")
    await clerk.get(at)
    return await clerk.post(f"{at}/{deed}", version=field(clerk.page, "version"))


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def picture(text: str = "") -> bytes:
    """A photograph, of a code or of nothing."""
    sheet = Image.new("L", (700, 500), 235)
    if text:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=4)
        sheet.paste(Image.fromarray(code), (100, 80))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


async def seen(room: Site, type_: str) -> list[Resource]:
    """What the clerk's own grant finds of a type: the latest session of the store is the clerk's."""
    pool = room.engine.database.pool
    account = await accounts.by_id(pool, "clerk")
    assert account
    one = (await activities_of(pool, account))[0]
    principal = Principal(
        session=await pool.fetchval("SELECT max(key) FROM session WHERE account = 'clerk'"),
        account="clerk",
        kind=one.kind,
        role=one.role,
        person=one.person,
        organization=one.organization,
        profession=one.profession,
        related=(),
        delegated_by="",
        purpose="TREAT",
        client="",
        scopes=None,
    )
    grant = grant_of(principal, room.engine.parameters, base_url=room.engine.base_url)
    answer = await perform(room.engine, grant, Request("GET", type_))
    return [entry["resource"] for entry in answer.resource.get("entry", ())]
