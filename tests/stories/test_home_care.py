"""Care at home in a browser: a nurse of the hospital asks for Henri, who is about to leave; a community nurse takes it over, and both see so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]
_LUCIE, _MATHILDE, _JEANNE = "Lucie Bernard", "Mathilde Perrin", "Jeanne Moreau-Lefèvre"


def fill(page: Page, care: str) -> None:
    """What is needed, typed."""
    due = datetime.now(UTC) + timedelta(days=5)
    page.get_by_label("Ce qu'il y a à faire").fill(care)
    page.get_by_label("Première visite au plus tard le").fill(f"{due:%Y-%m-%d}")
    page.get_by_label("Souhaits").fill("Plutôt le matin")


def ask_mathilde(page: Page, axe: str) -> None:
    """Mathilde alone is asked, of those who are near."""
    expect(page.get_by_text("Choisissez qui solliciter.").first).to_be_visible()
    check(page, axe)
    for box in page.locator("input[name=who]").all():
        box.uncheck()
    page.get_by_role("checkbox", name="Perrin").check()
    page.get_by_role("button", name="Solliciter").click()
    expect(page.get_by_text("Réponse attendue").first).to_be_visible()
    check(page, axe)


def test_lucie_asks_for_henri_and_mathilde_goes(browser: Browser, demonstration: str, screen: Size, axe: str) -> None:
    care = f"Pansement de jambe {datetime.now(UTC):%H%M%S}"
    with persona(browser, demonstration, _LUCIE, size=screen) as lucie:
        lucie.goto("/home-care")
        check(lucie, axe)
        lucie.get_by_role("link", name="Demander des soins à domicile pour").first.click()
        check(lucie, axe)
        lucie.get_by_role("button", name="Continuer").click()
        expect(lucie.locator("#to-change")).to_contain_text("Accord")  # nothing is asked without it
        expect(lucie.locator("#to-change")).to_contain_text("Ce qu'il y a à faire")
        check(lucie, axe)
        fill(lucie, care)
        lucie.get_by_label("La personne est d'accord").check()
        lucie.get_by_role("button", name="Continuer").click()
        ask_mathilde(lucie, axe)
        path, name = lucie.url, lucie.get_by_role("heading", level=1).inner_text().rpartition(", ")[2]
        with persona(browser, demonstration, _MATHILDE, size=screen) as mathilde:
            mathilde.goto("/home-care")
            check(mathilde, axe)
            mathilde.locator("main a[href*='/asks/']").first.click()
            expect(mathilde.get_by_text("vous sont montrés si vous acceptez")).to_be_visible()
            for secret in (name, care, "Plutôt le matin"):
                expect(mathilde.locator("main")).not_to_contain_text(secret)
            check(mathilde, axe)
            mathilde.get_by_role("button", name="J'y vais").click()
            expect(mathilde.get_by_role("heading", name=name)).to_be_visible()
            expect(mathilde.get_by_text(care)).to_be_visible()
            check(mathilde, axe)
            mathilde.get_by_role("link", name="Voir le rendez-vous").click()
            expect(mathilde.locator("main")).to_contain_text(name)
        lucie.goto(path)
        expect(lucie.get_by_text("Perrin vient, première visite le").first).to_be_visible()
        check(lucie, axe)


def test_without_javascript_jeanne_asks_for_herself_and_takes_it_back(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    del axe
    with persona(browser, demonstration, _JEANNE, size=screen, script=False) as jeanne:
        jeanne.goto("/home-care")
        jeanne.get_by_role("link", name="Demander pour moi").click()
        fill(jeanne, "Injections")
        jeanne.get_by_label("La personne est d'accord").check()
        jeanne.get_by_role("button", name="Continuer").click()
        jeanne.get_by_role("button", name="Solliciter").click()
        expect(jeanne.get_by_text("Réponse attendue").first).to_be_visible()
        jeanne.locator("summary", has_text="Retirer la demande").click()
        jeanne.get_by_role("button", name="Oui, la retirer").click()
        expect(jeanne.get_by_text("La demande est retirée.").first).to_be_visible()
