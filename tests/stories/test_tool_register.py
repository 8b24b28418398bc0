"""The register of tools in a browser: a maker declares, the desk checks, anyone compares, on a desk and on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]


def declare(page: Page, name: str, axe: str) -> None:
    page.goto("/tool-register/mine")
    check(page, axe)
    page.get_by_role("link", name="Déclarer un outil").click()
    page.get_by_role("button", name="Envoyer à la vérification").click()
    expect(page.get_by_role("alert")).to_contain_text("Écrivez le nom de l'outil.")
    check(page, axe)
    page.get_by_label("Nom de l'outil").fill(name)
    page.get_by_label("Téléexpertise").check()
    page.get_by_label("Prix par mois").fill("15,50")
    page.get_by_label("Adresse du site").fill("https://recit.example.org")
    page.get_by_text("Hébergement certifié HDS").first.click()
    page.get_by_label("Numéro (HDS)").fill("HDS-RECIT")
    page.get_by_role("button", name="Envoyer à la vérification").click()
    expect(page.get_by_text("La déclaration est envoyée").first).to_be_visible()
    check(page, axe)


def publish(page: Page, name: str, axe: str) -> None:
    page.goto("/tool-register/check")
    check(page, axe)
    page.get_by_role("link", name=name).click()
    page.get_by_label("Organisme de la vérification").fill("Bureau du récit")
    page.get_by_role("button", name="Publier au registre").click()
    expect(page.get_by_role("alert")).to_contain_text("Dites si la preuve a été vue ou refusée.")
    expect(page.get_by_label("Organisme de la vérification")).to_have_value("Bureau du récit")
    check(page, axe)
    page.get_by_label("Vue et en règle").check()
    page.get_by_role("button", name="Publier au registre").click()
    expect(page.get_by_text("L'outil est publié au registre.").first).to_be_visible()
    check(page, axe)


def compare(browser: Browser, address: str, name: str, *, screen: Size, axe: str) -> None:
    """Without an account and without script; the rules of accessibility need one, so that they are asked of a second page."""
    for has_script in (False, True):
        context = browser.new_context(
            viewport={"width": screen[0], "height": screen[1]},
            locale="fr-FR",
            base_url=address,
            java_script_enabled=has_script,
        )
        page = context.new_page()
        page.goto("/tool-register")
        page.get_by_label("Nom, éditeur ou usage").fill(name.replace("Récit", "recti"))
        page.get_by_label("Fonction").select_option("expertise")
        page.get_by_role("button", name="Chercher").click()
        expect(page).to_have_url(re.compile("function=expertise"))
        expect(page.get_by_text("par Bureau du récit.", exact=False).first).to_be_visible()
        if has_script:
            check(page, axe)
        page.get_by_role("link", name=name).click()
        expect(page.get_by_text("HDS-RECIT")).to_be_visible()
        expect(page.get_by_text("15,50 € par mois", exact=False)).to_be_visible()
        if has_script:
            check(page, axe)
        context.close()


def withdraw(page: Page, name: str, axe: str) -> None:
    page.goto("/tool-register")
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Retirer du registre").click()
    check(page, axe)
    page.get_by_label("Motif").fill("Fin du récit")
    page.get_by_role("button", name="Retirer du registre").click()
    expect(page.get_by_role("heading", name="Cet outil n'est plus au registre")).to_be_visible()
    check(page, axe)


def test_a_tool_is_declared_checked_compared_and_withdrawn(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    name = f"Récit {screen[0]}"
    with persona(browser, demonstration, "Inès Marchand", size=screen) as page:
        declare(page, name, axe)
    with persona(browser, demonstration, "Marc Petit", size=screen) as page:
        publish(page, name, axe)
    compare(browser, demonstration, name, screen=screen, axe=axe)
    with persona(browser, demonstration, "Marc Petit", size=screen) as page:
        withdraw(page, name, axe)
    with persona(browser, demonstration, "Inès Marchand", size=screen) as page:
        page.goto("/tool-register/mine")
        expect(page.locator("li", has_text=name).get_by_text("Motif : Fin du récit")).to_be_visible()
