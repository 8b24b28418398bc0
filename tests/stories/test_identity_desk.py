"""The identity desk compares two records, makes one of them, undoes it, and tells a pair apart; a record without health data."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]


def test_two_records_become_one_and_two_again(browser: Browser, demonstration: str, screen: Size, axe: str) -> None:
    with persona(browser, demonstration, "Camille Ferrand", size=screen) as page:
        expect(page.get_by_role("main").get_by_role("link", name="Urgence")).to_have_count(0)
        page.get_by_role("main").get_by_role("link", name="Doublons d'identité").click()
        check(page, axe)
        page.get_by_role("link", name="Henri").click()
        expect(page.get_by_text("qualifiée")).to_be_visible()
        expect(page.get_by_role("radio", name="demo-henri ·")).to_be_checked()
        check(page, axe)
        page.get_by_role("button", name="Fusionner").click()
        expect(page.get_by_role("status")).to_contain_text("n'en font plus qu'un")
        check(page, axe)
        page.get_by_role("button", name="Défaire la fusion").click()
        expect(page.get_by_role("status")).to_contain_text("chaque dossier est comme avant")
        expect(page.get_by_role("link", name="Henri")).to_be_visible()


def test_a_desk_without_script_tells_a_pair_apart(browser: Browser, demonstration: str, screen: Size) -> None:
    with persona(browser, demonstration, "Camille Ferrand", size=screen, script=False) as page:
        page.goto("/desk/identities")
        pair = page.get_by_role("link", name="Marcel")
        if pair.count():  # on another screen, the story was told before
            pair.click()
            page.get_by_role("button", name="Ce sont deux personnes").click()
            expect(page.get_by_role("status")).to_contain_text("ce sont deux personnes")
        expect(page.get_by_role("heading", name="À examiner")).to_be_visible()
        expect(page.get_by_role("link", name="Marcel")).to_have_count(0)
