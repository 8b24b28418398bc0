"""Jeanne decides who sees her record, sees who did and contests; Hugo takes his data along; a nurse opens a record in an emergency."""

from __future__ import annotations

import zipfile

from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]


def break_glass(page: Page) -> None:
    page.goto("/emergency")
    page.get_by_label("Nom de naissance").fill("Moreau-Lefèvre")
    page.get_by_label("Premier prénom").fill("Jeanne")
    page.get_by_label("Date de naissance").fill("1958-07-04")
    page.get_by_label("Pour quel motif ?").fill("Patiente inconsciente aux urgences")
    page.get_by_role("button", name="Ouvrir en urgence").click()


def test_jeanne_lets_a_pharmacist_in_and_changes_her_mind(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen) as page:
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Jeanne Moreau-Lefèvre")
        page.get_by_role("main").get_by_role("link", name="Mes choix de partage").click()
        form = page.get_by_role("region", name="Laisser quelqu'un lire le dossier")
        form.get_by_label("Nom du professionnel ou de la structure").fill("lefèvre")
        page.keyboard.press("Enter")
        page.get_by_role("radio", name="Anne Lefèvre").check()
        page.get_by_label("Psychiatrie et santé mentale").check()
        page.get_by_role("button", name="Laisser lire le dossier").click()
        expect(page.get_by_role("status")).to_contain_text("peut lire le dossier dès maintenant")
        expect(page.get_by_text("Vous laissez lire le dossier à")).to_be_visible()
        check(page, axe)
        page.get_by_role("button", name="Retirer l'accès de").first.click()
        expect(page.get_by_role("status")).to_contain_text("ce choix est retiré")
        expect(page.get_by_text("Vous n'avez encore rien choisi")).to_be_visible()


def test_without_javascript_and_by_keyboard_a_document_is_hidden_and_shown(
    browser: Browser, demonstration: str, screen: Size
) -> None:
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen, script=False) as page:
        page.goto("/sharing/records?type=AllergyIntolerance")
        page.get_by_role("button", name="Cacher : Allergie : pénicilline").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("caché aux professionnels", exact=True)).to_be_visible()
        page.get_by_role("button", name="Ne plus cacher : Allergie : pénicilline").click()
        expect(page.get_by_text("caché aux professionnels", exact=True)).to_have_count(0)


def test_a_mother_decides_for_her_child(browser: Browser, demonstration: str, screen: Size) -> None:
    with persona(browser, demonstration, "Nadia Benali", size=screen) as page:
        page.goto("/sharing")
        page.get_by_label("Le dossier de").select_option("Sami Benali")
        page.get_by_role("button", name="Afficher").click()
        page.get_by_role("button", name="Refuser l'ouverture en urgence").click()
        expect(page.get_by_text("Personne ne peut ouvrir le dossier en urgence.")).to_be_visible()
        page.get_by_role("button", name="Changer d'avis").click()
        expect(page.get_by_text("Vous n'avez encore rien choisi")).to_be_visible()


def test_a_nurse_opens_the_record_in_an_emergency_and_jeanne_sees_it_and_contests(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Lucie Bernard", size=screen) as page:
        page.goto("/emergency")
        check(page, axe)
        break_glass(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Jeanne Moreau-Lefèvre")
        expect(page.get_by_role("region", name="Allergies")).to_contain_text("pénicilline")
        check(page, axe)
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen) as page:
        page.goto("/accesses")
        visit = page.locator("details.urgent").first
        visit.locator("summary").click()
        expect(visit).to_contain_text("Patiente inconsciente aux urgences")
        check(page, axe)
        visit.get_by_role("link", name="Signaler l'accès").first.click()
        page.get_by_label("Qu'est-ce qui vous étonne ?").fill("Je n'étais pas aux urgences")
        check(page, axe)
        page.get_by_role("button", name="Envoyer au délégué").click()
        expect(page.get_by_role("status")).to_contain_text("signalement est envoyé")
        expect(page.get_by_text("Je n'étais pas aux urgences").first).to_be_visible()


def test_hugo_takes_his_data_along(browser: Browser, demonstration: str, screen: Size) -> None:
    with persona(browser, demonstration, "Hugo Garnier", size=screen) as page:
        page.goto("/rights")
        page.get_by_role("button", name="archive").click()
        with page.expect_download(timeout=180_000) as download:
            page.get_by_role("link", name="Télécharger l'archive").click(timeout=180_000)
        names = zipfile.ZipFile(download.value.path()).namelist()
        assert {"manifest.json", "dossier.html", "acces.csv", "partages.csv", "fhir/Patient.ndjson"} <= set(names)


def test_every_page_is_accessible_and_fits_its_screen(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=screen) as page:
        for path in (
            "/",
            "/sharing",
            "/sharing/people?what=permit&q=karim",
            "/sharing/people?what=block&q=personne",
            "/sharing/records?type=Observation",
            "/accesses",
            "/rights",
        ):
            page.goto(path)
            check(page, axe)
    with persona(browser, demonstration, "Dr Yasmine Karim", size=screen) as page:
        for path in ("/", "/open-record", "/summary/demo-jeanne", "/summary/nobody"):
            page.goto(path)
            check(page, axe)
