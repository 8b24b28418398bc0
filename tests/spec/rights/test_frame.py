"""The frame of every page: the ways of each kind of visitor, their name, and the way out."""

from __future__ import annotations

import httpx
import pytest
from tests.spec.signin.place import Browser

from seve.web.app import pages
from seve.web.shell import OpenVisitors

from .site import SITE, Site, text

WAYS = {
    "ana": ("/sharing", "/accesses", "/rights", "/security"),
    "doc": ("/open-record", "/emergency", "/security"),
    "officer": ("/desk", "/security"),
}


@pytest.mark.parametrize("who", list(WAYS))
async def test_each_kind_of_visitor_has_their_own_ways(site: Site, who: str) -> None:
    browser = await site.browser(who)
    for path in ("/", "/security", WAYS[who][0]):
        await browser.get(path)
        ways = browser.page.split("<nav")[1].split("</nav>")[0]
        assert [way for way in WAYS[who] if f'href="{way}"' not in ways] == []
        others = {way for other in WAYS.values() for way in other} - set(WAYS[who])
        assert [way for way in others if f'href="{way}"' in ways] == []
        assert "Mode ouvert" not in text(browser)
        assert f"<strong>{who}</strong>" in browser.page, "the name of the account"


async def test_a_professional_sees_as_what_and_where_they_act(site: Site) -> None:
    browser = await site.browser("doc")
    await browser.get("/security")
    assert "Clinique" in text(browser)


async def test_the_way_out_ends_the_session(site: Site) -> None:
    browser = await site.browser("ana")
    await browser.get("/")
    assert "Bonjour ana" in text(browser)
    await browser.post("/signout")
    await browser.get("/sharing")
    assert "Se connecter" in text(browser)


async def test_the_open_mode_says_so_and_offers_no_sign_in(site: Site) -> None:
    transport = httpx.ASGITransport(app=pages(site.world.engine, OpenVisitors()))
    browser = Browser(httpx.AsyncClient(transport=transport, base_url=SITE, headers={"accept-language": "fr"}))
    await browser.get("/")
    assert "Mode ouvert" in text(browser)
    assert "/signin" not in browser.page
