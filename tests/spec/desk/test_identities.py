"""The identity desk's pages: compare, merge, tell apart, undo; for that desk alone, and without health data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import unescape

import pytest
import pytest_asyncio
from tests.spec.access.world import World
from tests.spec.identity.desks import people
from tests.spec.rights.site import Site
from tests.spec.signin.place import Browser, keys

from seve.engine.identity.merging import desk
from seve.engine.identity.policy import Policy
from seve.engine.identity.service import open_identity
from seve.testing.plugin import BASE_URL

__all__ = ["people"]
_QUEUE = "/desk/identities"


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(people: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder, ledger = keys(tmp_path_factory), people.engine.ledger
    database = people.engine.database
    async with open_identity(database, ledger=ledger, fhir_url=BASE_URL, keys=folder, policy=Policy()) as identity:
        yield Site(people, identity, folder)


async def _pair(site: Site) -> str:
    """The address of the pair of the clinic."""
    found = await desk.pairs(site.world.engine, site.world.grant("desk-clinic"))
    return f"{_QUEUE}/{found[0].task['id']}"


def _text(browser: Browser) -> str:
    return unescape(browser.page)


async def test_the_desk_compares_two_records_and_merges_them_into_the_one_it_chose(clinic: Site) -> None:
    browser = await clinic.browser("desk-clinic")
    await browser.get(_QUEUE)
    address = await _pair(clinic)
    assert f'href="{address}"' in browser.page
    await browser.get(address)
    assert "Nom de naissance" in _text(browser)
    assert ">manque<" in _text(browser)  # one has a number, the other none
    assert ">identique<" in _text(browser)
    answer = await browser.post(address, decision="merge", kept="Patient/one")
    assert answer.status_code == 200
    assert "n'en font plus qu'un" in _text(browser)
    assert f'href="{address}"' not in browser.page
    assert "dossier two, fusionné dans one" in _text(browser)
    answer = await browser.post(f"{_QUEUE}/undo", record="Patient/two")
    assert "La fusion est défaite" in _text(browser)
    assert f'href="{address}"' in browser.page


async def test_a_pair_that_is_told_apart_leaves_the_queue(clinic: Site) -> None:
    browser = await clinic.browser("desk-clinic")
    address = await _pair(clinic)
    await browser.get(address)
    await browser.post(address, decision="apart")
    assert "ce sont deux personnes" in _text(browser)
    assert (await browser.get(address)).status_code == 404


async def test_a_merge_that_is_nobodys_any_more_is_refused_with_the_reason(clinic: Site) -> None:
    browser = await clinic.browser("desk-clinic")
    address = await _pair(clinic)
    await browser.get(address)
    answer = await browser.post(address, decision="merge", kept="Patient/three")
    assert answer.status_code == 404
    assert "n'attend plus" in _text(browser)
    answer = await browser.post(f"{_QUEUE}/undo", record="Patient/one")
    assert answer.status_code == 422
    assert "n'est pas la source d'une fusion" in _text(browser)


@pytest.mark.parametrize("reader", ["doc", "nurse", "officer", "ana"])
async def test_nobody_else_has_these_pages(clinic: Site, reader: str) -> None:
    browser = await clinic.browser(reader)
    address = await _pair(clinic)
    for path in (_QUEUE, address):
        assert (await browser.get(path)).status_code == 403
    await browser.get("/security")
    for path in (address, f"{_QUEUE}/undo"):
        assert (await browser.post(path, decision="merge", kept="Patient/one")).status_code == 403
    assert len(await desk.pairs(clinic.world.engine, clinic.world.grant("desk-clinic"))) >= 1


async def test_another_desk_has_another_queue(clinic: Site) -> None:
    browser = await clinic.browser("desk-elsewhere")
    address = await _pair(clinic)
    assert (await browser.get(address)).status_code == 404
    await browser.get(_QUEUE)
    assert address not in browser.page


async def test_who_works_at_the_desk_is_led_to_it_and_to_no_care(clinic: Site) -> None:
    browser = await clinic.browser("desk-clinic")
    await browser.get("/")
    assert f'href="{_QUEUE}"' in browser.page
    assert 'href="/emergency"' not in browser.page
    assert 'href="/open-record"' not in browser.page
    for path in ("/emergency", "/open-record"):
        await browser.get(path)
        answer = await browser.post(
            path, family="Durand", given="bob", birth_date="1950-01-02", reason="Patient inconscient aux urgences", present="1"
        )  # fmt: skip
        assert answer.status_code == 403
