"""A newcomer browses the record store: from the first page to a resource, its links and its history."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

PAGES = [
    "/",
    "/r/Patient",
    "/r/Patient?q=nom%3Dx",
    "/r/Patient/zoe",
    "/r/Patient/zoe/_history",
    "/r/Patient/none",
    "/nowhere",
]


def test_from_the_first_page_to_a_patient_and_back_in_time(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Le magasin de dossiers")
    page.get_by_role("link", name="Observation 1").click()
    page.get_by_role("link", name="Body weight").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Body weight")
    expect(page.get_by_text("54 kg")).to_be_visible()
    page.get_by_role("link", name="Patient/zoe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoé Durand")
    expect(page.get_by_text("Version 2")).to_be_visible()
    page.get_by_role("link", name="Historique").click()
    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_text("Vous lisez une version datée.")).to_be_visible()
    expect(page.locator("dd", has_text="female")).to_be_visible()


def test_a_search_by_keyboard_alone(page: Page) -> None:
    page.goto("/r/Patient")
    page.get_by_label("Recherche, comme dans l'API").focus()
    page.keyboard.type("name=zoe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Zoé Durand")).to_be_visible()
    expect(page.get_by_label("Recherche, comme dans l'API")).to_have_value("name=zoe")


def test_nonsense_keeps_what_was_typed_and_says_what_to_change(page: Page) -> None:
    page.goto("/r/Patient")
    page.get_by_label("Recherche, comme dans l'API").fill("famly=durand")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("alert")).to_contain_text("family")
    expect(page.get_by_label("Recherche, comme dans l'API")).to_have_value("famly=durand")
    page.goto("/?type=Licorne")
    expect(page.get_by_text("« Licorne » n'est pas un type de ressource")).to_be_visible()
    expect(page.get_by_label("Type de ressource")).to_have_value("Licorne")


def test_long_lists_go_on_page_by_page(page: Page) -> None:
    page.goto("/r/Basic")
    expect(page.get_by_role("row")).to_have_count(21)
    page.get_by_role("link", name="Page suivante").click()
    expect(page.get_by_role("row")).to_have_count(11)


def test_the_language_changes_and_stays(page: Page) -> None:
    page.goto("/r/Patient/zoe")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("link", name="History")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("The record store")


def test_what_is_not_there_is_told_with_a_way_out(page: Page) -> None:
    answer = page.goto("/r/Patient/none")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("alert")).to_contain_text("Patient/none n'existe pas.")
    page.get_by_role("link", name="Retour à l'accueil").click()
    expect(page).to_have_url(page.url)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible_and_fits_its_screen(page: Page, axe: str, path: str) -> None:
    page.goto(path)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{path} is wider than its screen by {overflow} px"
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
