"""A real browser on a real server; a story is skipped with the reason where either can't be had."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.spec.asking import PATIENT, observation
from tests.whole import IS_WHOLE
from tools.browser import executable

from seve.testing.serving import Served, free_port, served

expect.set_options(timeout=20_000)  # two cores that encode video answer late, and no story is about how late
AXE = Path(__file__).parents[2] / ".cache" / "npm"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    with served() as running:
        for resource in (
            {**PATIENT, "id": "zoe"},
            {**observation("zoe"), "id": "weight"},
            {
                "resourceType": "Practitioner",
                "id": "petit",
                "name": [{"family": "Petit", "given": ["Paul"], "prefix": ["Dr"]}],
            },
            *({"resourceType": "Basic", "id": f"b{n}", "code": {"text": f"Fiche {n}"}} for n in range(30)),
        ):
            put(running.base, resource)
        put(running.base, {**PATIENT, "id": "zoe", "gender": "other"})
        yield running


def put(base: str, resource: dict[str, object]) -> None:
    request = urllib.request.Request(
        f"{base}/{resource['resourceType']}/{resource['id']}",
        data=json.dumps(resource).encode(),
        headers={"content-type": "application/fhir+json"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.skip("no Chromium on this machine: install it to run the stories")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


_SCREENS = {"desktop": (1280, 800), "phone": (390, 844)}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each story on one of its screens, the same one in every run; on both in `make test-whole`."""
    left = [one for one in items if not (IS_WHOLE or _is_told(one))]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [one for one in items if one not in left]


def _is_told(item: pytest.Item) -> bool:
    is_ours = isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent
    if not is_ours or not {"screen", "page"} & set(item.fixturenames):
        return True
    turn = zlib.crc32(item.originalname.encode()) % len(_SCREENS)
    return list(_SCREENS)[turn] in item.callspec.id.split("-")


@pytest.fixture(params=_SCREENS.values(), ids=_SCREENS.keys())
def page(request: pytest.FixtureRequest, browser: Browser, server: Served) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="fr-FR", base_url=server.base.removesuffix("/fhir")
    )
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield opened
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def axe() -> str:
    archives = sorted(AXE.glob("axe-core-*.tgz"))
    if not archives:
        pytest.skip("axe-core was not fetched (no registry): accessibility is not checked here")
    with tarfile.open(archives[0]) as archive:
        stream = archive.extractfile("package/axe.min.js")
        assert stream is not None
        return stream.read().decode()


@pytest.fixture(scope="session")
def demonstration() -> Iterator[str]:
    """The address of `seve demo`, with its personas, on a store of its own."""
    data, port = Path(tempfile.mkdtemp(prefix="seve-demo-")), free_port()
    environment = {**os.environ, "SEVE_PORT": str(port), "SEVE_DATA": str(data), "SEVE_WORKERS": "1"}
    command = [str(Path(sys.executable).parent / "seve"), "demo", "--patients", "30"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        _await(f"{address}/health", process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        shutil.rmtree(data, ignore_errors=True)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the demonstration did not start")


@pytest.fixture(params=_SCREENS.values(), ids=_SCREENS.keys())
def screen(request: pytest.FixtureRequest) -> tuple[int, int]:
    """The size of a screen: each story is told on a desk and on a phone."""
    size: tuple[int, int] = request.param
    return size
