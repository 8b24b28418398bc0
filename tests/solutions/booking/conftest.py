"""A site with booking on an empty store, and its demonstration data."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from seve.engine.engine import Engine
from seve.sdk import wording
from seve.solutions.booking import solution
from seve.testing.site import Browser, Site, site

AGENDA = "/booking/take/booking-doc"


@pytest_asyncio.fixture(loop_scope="session")
async def room(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.getbasetemp() / "booking-keys"
    folder.mkdir(exist_ok=True)
    async with site(engine, solutions=[solution], keys=folder) as opened:
        await opened.put(*solution.demo)
        yield opened


def starts(page: str) -> list[str]:
    """The times that a page offers, as its links carry them."""
    found = re.findall(r"[?&]start=([^\"&]+)", page)
    return list(dict.fromkeys(one.replace("%3A", ":").replace("%2B", "+") for one in found))


async def book(browser: Browser, *, at: int = 0, **more: str) -> str:
    """Takes the n-th free time of the demonstration agenda; the time."""
    await browser.get(AGENDA, reason="consultation")
    start = starts(browser.page)[at]
    await browser.get(AGENDA, reason="consultation", start=start)
    await browser.post(AGENDA, start=start, reason="consultation", mode="site", note="", files=None, **more)
    return start


def soon(days: int = 3, hour: int = 10) -> str:
    """A time of the demonstration agenda, some days ahead."""
    day = datetime.now(wording.ZONE).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=wording.ZONE).isoformat(timespec="minutes")


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]
