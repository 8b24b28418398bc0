"""Being told on a device, and answering a letter without an account."""

from __future__ import annotations

import json
import time

from playwright.sync_api import Browser, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]


def test_a_letter_is_answered_by_keyboard_and_a_wrong_code_keeps_what_was_typed(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    width, height = screen
    context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR", base_url=demonstration)
    page = context.new_page()
    page.goto("/shared-record/answer")
    check(page, axe)
    page.get_by_label("Code de la lettre").fill(f"K7QM-2X4T-9B{width % 100:02}")
    page.get_by_label("Votre date de naissance").fill("1990-05-06")
    page.get_by_role("button", name="Continuer").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ne vont pas ensemble")
    expect(page.get_by_label("Code de la lettre")).to_have_value(f"K7QM-2X4T-9B{width % 100:02}")
    check(page, axe)
    context.close()


def test_a_browser_that_refuses_alerts_says_so_and_everything_is_read_in_the_page(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen) as page:
        page.context.grant_permissions([])  # none: alerts are refused
        page.goto("/notifications")
        expect(page.get_by_text("Votre navigateur refuse les alertes de ce site.")).to_be_visible()
        expect(page.get_by_role("button", name="Prévenir sur cet appareil")).to_be_hidden()
        check(page, axe)


def test_the_worker_shows_what_a_push_brings_and_knows_the_page_to_open(browser: Browser, demonstration: str) -> None:
    context = browser.new_context(locale="fr-FR", base_url=demonstration, permissions=["notifications"])
    page = context.new_page()
    devtools, found = context.new_cdp_session(page), list[str]()
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.goto("/signin")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    message = json.dumps({"title": "Votre rendez-vous approche", "path": "/notifications"})
    said = {"origin": demonstration.rstrip("/"), "registrationId": found[-1], "data": message}
    devtools.send("ServiceWorker.deliverPushMessage", said)
    shown, end = list[list[str]](), time.monotonic() + 20
    while not shown and time.monotonic() < end:
        page.wait_for_timeout(100)
        shown = page.evaluate(
            "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) => [n.title, n.data.path]))"
        )
    assert shown == [["Votre rendez-vous approche", "/notifications"]]
    context.close()
