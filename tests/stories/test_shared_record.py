"""The shared record in a browser: a patient reads, measures and writes directives; their doctor reads along; phone and desktop."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]
_JEANNE = "Jeanne Moreau-Lefèvre"


def enter(page: Page) -> None:
    """Her own record: at once, or by the door when she represents others."""
    page.goto("/shared-record")
    own = page.get_by_role("main").get_by_role("link", name="Mon dossier", exact=False)
    if not page.get_by_role("navigation", name="Parties du dossier").count():
        own.click()


def test_jeanne_reads_her_record_and_notes_her_weight(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, _JEANNE, size=screen) as page:
        enter(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Mon dossier de santé")
        check(page, axe)
        page.get_by_role("link", name="Frise", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Frise")
        check(page, axe)
        page.get_by_role("link", name="Résultats et mesures").click()
        page.get_by_label("Valeur").fill("71,5")
        page.get_by_role("button", name="Noter").first.click()
        expect(page.get_by_text("Mesure ajoutée.").first).to_be_visible()
        check(page, axe)


def test_without_javascript_and_by_keyboard_directives_are_written(
    browser: Browser, demonstration: str, screen: Size
) -> None:
    with persona(browser, demonstration, _JEANNE, size=screen, script=False) as page:
        enter(page)
        page.get_by_role("link", name="Mes directives anticipées").focus()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Écrire ou déposer des directives").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Ou écrivez ici, sans fichier").fill("Je ne veux pas d'acharnement.")
        page.get_by_label("Titre").fill("Mes volontés")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Mes volontés")
        expect(page.get_by_text("Je ne veux pas d'acharnement.")).to_be_visible()
