"""The suite that every solution passes, Sève's own and others': `seve solution check ID` runs it.

It is a module of tests. A project takes them over by importing all names (`from seve.testing.conformance import *`).
"""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import AsyncIterator, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import pytest_asyncio
from lxml import html

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.kernel.texts import LANGUAGES, catalogue
from seve.main.registry import solutions
from seve.sdk.manifest import Role
from seve.sdk.records import Records
from seve.sdk.refusals import Undeclared
from seve.sdk.solution import Page, Solution
from seve.testing.site import Site
from seve.testing.site import site as site_of

__all__ = [
    "pytest_generate_tests",
    "site",
    "test_a_form_without_its_token_changes_nothing",
    "test_a_page_for_anyone_shows_nothing_of_a_person",
    "test_a_page_is_for_the_roles_it_names_and_for_nobody_else",
    "test_every_page_answers_each_of_its_roles",
    "test_every_sentence_exists_in_both_languages_and_no_other_is_asked_for",
    "test_imports_go_down_only_and_reach_nothing_behind_the_kit",
    "test_no_personal_data_is_logged",
    "test_pages_can_be_used_with_a_screen_reader_and_without_inline_code",
    "test_the_demonstration_data_are_valid_and_declared",
    "test_the_example_of_the_readme_works",
    "test_the_manifest_names_types_that_exist",
    "test_the_package_is_of_the_one_anatomy",
    "test_what_the_manifest_does_not_declare_is_refused",
]

