"""The directory in a browser: anyone without signing in, a patient on a phone, a nurse who tells by keyboard what is free."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Geolocation, Page, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]
_PLACE: Geolocation = {"latitude": 47.17, "longitude": 0.25}


def search(page: Page, what: str, *, place: str = "") -> None:
    page.get_by_label("Nom, métier ou spécialité").fill(what)
    page.get_by_label("Commune ou code postal").fill(place)
    page.get_by_role("button", name="Chercher").click()
    page.wait_for_load_state()


def test_anyone_finds_a_doctor_without_an_account_and_without_javascript(
    browser: Browser, demonstration: str, screen: Size
) -> None:
    context = browser.new_context(
        viewport={"width": screen[0], "height": screen[1]},
        locale="fr-FR",
        base_url=demonstration,
        java_script_enabled=False,
    )
    page = context.new_page()
    page.goto("/directory-search")
    search(page, "docteur du cœur", place="Tours")
    expect(page.get_by_text("Nous avons compris : Cardiologue.")).to_be_visible()
    page.get_by_role("link", name="Dr Olivier Chevalier").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dr Olivier Chevalier")
    expect(page.get_by_role("link", name="+33").first).to_be_visible()
    page.get_by_role("banner").get_by_role("link", name="Se connecter").click()
    expect(page).to_have_url(re.compile("/signin"))
    context.close()


def test_a_patient_searches_around_them_and_reads_the_map(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen) as page:
        page.context.grant_permissions(["geolocation"], origin=demonstration)
        page.context.set_geolocation(_PLACE)
        page.goto("/directory-search")
        check(page, axe)
        page.get_by_role("button", name="Autour de moi").click()
        expect(page.get_by_label("Commune ou code postal")).to_have_value("Chinon")
        assert urlsplit(page.url).query == ""  # where one stands is in no address
        page.get_by_label("Nom, métier ou spécialité").fill("medecin de famile")
        page.get_by_role("button", name="Chercher").click()
        expect(page.get_by_text("Nous avons lu : Médecin généraliste.", exact=False)).to_be_visible()
        check(page, axe)
        page.get_by_role("link", name="Rapprocher").click()
        expect(page.get_by_role("heading", name="Sur la carte")).to_be_visible()
        page.locator("ol.finds h3 a").first.click()
        expect(page.get_by_role("heading", name="Horaires et accueil")).to_be_visible()
        check(page, axe)


def test_a_nurse_tells_by_keyboard_what_is_free_and_anyone_sees_it(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    free = "4" if screen[0] > 1_000 else "5"
    with persona(browser, demonstration, "Lucie Bernard", size=screen) as page:
        page.goto("/directory-search/mine")
        check(page, axe)
        page.get_by_role("link", name="Mettre à jour les lits : Gériatrie", exact=False).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Libres maintenant")).to_be_focused()
        check(page, axe)
        page.keyboard.press("Control+A")
        page.keyboard.type("400")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Il y aurait 400 libres")
        check(page, axe)
        page.get_by_label("Libres maintenant").fill(free)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Les chiffres sont à jour.").first).to_be_visible()
        check(page, axe)
        address = page.url.partition("?")[0]
    context = browser.new_context(viewport={"width": screen[0], "height": screen[1]}, locale="fr-FR")
    anyone = context.new_page()
    anyone.goto(address)
    expect(anyone.locator(".figure strong").first).to_have_text(free)
    expect(anyone.get_by_text("Lucie Bernard")).to_have_count(0)
    context.close()
