"""`python -m bench.pages`: what each page weighs, and how long it takes to be usable on a slow phone, beside the budget.

Chromium plays the phone. Its processor is slowed to what Chrome's developer tools take for a low-tier phone of 2022, 264 by Lighthouse's
BenchmarkIndex: how far, is measured before each visit and after, since a virtual machine is not the same from minute to minute; a visit in which
it changed by a sixth or more was slowed by another factor than it should have been, and is made again. A number as second argument is the
factor itself: Lighthouse takes 4. The line is Lighthouse's for phones: 1.6 Mbit/s
down, 0.75 up, 150 ms a round trip. Nothing is kept from before. Usable is when the page is laid out, its style and its own script have
run and it answers to a press: the end of `load` for the document and all modules that it asks for, but not of charts, which
come after. Nobody's browser was just started: it makes the connection within the time. Who came by a page of ours before, the sign-in or the kit's
contents, has that already, and a process that runs. Weights are bytes on the wire; typefaces are told apart, for text is shown without waiting for them.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.progress import track
from rich.table import Table
from tools.browser import executable

SCRIPT_BYTES, USABLE_MS = 100_000, 1_000
PHONE = 264
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
VISITS, MOST_VISITS = 5, 15
MOST_CHANGE = 1 / 6
"""By how much the machine's speed may differ before and after a visit that counts."""
NOBODY, VISITOR = "nobody", "a visitor of the kit"
PAGES: tuple[tuple[str, str], ...] = (
    (NOBODY, "/signin"),
    (NOBODY, "/kit"),
    (VISITOR, "/kit/look"),
    (VISITOR, "/kit/modes"),
    (VISITOR, "/kit/icons"),
    (VISITOR, "/kit/marks"),
    (VISITOR, "/kit/forms"),
    (VISITOR, "/kit/helped"),
    (VISITOR, "/kit/ways"),
    (VISITOR, "/kit/files"),
    (VISITOR, "/kit/figures"),
    (VISITOR, "/kit/time"),
    (VISITOR, "/kit/care"),
    ("Jeanne Moreau-Lefèvre", "/"),
    ("Jeanne Moreau-Lefèvre", "/sharing"),
    ("Jeanne Moreau-Lefèvre", "/accesses"),
    ("Jeanne Moreau-Lefèvre", "/notifications"),
    ("Jeanne Moreau-Lefèvre", "/shared-record/demo-jeanne"),
    ("Jeanne Moreau-Lefèvre", "/shared-record/demo-jeanne/timeline"),
    ("Jeanne Moreau-Lefèvre", "/shared-record/demo-jeanne/trends"),
    ("Lucie Bernard", "/summary/demo-jeanne"),
    ("Dr Yasmine Karim", "/open-record"),
    ("Dr Yasmine Karim", "/summary/demo-jeanne"),
    ("Marc Petit", "/desk"),
)


@dataclass(slots=True)
class Weights:
    """Bytes on the wire by kind of file."""

    script: int = 0
    style: int = 0
    font: int = 0
    total: int = 0

    def add(self, kind: str, size: int) -> None:
        self.total += size
        if kind in {"script", "style", "font"}:
            setattr(self, kind, getattr(self, kind) + size)


@dataclass(frozen=True, slots=True)
class Measured:
    weights: Weights
    usable_ms: float
    machine: float


def main(arguments: list[str]) -> int:
    """The table; the address of a running `seve demo` is the first argument."""
    if len(arguments) not in (1, 2) or (path := executable()) is None:
        print("usage: python -m bench.pages http://localhost:8080 [4]   (a running `seve demo`; needs Chromium)")
        return 2
    factor = float(arguments[1]) if len(arguments) > 1 else None
    table = Table(
        "who",
        "page",
        "script KB",
        "style KB",
        "typefaces KB",
        "total KB",
        "usable ms",
        "machine",
        "budget",
        title="Pages on a slow phone",
    )
    console = Console(width=130)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for who, page in track(PAGES, "pages", console=console):
            visits = list(islice(_visits(browser, arguments[0], factor, who=who, path=page), VISITS))
            table.add_row(who, page, *(_row(visits) if visits else ["machine never kept still"]))
        browser.close()
    console.print(table)
    console.print(
        f"budget: {SCRIPT_BYTES // 1000} KB of script, {USABLE_MS} ms; median of {VISITS} or of as many as the machine kept still for, "
        f"each with an empty cache; machine: its BenchmarkIndex, slowed {f'{factor:g} times' if factor else f'to {PHONE}'}"
    )
    return 0


