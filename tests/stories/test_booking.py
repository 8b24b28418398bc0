"""Booking in a browser: a patient takes, moves and gives back a time; a secretary keeps the day by keyboard; a freed time finds who waits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

from seve.sdk import wording

Size = tuple[int, int]
_JEANNE, _NADIA, _SOPHIE = "Jeanne Moreau-Lefèvre", "Nadia Benali", "Sophie Girard"
_KARIM = "/booking/take/agenda-demo-dr-karim-liberal"


def take(page: Page, axe: str, *, which: int = 0) -> None:
    """Dr Karim's n-th free time, by the search."""
    page.goto("/booking")
    page.get_by_role("main").get_by_role("link", name="Prendre rendez-vous").click()
    page.get_by_label("Spécialité ou profession").select_option(label="Médecine générale")
    page.get_by_label("Nom du professionnel").fill("Karim")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", name="Dr Yasmine Karim")).to_be_visible()
    check(page, axe)
    page.locator(".times a").nth(which).click()
    expect(page.get_by_text("À préparer")).to_be_visible()
    check(page, axe)
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_text("Le rendez-vous est pris.").first).to_be_visible()


def test_jeanne_books_moves_and_cancels(browser: Browser, demonstration: str, screen: Size, axe: str) -> None:
    with persona(browser, demonstration, _JEANNE, size=screen) as page:
        take(page, axe, which=1)
        check(page, axe)
        before = page.get_by_role("heading", level=1).inner_text()
        page.get_by_role("link", name="Déplacer").click()
        check(page, axe)
        page.locator(".times a").nth(3).click()
        page.get_by_role("button", name="Déplacer ici").click()
        expect(page.get_by_text("Le rendez-vous est déplacé.").first).to_be_visible()
        assert page.get_by_role("heading", level=1).inner_text() != before
        page.locator("main").get_by_text("Annuler", exact=True).click()
        page.get_by_role("button", name="Oui, annuler").click()
        expect(page.get_by_text("le créneau est rendu").first).to_be_visible()
        page.goto("/booking/calendar")
        page.get_by_role("button", name="Créer le lien").click()
        expect(page.get_by_label("Adresse à copier").first).to_be_visible()
        check(page, axe)
        page.get_by_role("button", name="Retirer ce lien").first.click()
        expect(page.get_by_text("Le lien ne mène plus nulle part.").first).to_be_visible()


def test_without_javascript_a_time_is_taken_and_given_back(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    del axe
    with persona(browser, demonstration, _NADIA, size=screen, script=False) as page:
        page.goto(f"{_KARIM}?reason=consultation")
        page.locator(".times a").nth(5).click()
        page.get_by_role("button", name="Prendre ce rendez-vous").click()
        page.locator("summary", has_text="Annuler").click()
        page.get_by_role("button", name="Oui, annuler").click()
        expect(page.get_by_text("le créneau est rendu").first).to_be_visible()


def next_monday() -> date:
    """A day on which Dr Karim receives."""
    today = datetime.now(wording.ZONE).date()
    return today + timedelta(days=7 - today.weekday())


def call(page: Page, day: date, name: str, axe: str) -> None:
    """Somebody calls: the first free line of the day, by keyboard."""
    page.goto(f"/booking/day?day={day}")
    check(page, axe)
    page.keyboard.press("ArrowDown")
    while "free" not in page.evaluate("document.activeElement.className"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prendre un rendez-vous pour quelqu'un")
    check(page, axe)
    page.get_by_label("Nom de naissance").fill("Rousseau")
    page.get_by_label("Prénom").fill(name)
    page.get_by_label("Date de naissance").fill("1990-05-06")
    page.get_by_label("Motif").select_option(index=1)
    page.get_by_role("button", name="Prendre le rendez-vous").press("Enter")
    expect(page.get_by_text(f"{name} Rousseau")).to_be_visible()


def test_sophie_keeps_the_day_by_keyboard(browser: Browser, demonstration: str, screen: Size, axe: str) -> None:
    with persona(browser, demonstration, _SOPHIE, size=screen) as page:
        day, name = next_monday(), f"Zoé {datetime.now(UTC):%H%M%S}"
        call(page, day, name, axe)
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type(name.lower())
        expect(page.locator("[data-slot]:visible")).to_have_count(1)
        page.keyboard.press("Escape")
        line = page.locator("[data-slot]", has_text=name)
        line.focus()
        page.keyboard.press("a")
        expect(line).to_contain_text("Terminé")
        expect(line).to_be_focused()  # the day comes back to the line it was at
        page.keyboard.press("f")
        expect(page.get_by_text("Rendez-vous terminé.").first).to_be_visible()
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**day={day + timedelta(days=1)}")


def test_sophie_edits_the_agenda_and_is_told_what_falls_outside(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, _SOPHIE, size=screen) as page:
        name = f"Ali {datetime.now(UTC):%H%M%S}"
        call(page, next_monday(), name, axe)
        page.goto("/booking/agendas")
        check(page, axe)
        page.locator(".doors a").first.click()
        check(page, axe)
        page.locator("section", has=page.get_by_role("heading", name="Plages ouvertes")).get_by_role(
            "button", name="Retirer"
        ).first.click()
        expect(page.get_by_role("heading", name="Des rendez-vous pris sortiraient de l'agenda")).to_be_visible()
        expect(page.get_by_text(name)).to_be_visible()
        check(page, axe)
        page.get_by_role("link", name="Ne rien changer").click()
        expect(page.get_by_role("heading", name="Des rendez-vous pris sortiraient de l'agenda")).to_have_count(0)
        page.goto("/booking/figures")
        check(page, axe)


def test_a_freed_time_is_offered_to_nadia_who_waits(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, _JEANNE, size=screen) as jeanne:
        jeanne.goto(f"{_KARIM}?reason=consultation")
        jeanne.locator(".times a").last.click()  # a time freed within the hour is offered to nobody
        jeanne.get_by_role("button", name="Prendre ce rendez-vous").click()
        expect(jeanne.get_by_text("Le rendez-vous est pris.").first).to_be_visible()
        path = jeanne.url
        with persona(browser, demonstration, _NADIA, size=screen) as nadia:
            nadia.goto(f"{_KARIM}?reason=consultation")
            check(nadia, axe)
            nadia.get_by_role("button", name="M'inscrire sur la liste d'attente").click()
            expect(nadia.get_by_text("Vous êtes sur la liste d'attente.").first).to_be_visible()
            jeanne.goto(path)
            jeanne.locator("main").get_by_text("Annuler", exact=True).click()
            jeanne.get_by_role("button", name="Oui, annuler").click()
            for _ in range(60):  # the queue looks at the line
                nadia.goto("/booking")
                if nadia.get_by_text("Gardé pour vous").count():
                    break
                nadia.wait_for_timeout(500)
            check(nadia, axe)
            nadia.locator("li", has_text="Gardé pour vous").get_by_role("link").click()
            nadia.get_by_role("button", name="Je prends ce créneau").click()
            expect(nadia.get_by_text("Votre venue est confirmée.").first).to_be_visible()
            nadia.locator("main").get_by_text("Annuler", exact=True).click()
            nadia.get_by_role("button", name="Oui, annuler").click()
