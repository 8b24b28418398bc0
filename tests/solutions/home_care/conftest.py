"""A site with care at home on an empty store, its demonstration data, and a bob whom nobody in the cast cares for."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.sdk import Chores, wording
from seve.solutions.booking import solution as booking
from seve.solutions.home_care import solution
from seve.solutions.home_care.actions.following import Nothing, follow
from seve.store.identity import accounts
from seve.testing.site import Browser, Site, site

NURSE = "PractitionerRole/nurse-role"
_G15 = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"


@pytest_asyncio.fixture(loop_scope="session")
async def house(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.getbasetemp() / "home-care-keys"
    folder.mkdir(exist_ok=True)
    async with site(engine, solutions=[solution, booking], keys=folder) as opened:
        await opened.put(*solution.demo)
        yield opened


def need(**more: Any) -> dict[str, Any]:
    """What somebody types."""
    due = datetime.now(wording.ZONE) + timedelta(days=3)
    said = {"kind": "nursing", "care": "Pansement de la hanche", "day": f"{due:%Y-%m-%d}", "time": "18:00"}
    where = {"where": "other", "line": "3 rue des Lilas", "postcode": "37000", "city": "Tours", "phone": ""}
    return {**said, **where, "frequency": "daily", "days": "10", "wishes": "", "agreed": "patient", **more}


async def write(browser: Browser, patient: str = "ana", **more: Any) -> str:
    """Writes a request; its path."""
    await browser.get(f"/home-care/for/{patient}")
    await browser.post(f"/home-care/for/{patient}", **need(**more))
    assert browser.status == 200, browser.page
    return browser.answer.request.url.path


async def ask(browser: Browser, path: str, *roles: str, way: str = "turn", hours: str = "2") -> str:
    """Asks these; the page."""
    await browser.get(path)
    return await browser.post(f"{path}/ask", who=list(roles or (NURSE,)), way=way, hours=hours)


async def asked(browser: Browser) -> str:
    """The path of the one ask that somebody sees, opened."""
    await browser.get("/home-care")
    found = re.search(r'href="(/home-care/asks/[^"]+)"', browser.page)
    assert found, browser.page
    await browser.get(found[1])
    return found[1]


def times(page: str) -> list[str]:
    """The times that an ask offers."""
    return re.findall(r'name="time" value="([^"]+)"', page)


async def more_nurses(house: Site, number: int) -> list[str]:
    """Other nurses with an agenda each, further and further away; their names."""
    (schedule,) = await house.stored("Schedule")
    (place,) = await house.stored("Location", ("_id", "home-care-place"))
    names = [f"nurse{n}" for n in range(number)]
    for n, name in enumerate(names):
        role, spot = f"PractitionerRole/{name}-role", f"{name}-place"
        await house.put(
            {"resourceType": "Practitioner", "id": name, "active": True, "name": [{"family": name.title()}]},
            {
                "resourceType": "PractitionerRole",
                "id": f"{name}-role",
                "active": True,
                "practitioner": {"reference": f"Practitioner/{name}"},
                "organization": {"reference": "Organization/cabinet"},
                "code": [{"coding": [{"system": _G15, "code": "60"}]}],
            },
            {**place, "id": spot, "position": {"latitude": 47.40 + n / 100, "longitude": 0.69}},
            {
                **schedule,
                "id": f"{name}-agenda",
                "actor": [
                    {"reference": role, "display": name.title()},
                    {"reference": f"Practitioner/{name}"},
                    {"reference": f"Location/{spot}"},
                ],
            },
        )
        await accounts.add(house.engine.database.pool, name, name=name, login=name)
        await accounts.link(house.engine.database.pool, name, f"Practitioner/{name}")
    return names


async def lives(house: Site, latitude: float, longitude: float) -> None:
    """Ana's address, with where it is on the map."""
    (ana,) = await house.stored("Patient", ("_id", "ana"))
    parts = zip(("latitude", "longitude"), (latitude, longitude), strict=True)
    point = [{"url": name, "valueDecimal": said} for name, said in parts]
    extension = [{"url": "http://hl7.org/fhir/StructureDefinition/geolocation", "extension": point}]
    await house.put({**ana, "address": [{"line": ["3 rue des Lilas"], "city": "Tours", "extension": extension}]})


async def later(house: Site, *, hours: float) -> None:
    """Time goes by for what is asked: the deadlines of all Tasks, and the day of the requests, come nearer."""
    for type_ in ("Task", "ServiceRequest"):
        for one in await house.stored(type_):
            await house.put(_moved(one, timedelta(hours=hours)))


async def work(house: Site) -> None:
    """One round of the work in the background."""
    await follow(Chores(house.engine, open_grant(), solution.manifest), Nothing())


async def told(house: Site, template: str) -> list[str]:
    """The accounts that were told so."""
    rows = await house.engine.database.pool.fetch(
        "SELECT account FROM notification WHERE template = $1 ORDER BY account", template
    )
    return [row["account"] for row in rows]


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {k: _moved(v, by) if k != "meta" else v for k, v in value.items()}
    if isinstance(value, list):
        return [_moved(one, by) for one in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+Z].*", value):
        return (datetime.fromisoformat(value).astimezone(UTC) - by).isoformat(timespec="seconds")
    return value
