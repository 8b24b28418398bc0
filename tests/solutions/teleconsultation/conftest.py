"""A site with teleconsultation on an empty store, and a visit of ana with doc that begins now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.fhir import Resource
from seve.solutions.teleconsultation import solution
from seve.testing.site import Browser, Site, site

CALL = "/teleconsultation/call/visit"
_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def appointment(*, id_: str = "visit", minutes: int = 0, by: str = "doc", patient: str = "ana") -> Resource:
    """A video visit that begins in some minutes."""
    start = datetime.now(UTC) + timedelta(minutes=minutes)
    return {
        "resourceType": "Appointment",
        "id": id_,
        "status": "booked",
        "serviceType": [{"coding": [{"system": _ACT_CODE, "code": "VR"}]}],
        "start": start.isoformat(timespec="seconds"),
        "end": (start + timedelta(minutes=20)).isoformat(timespec="seconds"),
        "participant": [
            {"actor": {"reference": one}, "status": "accepted"} for one in (f"Patient/{patient}", f"PractitionerRole/{by}-role")
        ],
    }  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def house(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.getbasetemp() / "teleconsultation-keys"
    folder.mkdir(exist_ok=True)
    async with site(engine, solutions=[solution], keys=folder) as opened:
        await opened.put(appointment())
        yield opened


async def arrive(house: Site, name: str = "ana", **fields: str) -> Browser:
    """Somebody of the patient's side in the waiting room."""
    browser = await house.browser(name)
    await browser.get(CALL)
    await browser.post(f"{CALL}/arrive", **{"way": "video", "consent": "1", **fields})
    return browser


async def begin(house: Site, name: str = "doc", **fields: str) -> Browser:
    """The professional who begins."""
    browser = await house.browser(name)
    await browser.get(CALL)
    await browser.post(f"{CALL}/begin", **{"act": "teleconsultation", "proof": "CN", **fields})
    return browser


async def running(house: Site) -> tuple[Browser, Browser]:
    """Ana and doc in a call."""
    ana = await arrive(house)
    return ana, await begin(house)


async def encounter(house: Site) -> dict[str, Any]:
    """The one act."""
    (found,) = await house.stored("Encounter")
    return found


async def until_in(house: Site, number: int, *, room: str = "call/visit") -> None:
    """That many are in a room: who was let in is on the way there still."""
    count = "SELECT count(*) FROM presence WHERE room = 'teleconsultation:' || $1"
    async with asyncio.timeout(10):
        while await house.engine.database.pool.fetchval(count, room) != number:
            await asyncio.sleep(0.02)