def _visits(browser: Browser, site: str, factor: float | None = None, *, who: str, path: str) -> Iterator[Measured]:
    """Visits during which the machine was as fast as it had been just before; none when it never is."""
    machine = _benchmark_index(browser)
    for _ in range(MOST_VISITS):
        weights, usable = _measure(browser, site, who=who, path=path, slower=factor or machine / PHONE)
        before, machine = machine, _benchmark_index(browser)
        if abs(machine / before - 1) < MOST_CHANGE:
            yield Measured(weights, usable, before)


def _row(visits: list[Measured]) -> Iterator[str]:
    weights = visits[-1].weights
    usable = statistics.median(one.usable_ms for one in visits)
    for size in (weights.script, weights.style, weights.font, weights.total):
        yield f"{size / 1000:.1f}"
    yield f"{usable:.0f} ({min(one.usable_ms for one in visits):.0f} to {max(one.usable_ms for one in visits):.0f})"
    yield f"{statistics.median(one.machine for one in visits):.0f} ({len(visits)})"
    is_light, is_quick = weights.script <= SCRIPT_BYTES, usable <= USABLE_MS
    yield "met" if is_light and is_quick else f"missed:{'' if is_light else ' script'}{'' if is_quick else ' time'}"


def _benchmark_index(browser: Browser) -> float:
    """Lighthouse's measure of a processor: strings of 10,000 letters built, and arrays of 100,000 numbers copied, each in tens a second; their
    mean. Twice, since the first run compiles.
    """
    with _phone(browser, "about:blank") as page:
        page.evaluate(_INDEX)
        found: float = page.evaluate(_INDEX)
        return found


def _measure(browser: Browser, site: str, *, who: str, path: str, slower: float) -> tuple[Weights, float]:
    with _phone(browser, site) as page:
        if who == VISITOR:
            page.goto("/kit")
        elif who != NOBODY:
            _enter(page, who)
        devtools = page.context.new_cdp_session(page)
        weights, kinds = Weights(), dict[str, str]()
        devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: _kind(event)}))
        devtools.on(
            "Network.loadingFinished",
            lambda event: weights.add(kinds.get(event["requestId"], ""), int(event["encodedDataLength"])),
        )
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        devtools.send("Network.emulateNetworkConditions", LINE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": max(slower, 1.0)})
        page.goto(path, wait_until="load")
        usable: float = page.evaluate(_USABLE)
        page.wait_for_load_state("networkidle")
        return weights, usable


_INDEX = """() => {
  const tens = (work) => {
    const start = performance.now();
    let turns = 0;
    while (performance.now() - start < 400) { work(turns); turns += 1; }
    return turns / (performance.now() - start) * 100;
  };
  const built = [];
  const texts = tens((turn) => { let text = ""; for (let n = 0; n < 10000; n += 1) text += "a"; built[turn % 2] = text.length; });
  const pair = [0, 1].map(() => Array.from({length: 100000}, (_, n) => n));
  const copies = tens((turn) => { const from = pair[turn % 2], to = pair[1 - turn % 2]; for (let n = 0; n < from.length; n += 1) to[n] = from[n]; });
  return (texts + copies) / 2;
}"""

_USABLE = """() => new Promise((done) => {
  const [visit] = performance.getEntriesByType("navigation");
  const scripts = performance.getEntriesByType("resource").filter((one) => one.name.includes("/modules/"));
  const end = Math.max(visit.domContentLoadedEventEnd, ...scripts.map((one) => one.responseEnd));
  requestAnimationFrame(() => setTimeout(() => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    done(Math.max(end, paint ? paint.startTime : 0));
  }, 0));
})"""


@contextmanager
def _phone(browser: Browser, site: str) -> Generator[Page]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="fr-FR", base_url=site, service_workers="block"
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def _enter(page: Page, who: str) -> None:
    page.goto("/signin")
    page.get_by_role("button", name=who).first.click()
    page.wait_for_load_state()
    if page.url.endswith("/signin/activity"):
        page.locator("main form button").first.click()
        page.wait_for_load_state()


def _kind(event: dict[str, Any]) -> str:
    return {"Script": "script", "Stylesheet": "style", "Font": "font"}.get(event["type"], "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
