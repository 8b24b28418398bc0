"""The register with its demonstration data, and two makers who sign in: `ines` of one house, `leo` of another."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.main.registering import fill_register
from seve.sdk import wording
from seve.solutions.tool_register import solution
from seve.store.identity import accounts
from seve.testing.site import Browser, Site, site

TODAY = datetime.now(wording.ZONE).date()
YEAR = (TODAY + timedelta(days=365)).isoformat()
"""The latest day for a next check."""
LATER = (TODAY + timedelta(days=700)).isoformat()
BY = "Bureau du registre"


@pytest_asyncio.fixture(loop_scope="session")
async def register(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.getbasetemp() / "register-keys"
    folder.mkdir(exist_ok=True)
    async with site(engine, solutions=[solution], keys=folder) as opened:
        await fill_register(engine)
        for name in ("ines", "leo"):
            await accounts.add(engine.database.pool, name, name=name.title(), login=name)
            await accounts.link(engine.database.pool, name, f"Practitioner/tools-{name}")
        yield opened


def tool(**more: Any) -> dict[str, Any]:
    """What a maker types."""
    said = {"name": "Visite Claire", "about": "Pour les cabinets.", "functions": ["video", "booking"], "price": "24,50"}
    rest = {"terms": "", "site": "https://claire.example.org", "contact": "contact@claire.example.org"}
    proofs = {"hds_number": "HDS-1", "hds_issuer": "Certificateur", "hds_until": LATER, "ins_number": "INS-2"}
    return {**said, **rest, **proofs, "go": "send", **more}


def verdicts(**more: Any) -> dict[str, Any]:
    """What the desk types."""
    return {"hds_verdict": "seen", "ins_verdict": "seen", "by": BY, "due": YEAR, "reason": "", "go": "publish", **more}


async def declare(browser: Browser, **more: Any) -> str:
    """Declares a tool; the path of its form."""
    await browser.get("/tool-register/mine/new")
    await browser.post("/tool-register/mine/new", version="", **tool(**more))
    assert browser.status == 200, browser.page
    name = re.escape(more.get("name", "Visite Claire"))
    found = re.search(rf'href="(/tool-register/mine/[^"]+)">{name}<', browser.page)
    assert found, browser.page
    return found[1]


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


async def decide(browser: Browser, declaration: str, **more: Any) -> str:
    """The desk decides on a declaration; the page."""
    await browser.get(f"/tool-register/check/{declaration}")
    return await browser.post(f"/tool-register/check/{declaration}", version=version(browser), **verdicts(**more))


def version(browser: Browser) -> str:
    """Of the form that is shown."""
    found = re.search(r'name="version" value="(\d*)"', browser.page)
    assert found, browser.page
    return found[1]


async def told(opened: Site, template: str) -> list[str]:
    """The accounts that were told so."""
    rows = await opened.engine.database.pool.fetch(
        "SELECT account FROM notification WHERE template = $1 ORDER BY account", template
    )
    return [row["account"] for row in rows]
