"""The pages that show the kit: what stands on each, and where their links lead."""

from __future__ import annotations

import re

import httpx
import pytest

from seve.engine.engine import Engine
from seve.kernel.texts import LANGUAGES
from seve.web.app import pages
from seve.web.shell import OpenVisitors

NAMES = ("look", "modes", "icons", "marks", "forms", "helped", "ways", "files", "figures", "time", "care")
PATHS = tuple(f"/kit/{name}" for name in NAMES)


def asker() -> httpx.AsyncClient:
    engine = Engine.__new__(Engine)  # without a store: these pages hold no data
    engine.base_url = "http://testserver/fhir"
    transport = httpx.ASGITransport(app=pages(engine, OpenVisitors()))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


async def read(path: str, language: str = "fr") -> str:
    answer = await asker().get(path, headers={"accept-language": language})
    assert answer.status_code == 200, path
    return answer.text


def parts(page: str) -> list[str]:
    return re.findall(r'<section class="specimen" id="(\w+)"', page)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_contents_lead_to_every_page_and_each_leads_back_under_its_own_title(language: str) -> None:
    contents = (await read("/kit", language)).split('<ul class="contents">')[1].split("</nav>")[0]
    assert tuple(re.findall(r'<li><a href="([^"#]*)"', contents)) == PATHS
    titles: set[str] = set()
    for path in PATHS:
        page = await read(path, language)
        assert f'<html lang="{language}"' in page
        [title] = re.findall("<h1>(.*)</h1>", page)
        crumbs = page.split('class="crumbs"')[1].split("</nav>")[0]
        assert '<a href="/kit">' in crumbs
        assert f'<span aria-current="page">{title}</span>' in crumbs
        titles.add(title)
    assert len(titles) == len(PATHS)


async def test_the_pages_are_walked_one_after_the_other() -> None:
    for before, path, after in zip((None, *PATHS), PATHS, (*PATHS[1:], None), strict=False):
        page = await read(path)
        assert re.findall(r'rel="prev" href="(/kit/\w+)">', page) == ([before] if before else [])
        assert re.findall(r'rel="next" href="(/kit/\w+)">', page) == ([after] if after else [])


async def test_every_part_stands_on_one_page_where_the_contents_say() -> None:
    contents = (await read("/kit")).split('class="contents"')[1]
    for path in PATHS:
        found = parts(await read(path))
        assert found != []
        assert re.findall(rf'href="{path}#(\w+)"', contents) == (
            found if len(found) > 1 else []
        )  # one part is its page
    found = [part for path in PATHS for part in parts(await read(path))]
    assert len(found) == len(set(found)) == 20


async def test_links_within_the_kit_lead_to_a_place_that_is_there() -> None:
    for path in ("/kit", *PATHS):
        page = await read(path)
        for link in set(re.findall(r'(?:href|action)="((?:/kit[^"]*)?(?:#\w+)?)"', page)) - {""}:
            to, _, place = link.replace("&amp;", "&").partition("#")
            assert not place or f'id="{place}"' in (await read(to or path)), f"{link} on {path}"


async def test_sorting_and_paging_the_table_and_walking_the_calendar_stay_on_their_page() -> None:
    assert 'href="/kit/figures?sort=-what"' in await read("/kit/figures?sort=what")
    assert 'href="/kit/ways?page=8"' in await read("/kit/ways?page=9")
    assert 'href="/kit/time?view=week&amp;day=2026-11-22#calendar"' in await read("/kit/time")


async def test_the_frame_that_was_chosen_is_kept_from_page_to_page() -> None:
    contents = await read("/kit?for=patient")
    assert '<body data-audience="patient">' in contents
    assert 'href="/kit/time?for=patient#calendars"' in contents
    assert '<form class="chooser" method="get" action="/kit">' in contents
    page = await read("/kit/forms?for=patient")
    assert '<body data-audience="patient">' in page
    assert 'href="/kit?for=patient"' in page
    assert 'href="/kit/helped?for=patient"' in page
    for path in ("/kit", "/kit/forms"):
        assert "?for=" not in await read(f"{path}?for=%22nobody")


@pytest.mark.parametrize("path", ["/kit/none", "/kit/contents", "/kit/forms/more", "/kit/"])
async def test_a_page_that_the_kit_does_not_have_is_not_there(path: str) -> None:
    answer = await asker().get(path, headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert "n'existe pas" in answer.text.replace("&#39;", "'")
