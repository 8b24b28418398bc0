"""The officer reviews an emergency, answers a request, looks at policies and proves that the trail is intact."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from tests.stories.personas import check, persona
from tests.stories.test_sharing import break_glass

Size = tuple[int, int]


def test_an_emergency_is_reviewed_and_an_abusive_one_is_closed(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Lucie Bernard", size=screen) as page:
        break_glass(page)
    with persona(browser, demonstration, "Marc Petit", size=screen) as page:
        page.goto("/")
        page.get_by_role("main").get_by_role("link", name="Bureau du délégué").click()
        page.get_by_role("link", name="Accès en urgence").click()
        check(page, axe)
        while page.get_by_role("button", name="Abusif").count():
            page.get_by_label("Note (elle reste dans la trace)").first.fill("Aucune urgence ce jour-là")
            page.get_by_role("button", name="Abusif").first.click()
            expect(page.get_by_role("status")).to_contain_text("La relecture est notée")
    with persona(browser, demonstration, "Lucie Bernard", size=screen) as page:
        page.goto("/summary/demo-jeanne")
        expect(page.get_by_role("alert")).to_be_visible()


def test_a_request_is_answered_and_the_person_reads_it(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    words = f"Mon poids est faux ({screen[0]})"
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen) as page:
        page.goto("/rights")
        page.get_by_role("region", name="Faire corriger une erreur").get_by_label("Votre demande").fill(words)
        page.get_by_role("button", name="Envoyer : Faire corriger une erreur").click()
        expect(page.get_by_text(words)).to_be_visible()
    with persona(browser, demonstration, "Marc Petit", size=screen) as page:
        page.goto("/desk/requests")
        check(page, axe)
        case = page.locator("section", has_text=words)
        case.get_by_label("Votre réponse, que la personne lira").fill("Le médecin confirme la mesure.")
        case.get_by_role("button", name="Refuser").click()
        expect(page.get_by_role("alert")).to_contain_text("règle de droit")
        case = page.locator("section", has_text=words)
        case.get_by_label("Si vous refusez : la règle de droit").fill("RGPD, article 16 : la donnée est exacte")
        case.get_by_role("button", name="Refuser").click()
        expect(page.get_by_role("status")).to_contain_text("La réponse est envoyée")
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen) as page:
        page.goto("/rights")
        expect(page.get_by_text("RGPD, article 16").first).to_be_visible()


def test_the_trail_is_verified_without_javascript(browser: Browser, demonstration: str, screen: Size) -> None:
    with persona(browser, demonstration, "Marc Petit", size=screen, script=False) as page:
        page.goto("/desk/proofs")
        page.get_by_role("button", name="Vérifier maintenant").click()
        expect(page.get_by_text("Intacte")).to_be_visible(timeout=20_000)


def test_every_page_is_accessible_and_fits_its_screen(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Marc Petit", size=screen) as page:
        for path in (
            "/",
            "/desk",
            "/desk/emergencies",
            "/desk/alerts",
            "/desk/policies",
            "/desk/proofs",
            "/desk/register",
        ):
            page.goto(path)
            check(page, axe)
        page.goto("/desk/policies")
        file = {"name": "essai.csv", "mimeType": "text/csv", "buffer": b"profession;kinds;rights\n10;Patient;r\n"}
        page.get_by_label("Nouveau fichier de règles").set_input_files([file])
        page.get_by_role("button", name="Voir ce qui changerait").click()
        expect(page.get_by_role("heading", name="essai.csv")).to_be_visible()
        check(page, axe)