_FILES: Final = {"__init__.py", "manifest.toml", "model.py", "queries.py", "actions.py", "demo.json", "README.md"}
_OPTIONAL: Final = {"operations.py", "pages.py", "jobs.py", "sockets.py", "py.typed"}
_FOLDERS: Final = {"templates", "static", "profiles", "strings"}
_ORDER: Final = ("model", "queries", "actions", "pages operations jobs sockets")
_PARTS: Final = frozenset(word for level in _ORDER for word in level.split())
_DOORS: Final = ("seve.sdk", "seve.fhir", "seve.france", "seve.kernel")
_BEHIND: Final = ("asyncpg", "starlette", "jinja2", "granian")
_VISITORS: Final[dict[Role, str]] = {"patient": "ana", "professional": "doc", "officer": "officer", "anyone": ""}
_CANARY: Final = "Xylophanès"
_CONTROLS: Final = "(//input[not(@type='hidden')] | //select | //textarea)[not(@aria-label or @aria-labelledby)]"
_NEVER: Final = {
    "an empty title": "//title[not(normalize-space())]",
    "no alternative text": "//img[not(@alt)]",
    "inline code": "//script[not(@src)] | //*[@style or @onclick or @onload or @onerror or @onsubmit or @onchange]",
}
_UNGUARDED: Final = "//main//form[@method='post' and not(.//input[@name='csrf'])]"
_PLACE: Final = re.compile(r"\{(\w+)(?::\w+)?\}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test, for each solution (of `--solution`, when it names one)."""
    if "solution" in metafunc.fixturenames:
        wanted = str(metafunc.config.getoption("--solution"))
        chosen = [one for one in solutions() if wanted in ("", one.manifest.id)]
        metafunc.parametrize("solution", chosen, ids=[one.manifest.id for one in chosen])


@pytest_asyncio.fixture(loop_scope="session")
async def site(engine: Engine, solution: Solution, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The solution on an empty store with the cast and its own demonstration data."""
    folder = tmp_path_factory.getbasetemp() / "conformance-keys"
    folder.mkdir(exist_ok=True)
    async with site_of(engine, solutions=[solution], keys=folder) as opened:
        await opened.put(*solution.demo)
        yield opened


def test_the_package_is_of_the_one_anatomy(solution: Solution) -> None:
    entries = [e for e in resources.files(solution.module).iterdir() if e.name != "__pycache__"]
    files = {e.name for e in entries if e.is_file()}
    folders = {e.name for e in entries if e.is_dir()}
    parts = folders & _PARTS  # a part that has outgrown one file is a folder of the same name
    files |= {f"{name}.py" for name in parts}
    folders -= parts
    assert files >= _FILES, f"missing: {sorted(_FILES - files)}"
    assert files <= _FILES | _OPTIONAL, f"not of the anatomy: {sorted(files - _FILES - _OPTIONAL)}"
    assert folders <= _FOLDERS, f"not of the anatomy: {sorted(folders - _FOLDERS)}"


def test_the_manifest_names_types_that_exist(solution: Solution, shared_engine: Engine) -> None:
    declared = solution.manifest.reads | solution.manifest.writes
    assert declared <= set(shared_engine.definitions.resource_types)


def test_imports_go_down_only_and_reach_nothing_behind_the_kit(solution: Solution) -> None:
    for name, module in _modules(solution):
        below = {word for level in _ORDER[: _level(name)] for word in level.split()}
        for imported in _imported(module):
            if imported == solution.module or imported.startswith(f"{solution.module}."):
                part = imported.removeprefix(solution.module).lstrip(".").partition(".")[0]
                assert name in ("__init__", part) or part in below, f"{name} imports {imported}"
            else:
                inside = imported == "seve" or imported.startswith("seve.")
                assert not inside or imported.startswith(_DOORS), f"{name}.py imports {imported}"
                assert imported.partition(".")[0] not in _BEHIND, f"{name}.py imports {imported}"


def test_every_sentence_exists_in_both_languages_and_no_other_is_asked_for(solution: Solution) -> None:
    french, english = (catalogue(solution.package, language) for language in LANGUAGES)
    assert french.keys() == english.keys()
    for key, text in french.items():
        assert set(_PLACE.findall(text)) == set(_PLACE.findall(english[key])), key
    for template in _files(solution, "templates", ".html"):
        for key, more in re.findall(r"""\btell\(\s*["']([\w.]+)["']\s*(~?)""", template.read_text(encoding="utf-8")):
            is_known = any(known.startswith(key) for known in french) if more else key in french
            assert is_known, f"{template.name} asks for {key}"


async def test_the_demonstration_data_are_valid_and_declared(site: Site, solution: Solution) -> None:
    del site  # which wrote them, and would have refused what is not valid
    declared = solution.manifest.reads | solution.manifest.writes
    assert {resource["resourceType"] for resource in solution.demo} <= declared


async def test_what_the_manifest_does_not_declare_is_refused(site: Site, solution: Solution) -> None:
    manifest = solution.manifest
    records = Records(site.engine, open_grant(), manifest)
    types = sorted(site.engine.definitions.resource_types)
    unread = next(type_ for type_ in types if type_ not in manifest.reads)
    unwritten = next(type_ for type_ in types if type_ not in manifest.writes)
    with pytest.raises(Undeclared):
        await records.read(unread, "1")
    with pytest.raises(Undeclared):
        await records.search(unread)
    with pytest.raises(Undeclared):
        await records.create({"resourceType": unwritten})


async def test_every_page_answers_each_of_its_roles(site: Site, solution: Solution) -> None:
    for role, page, path in _visits(solution):
        for language in LANGUAGES:
            browser = await site.browser(_VISITORS[role], language=language)
            await browser.get(path)
            expected = (200, 404) if "{" in page.path.replace("{patient}", "") else (200,)
            assert browser.status in expected, f"{role} at {path}: {browser.status}"


async def test_a_page_is_for_the_roles_it_names_and_for_nobody_else(site: Site, solution: Solution) -> None:
    for page in solution.pages:
        assert page.roles <= solution.manifest.roles, page.path
        path = _filled(solution, page)
        if "anyone" in page.roles:
            expected = (403,) if page.is_slowed else (200, 404)  # a form that comes from no page of ours
            assert await _status(site, page.method, path) in expected, path
            continue
        for role in set(get_args(Role)) - page.roles - {"anyone"}:
            browser = await site.browser(_VISITORS[role])
            await (browser.get(path) if page.method == "GET" else browser.post(path))
            assert browser.status == 403, f"{role} at {path}: {browser.status}"
        nobody = await site.browser()
        answer = await nobody.client.request(page.method, path, headers={"origin": "http://sante.example"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/signin")


async def test_a_page_for_anyone_shows_nothing_of_a_person(site: Site, solution: Solution) -> None:
    name = [{"family": _CANARY, "given": [_CANARY]}]
    await site.put({"resourceType": "Patient", "id": "ana", "name": name, "birthDate": "1961-03-14"})
    for page in solution.pages:
        if "anyone" in page.roles:
            path = solution.manifest.path + _PLACE.sub("ana", page.path).removesuffix("/")
            for query in (None, {"q": "ana", "patient": "ana", "subject": "Patient/ana"}):
                answer = await (await site.browser()).client.get(path, params=query)
                assert answer.status_code in (200, 404), path
                assert _CANARY not in answer.text, path
                assert "1961" not in answer.text, path


async def test_a_form_without_its_token_changes_nothing(site: Site, solution: Solution) -> None:
    count = "SELECT count(*) FROM version"
    before = await site.engine.database.pool.fetchval(count)
    for page in solution.pages:
        if page.method == "POST":
            browser = await site.browser(_VISITORS[min(page.roles)])
            await browser.post(_filled(solution, page))
            assert 400 <= browser.status < 500, f"{page.path}: {browser.status}"
    assert await site.engine.database.pool.fetchval(count) == before


async def test_pages_can_be_used_with_a_screen_reader_and_without_inline_code(site: Site, solution: Solution) -> None:
    for role, page, path in _visits(solution):
        browser = await site.browser(_VISITORS[role])
        await browser.get(path)
        if browser.status == 200 and "html" in browser.answer.headers["content-type"]:
            faults = list(_faults(html.fromstring(browser.answer.text), is_signed_in=role != "anyone"))
            assert faults == [], f"{page.path}: {faults}"


async def test_no_personal_data_is_logged(site: Site, solution: Solution, caplog: pytest.LogCaptureFixture) -> None:
    name = [{"family": _CANARY, "given": [_CANARY]}]
    await site.put({"resourceType": "Patient", "id": "ana", "name": name, "birthDate": "1961-03-14"})
    with caplog.at_level(logging.DEBUG):
        for role, _, path in _visits(solution):
            await (await site.browser(_VISITORS[role])).get(path)
    assert _CANARY not in caplog.text


async def test_the_example_of_the_readme_works(site: Site, solution: Solution) -> None:
    """The first Python block of README.md defines `async def example(site)`, which says by assertions what it shows."""
    text = resources.files(solution.module).joinpath("README.md").read_text(encoding="utf-8")
    block = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert block, "README.md has no Python block"
    defined: dict[str, Any] = {}
    exec(compile(block[1], "README.md", "exec"), defined)  # noqa: S102 - the solution's own page
    await defined["example"](site)


async def _status(site: Site, method: str, path: str) -> int:
    """What nobody is answered, without following where it leads."""
    return (await (await site.browser()).client.request(method, path)).status_code


def _visits(solution: Solution) -> Iterator[tuple[Role, Page, str]]:
    for page in solution.pages:
        if page.method == "GET":
            for role in sorted(page.roles):
                yield role, page, _filled(solution, page)


def _filled(solution: Solution, page: Page) -> str:
    """The path with `ana` for a patient, and something that does not exist for all else."""
    path = _PLACE.sub(lambda place: "ana" if place[1] == "patient" else "nothing-here", page.path)
    return solution.manifest.path + path.removesuffix("/")


def _faults(page: html.HtmlElement, *, is_signed_in: bool) -> Iterator[str]:
    """What a person who can't see, or a strict policy, would trip over. The stories go further, by axe-core."""
    if is_signed_in and page.xpath(_UNGUARDED):  # nobody has a token
        yield "a form without its token"
    if page.get("lang") not in LANGUAGES:
        yield "no language"
    if len(page.findall(".//h1")) != 1:
        yield "not one h1"
    labelled = {label.get("for") for label in page.findall(".//label")}
    for control in page.xpath(_CONTROLS):
        if control.get("id") not in labelled and next(control.iterancestors("label"), None) is None:
            yield f"no label: {control.get('name')}"
    for what, path in _NEVER.items():
        yield from (f"{what}: {html.tostring(found)[:200]!r}" for found in page.xpath(path))


def _modules(solution: Solution) -> Iterator[tuple[str, ast.Module]]:
    """Each module, by the name of its part: the file's, or that of the folder it is in."""
    for file in resources.files(solution.module).iterdir():
        inside = file.iterdir() if file.is_dir() and file.name in _PARTS else (file,)
        for one in inside:
            if one.name.endswith(".py"):
                yield file.name.removesuffix(".py"), ast.parse(one.read_text(encoding="utf-8"))


def _level(name: str) -> int:
    return next((place for place, level in enumerate(_ORDER) if name in level.split()), len(_ORDER))


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(solution: Solution, folder: str, ending: str) -> Iterator[Path]:
    with resources.as_file(resources.files(solution.module)) as root:
        yield from sorted((root / folder).rglob(f"*{ending}"))
