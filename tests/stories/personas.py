"""Personas of the demonstration in a browser: they enter with one click, and every page that they see is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

# Colours that are still on their way from light to dark are nobody's: what moves is awaited, from the frame after next on.
_SETTLED = """() => new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next)))
    .then(() => Promise.allSettled(document.getAnimations().map(one => one.finished)))"""


@contextmanager
def persona(browser: Browser, address: str, name: str, *, size: tuple[int, int], script: bool = True) -> Iterator[Page]:
    """A persona's page, signed in; problems of the content security policy fail the story."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="fr-FR",
        base_url=address,
        reduced_motion="reduce",
        java_script_enabled=script,
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.goto("/signin")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()
    if page.url.endswith("/signin/activity"):
        page.locator("main form button").first.click()
        page.wait_for_load_state()
    try:
        yield page
    finally:
        context.close()
    assert problems == []


def check(page: Page, axe: str) -> None:
    """The page fits its screen and breaks no rule of accessibility."""
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is wider than its screen by {overflow} px"
    page.evaluate(_SETTLED)
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    broken = [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]]
    assert broken == [], f"{page.url}: {broken}"
