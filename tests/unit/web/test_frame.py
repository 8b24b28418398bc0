"""What stands around every page: its files, its look, the ways of each kind of people."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from seve.kernel.texts import LANGUAGES, text
from seve.main.registry import solutions
from seve.sdk.serving import solution_sections
from seve.web.assets import Assets, assets, static_route
from seve.web.frame import frame
from seve.web.icons import icons
from seve.web.look import Look, choose_look, look_of
from seve.web.navigation import PEOPLE, Navigation, Section, audience_of, navigation_of
from seve.web.signin.badges import Badge

CSS = Path(__file__).parents[3] / "src/seve/web/static/css"
MODULES = CSS.parent / "modules"


def client(*routes: Route) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Starlette(routes=list(routes)))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


def asking(path: str = "/", **headers: str) -> Request:
    return Request(
        {
            "type": "http",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )


def test_an_address_changes_with_the_content_of_any_file(tmp_path: Path) -> None:
    for layer in ("tokens", "base", "shell", "controls", "content", "kit", "print"):
        (tmp_path / "css").mkdir(exist_ok=True)
        (tmp_path / "css" / f"{layer}.css").write_text(f"/* {layer} */")
    before = Assets(tmp_path)
    (tmp_path / "css" / "base.css").write_text("/* other */")
    after = Assets(tmp_path)
    assert before.url("seve.css") != after.url("seve.css")
    assert "tokens" in after.text("seve.css")
    assert after.text("seve.css").index("tokens") < after.text("seve.css").index("other")
    with pytest.raises(KeyError):
        after.url("css/none.css")


async def test_files_are_kept_for_a_year_and_packed_for_those_who_can_read_it() -> None:
    asker, address = client(static_route()), assets().url("seve.css")
    packed = await asker.get(address)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await asker.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert len(gzip.compress(plain.content)) < len(plain.content) / 3


@pytest.mark.parametrize("name", ["none.css", "%2e%2e/assets.py", "css"])
async def test_what_is_no_file_of_ours_is_not_there(name: str) -> None:
    answer = await client(static_route()).get(f"/static/{assets().tag}/{name}")
    assert answer.status_code == 404


def test_layers_of_style_are_short_and_name_no_colour_outside_the_tokens() -> None:
    for file in CSS.glob("*.css"):
        content = file.read_text(encoding="utf-8")
        assert content.count("\n") < 500
        if file.stem not in {"tokens", "print"}:
            assert "#" not in content.replace("#fff", "").replace("#000", ""), f"{file.name} has a colour of its own"


def test_modules_write_no_markup_and_run_no_text() -> None:
    for file in MODULES.glob("*.js"):
        content = file.read_text(encoding="utf-8")
        assert [word for word in ("innerHTML", "insertAdjacentHTML", "eval(", "new Function") if word in content] == []


def test_every_section_has_its_name_in_both_languages_and_its_glyph_and_one_at_hand_a_short_one() -> None:
    for section in Navigation().sections:
        assert section.icon in icons()
        for language in LANGUAGES:
            assert text(section.key, {}, language)
            if section.near:
                assert len(text(f"{section.key}_short", {}, language)) <= 12


def test_below_a_patients_thumb_there_is_room_for_what_is_at_hand() -> None:
    added = [one for solution in solutions() for one in solution_sections(solution)]
    near = [one for one in Navigation(added).of("patient", "place") if one.near]
    assert 2 <= len(near) <= 4
    assert all(len(text(f"{one.key}_short", {}, language)) <= 12 for one in near for language in LANGUAGES)


def test_who_takes_care_of_nobody_is_offered_no_records() -> None:
    app = Starlette()
    app.state.navigation = Navigation([one for solution in solutions() for one in solution_sections(solution)])
    request = Request({"type": "http", "path": "/", "query_string": b"", "headers": [], "app": app})

    def offered(*, cares: bool) -> set[str]:
        badge = Badge("professional", "Essai", "", "", cares=cares)
        return {one.path for one in frame(request, badge, is_open=False, fhir_url="/fhir")["places"]}

    assert offered(cares=True) - offered(cares=False) == {"/shared-record", "/home-care", "/open-record", "/emergency"}
    assert {"/directory-search", "/tool-register"} <= offered(cares=False)


def test_a_section_added_by_a_solution_is_seen_by_those_it_is_for() -> None:
    added = Section("place", "web.pages.nav_home", "/agenda", "calendar", frozenset({"patient"}))
    navigation = Navigation([added])
    assert added in navigation.of("patient", "place")
    assert added not in navigation.of("professional", "place")
    assert navigation.here("patient", "/agenda/2026") == added
    assert navigation.here("patient", "/agendas") is None
    app = Starlette()
    app.state.navigation = navigation
    assert navigation_of(Request({"type": "http", "headers": [], "app": app})) is navigation
    assert navigation_of(asking()).sections == Navigation().sections


def test_the_page_below_belongs_to_the_section_with_the_longest_path() -> None:
    here = Navigation().here("steering", "/desk/accounts")
    assert here is not None
    assert here.path == "/desk/accounts"


@pytest.mark.parametrize(
    ("kind", "is_open", "audience"),
    [("patient", False, "patient"), ("officer", False, "steering"), (None, False, "visitor"), (None, True, "maker")],
)
def test_a_shell_is_that_of_who_visits(kind: str | None, is_open: bool, audience: str) -> None:
    assert audience_of(kind, is_open=is_open) == audience


def test_patients_have_room_and_others_have_it_dense_unless_they_chose() -> None:
    densities = {one: frame(asking(), None, is_open=True, fhir_url="", audience=one)["density"] for one in PEOPLE}
    assert {one for one, density in densities.items() if density == "roomy"} == {"patient"}
    chosen = asking(cookie="look=dark.dense")
    assert frame(chosen, None, is_open=False, fhir_url="", audience="patient")["density"] == "dense"


@pytest.mark.parametrize(
    ("cookie", "look"),
    [
        ("look=dark.dense", Look("dark", "dense")),
        ("__Host-look=light.", Look("light")),
        ("look=pink.tiny", Look()),
        ("other=1", Look()),
    ],
)
def test_a_look_is_what_was_chosen_and_nothing_else(cookie: str, look: Look) -> None:
    assert look_of(asking(cookie=cookie)) == look


@pytest.mark.parametrize("is_secure", [True, False])
async def test_a_choice_is_kept_and_leads_back_to_a_page_of_ours(is_secure: bool) -> None:
    async def choose(request: Request) -> Response:
        return await choose_look(request, is_secure=is_secure)

    asker = client(Route("/look", choose, methods=["POST"]))
    answer = await asker.post(
        "/look", content="theme=dark&x=1", headers={"referer": "http://testserver/kit?for=patient"}
    )
    assert answer.headers["location"] == "/kit?for=patient"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-look=dark.; " if is_secure else "look=dark.; ")
    assert ("Secure" in cookie) == is_secure
    away = await asker.post(
        "/look", content="theme=" + "x" * 5_000, headers={"referer": "http://evil.example//evil.example/"}
    )
    assert away.headers["location"] == "/"
    assert "xx" not in away.headers["set-cookie"]


def test_every_word_of_the_kit_that_a_macro_says_is_there() -> None:
    words = tomllib.loads((CSS.parents[1] / "kit/strings/fr.toml").read_text(encoding="utf-8"))["words"]
    templates = (CSS.parents[1] / "templates").rglob("*.html")
    said = {
        part.partition('"')[0] for file in templates for part in file.read_text(encoding="utf-8").split('word("')[1:]
    }
    assert {word for word in said if not word.endswith("_")} <= set(words)
