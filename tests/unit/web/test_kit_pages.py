"""The pages that show the kit: what stands on each, and where their links lead."""

from __future__ import annotations

import re

import httpx
import pytest

from seve.engine.engine import Engine
from seve.kernel.texts import LANGUAGES
from seve.web.app import pages
from seve.web.shell import OpenVisitors

PATHS = ("/kit", "/kit/marks", "/kit/forms", "/kit/figures", "/kit/time", "/kit/care")


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
async def test_every_page_has_its_own_title_and_marks_itself_among_the_contents(language: str) -> None:
    titles: set[str] = set()
    for path in PATHS:
        page = await read(path, language)
        assert f'<html lang="{language}"' in page
        contents = page.split('<ul class="contents">')[1].split("</nav>")[0]
        assert re.findall(r'href="([^"]*)" aria-current="page"', contents) == [path]
        titles |= set(re.findall("<h1>(.*)</h1>", page))
    assert len(titles) == len(PATHS)


async def test_every_part_stands_on_one_page_where_the_contents_say() -> None:
    for path in PATHS:
        contents = re.findall(rf'href="{path}#(\w+)"', (await read("/kit")).split('class="contents"')[1])
        assert parts(await read(path)) == contents != []
    found = [part for path in PATHS for part in parts(await read(path))]
    assert len(found) == len(set(found)) == 19


async def test_links_within_the_kit_lead_to_a_place_that_is_there() -> None:
    for path in PATHS:
        page = await read(path)
        for link in set(re.findall(r'(?:href|action)="((?:/kit[^"]*)?(?:#\w+)?)"', page)) - {""}:
            to, _, place = link.replace("&amp;", "&").partition("#")
            assert not place or f'id="{place}"' in (await read(to or path)), f"{link} on {path}"


async def test_sorting_and_paging_the_table_and_walking_the_calendar_stay_on_their_page() -> None:
    figures = await read("/kit/figures?sort=what&page=9")
    assert 'href="/kit/figures?sort=-what"' in figures
    assert 'href="/kit/figures?page=8"' in figures
    assert 'href="/kit/time?view=week&amp;day=2026-11-22#calendar"' in await read("/kit/time")


async def test_the_frame_that_was_chosen_is_kept_from_page_to_page() -> None:
    page = await read("/kit/forms?for=patient")
    assert '<body data-audience="patient">' in page
    assert 'href="/kit/time?for=patient#calendars"' in page
    assert '<form class="chooser" method="get" action="/kit/forms">' in page
    assert "?for=" not in await read("/kit/forms?for=%22nobody")


@pytest.mark.parametrize("path", ["/kit/none", "/kit/look", "/kit/forms/more", "/kit/"])
async def test_a_page_that_the_kit_does_not_have_is_not_there(path: str) -> None:
    answer = await asker().get(path, headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert "n'existe pas" in answer.text.replace("&#39;", "'")
