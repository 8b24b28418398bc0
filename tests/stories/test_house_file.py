"""The house file in a browser: Dr Laurent writes a note about Henri at the hospital, shares it, and withdraws it again; Dr Chevalier, of elsewhere,
sees it in the shared record while it is there, and never in the file.
"""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]
_LAURENT, _CHEVALIER = "Dr Thomas Laurent", "Dr Olivier Chevalier"
_HENRI = "/house-file/demo-henri"


def write(page: Page, title: str) -> None:
    """A note, refused once for want of a type."""
    page.get_by_label("Ou une note").fill("Oxygène à 1 litre par minute.")
    page.get_by_label("Titre").fill(title)
    page.get_by_label("Date du document").fill("2999-01-01")
    page.get_by_label("Type", exact=True).select_option(label="Compte rendu de consultation")
    page.get_by_role("button", name="Garder à l'établissement").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Titre")).to_have_value(title)
    page.get_by_label("Date du document").fill("")
    page.get_by_role("button", name="Garder à l'établissement").click()


def test_laurent_keeps_a_note_shares_it_and_takes_it_back(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    title = f"Réunion de sortie {datetime.now(UTC):%H%M%S%f}"
    with (
        persona(browser, demonstration, _LAURENT, size=screen) as laurent,
        persona(browser, demonstration, _CHEVALIER, size=screen) as chevalier,
    ):
        laurent.goto("/house-file")
        check(laurent, axe)
        laurent.goto(_HENRI)
        expect(laurent.get_by_text("par la règle de l'établissement").first).to_be_visible()
        check(laurent, axe)
        laurent.get_by_role("link", name="Ajouter un document").click()
        check(laurent, axe)
        write(laurent, title)
        expect(laurent.get_by_role("heading", level=1, name=title)).to_be_visible()
        check(laurent, axe)
        chevalier.goto(_HENRI)
        expect(chevalier.locator("main")).not_to_contain_text(title)
        chevalier.goto("/shared-record/demo-henri/documents")
        expect(chevalier.locator("main")).not_to_contain_text(title)
        laurent.get_by_role("button", name="Partager dans le dossier").click()
        expect(laurent.get_by_role("button", name="Retirer du dossier partagé")).to_be_visible()
        check(laurent, axe)
        chevalier.goto("/shared-record/demo-henri/documents")
        expect(chevalier.get_by_role("link", name=title)).to_be_visible()
        laurent.get_by_role("button", name="Retirer du dossier partagé").click()
        expect(laurent.get_by_role("button", name="Partager à nouveau")).to_be_visible()
        chevalier.goto("/shared-record/demo-henri/documents")
        expect(chevalier.locator("main")).not_to_contain_text(title)


def test_what_the_rule_could_not_share_is_told_without_javascript(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    del axe
    with persona(browser, demonstration, _LAURENT, size=screen, script=False) as laurent:
        laurent.goto("/house-file/rule")
        expect(laurent.get_by_label("Lettre de liaison à la sortie")).to_be_checked()
        laurent.get_by_role("link", name="Non partagés").click()
        expect(laurent.get_by_text("Scanner thoracique : résultat à annoncer")).to_be_visible()
        expect(laurent.get_by_text("seule une personne le partage")).to_be_visible()
        laurent.get_by_role("button", name="Essayer à nouveau").click()
        expect(laurent.get_by_text("Partagés à l'instant")).to_be_visible()


def test_the_rule_and_what_waits_are_for_everybody_to_read(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Lucie Bernard", size=screen) as lucie:
        lucie.goto("/house-file/rule")
        expect(lucie.get_by_text("Les médecins de l'établissement fixent la règle.")).to_be_visible()
        check(lucie, axe)
        lucie.goto("/house-file/not-shared")
        check(lucie, axe)
