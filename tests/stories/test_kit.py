"""The kit in a browser: accessible in light and dark, at a desk and on a phone, by keyboard alone, without script and without network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

from seve.web.assets import assets

Size = tuple[int, int]
DESK = (1280, 800)
PAGES = {
    "Jeanne Moreau-Lefèvre": ("/", "/sharing", "/accesses"),
    "Dr Yasmine Karim": ("/", "/open-record", "/summary/demo-jeanne"),
    "Marc Petit": ("/desk", "/desk/requests"),
}


@contextmanager
def visitor(browser: Browser, address: str, *, size: Size = DESK, **options: Any) -> Iterator[Page]:
    """A page of somebody who is not signed in; problems of the content security policy fail the story."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(
        viewport=viewport, locale="fr-FR", base_url=address, reduced_motion="reduce", **options
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None
    )
    try:
        yield page
    finally:
        context.close()
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_is_accessible_and_fits_its_screen(
    browser: Browser, demonstration: str, screen: Size, axe: str, scheme: str
) -> None:
    with visitor(browser, demonstration, size=screen, color_scheme=scheme) as page:
        for path in (
            "/kit?for=maker",
            "/kit?for=patient",
            "/kit/look?for=maker",
            "/kit/modes?for=maker",
            "/kit/modes?for=patient",
            "/kit/icons?for=patient",
            "/kit/marks?for=maker",
            "/kit/forms?for=maker&sent=1",
            "/kit/forms?for=patient",
            "/kit/helped?for=maker",
            "/kit/ways?for=maker",
            "/kit/files?for=patient",
            "/kit/figures?for=patient",
            "/kit/time?for=maker&view=week",
            "/kit/time?for=patient&view=day",
            "/kit/care?for=patient&told=a_reached",
            "/signin",
            "/offline",
        ):
            page.goto(path)
            page.evaluate("scrollTo(0, 0)")  # a summary has scrolled, and axe dislikes what is half below the bar
            check(page, axe)


@pytest.mark.parametrize("who", list(PAGES))
def test_every_shell_is_accessible_in_light_and_dark(
    browser: Browser, demonstration: str, screen: Size, axe: str, who: str
) -> None:
    with persona(browser, demonstration, who, size=screen) as page:
        for path in PAGES[who]:
            page.goto(path)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                check(page, axe)


def test_with_the_system_s_own_colours_edges_and_focus_still_tell_things_apart(
    browser: Browser, demonstration: str
) -> None:
    with visitor(browser, demonstration, forced_colors="active") as page:
        page.goto("/kit/modes")
        edge = "one => getComputedStyle(one).borderTopStyle"
        for one in (page.get_by_role("button", name="Enregistrer").first, page.locator("main .mark").first):
            assert one.evaluate(edge) == "solid"
        page.goto("/kit/forms?sent=1")
        link = page.get_by_role("link", name="Annuler")
        link.focus()
        assert link.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_the_look_is_chosen_at_once_and_stays(browser: Browser, demonstration: str, screen: Size) -> None:
    with visitor(browser, demonstration, size=screen, color_scheme="light") as page:
        page.goto("/kit")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator(".menu summary").click()
        with page.expect_response("**/look"):
            page.get_by_role("button", name="Sombre").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
        page.goto("/signin")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.keyboard.press("Escape")


def test_without_javascript_the_look_is_chosen_by_a_plain_form(browser: Browser, demonstration: str) -> None:
    with visitor(browser, demonstration, java_script_enabled=False) as page:
        page.goto("/kit?for=patient")
        page.locator(".menu summary").click()
        page.get_by_role("button", name="Serrée").click()
        expect(page).to_have_url(re.compile(r"/kit\?for=patient$"))
        expect(page.locator("html")).to_have_attribute("data-density", "dense")
        page.locator(".menu summary").click()
        page.get_by_role("button", name="Clair").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        expect(page.locator("html")).to_have_attribute("data-density", "dense")


@pytest.mark.parametrize("script", [True, False])
def test_a_form_says_what_to_change_beside_the_field_and_above_and_keeps_what_was_typed(
    browser: Browser, demonstration: str, screen: Size, script: bool
) -> None:
    with visitor(browser, demonstration, size=screen, java_script_enabled=script) as page:
        page.goto("/kit/forms")
        form = page.get_by_role("region", name="Formulaires")
        form.get_by_label("Nom de naissance").fill("Lefèvre")
        form.get_by_label("Fauteuil roulant").check()
        form.get_by_label("Précisions").fill("Deuxième étage")
        form.get_by_role("button", name="Envoyer").click()
        told = page.get_by_role("alert")
        expect(told).to_contain_text("À corriger : 2")
        if script:
            expect(told).to_be_focused()
        expect(form.get_by_label("Nom de naissance")).to_have_value("Lefèvre")
        expect(form.get_by_label("Fauteuil roulant")).to_be_checked()
        expect(form.get_by_label("Précisions")).to_have_value("Deuxième étage")
        birth = form.get_by_label("Date de naissance")
        expect(birth).to_have_attribute("aria-invalid", "true")
        expect(birth).to_have_accessible_description("Choisissez une date passée.")
        told.get_by_role("link", name="Date de naissance").click()
        expect(birth).to_be_focused()
        birth.fill("1958-07-04")
        form.get_by_label("Téléphone").check()
        form.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_text("Le formulaire est complet").first).to_be_visible()


def test_a_name_is_found_among_suggestions_by_keyboard_alone(browser: Browser, demonstration: str) -> None:
    with visitor(browser, demonstration) as page:
        page.goto("/kit/helped")
        field = page.get_by_role("combobox", name="Commune")
        field.focus()
        page.keyboard.type("d")
        expect(page.get_by_role("listbox", name="Commune").get_by_role("option")).to_have_text(
            [re.compile("Dunkerque"), re.compile("Douai")]
        )
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(field).to_have_value("Douai")
        expect(field).to_have_attribute("aria-expanded", "false")
        field.fill("zz")
        expect(page.get_by_text("Aucune proposition")).to_be_attached()


def test_a_form_that_was_changed_is_not_left_unasked(browser: Browser, demonstration: str) -> None:
    with visitor(browser, demonstration) as page:
        page.goto("/kit/forms")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.goto("/signin")
        assert asked == []
        page.goto("/kit/forms")
        page.get_by_label("Précisions").click()
        page.keyboard.type("presque fini")
        page.goto("/signin")
        assert asked == ["beforeunload"]


def test_a_dialog_keeps_the_keyboard_and_gives_it_back(browser: Browser, demonstration: str, screen: Size) -> None:
    with visitor(browser, demonstration, size=screen) as page:
        page.goto("/kit/helped")
        button = page.get_by_role("button", name="Ouvrir un dialogue")
        button.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Retirer l'accès du Dr Karim ?")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(button).to_be_focused()
        page.get_by_role("button", name="Montrer une annonce").click()
        toast = page.locator(".toasts[aria-live=polite] .toast")
        expect(toast).to_contain_text("L'accès est retiré.")
        toast.get_by_role("button", name="Fermer").click()
        expect(toast).to_have_count(0)


def test_a_table_sorts_in_place_with_script_and_by_its_address_without(browser: Browser, demonstration: str) -> None:
    for script in (True, False):
        with visitor(browser, demonstration, java_script_enabled=script) as page:
            page.goto("/kit/figures")
            region = page.get_by_role("region", name="Analyses récentes")
            expect(region.get_by_role("rowheader").first).to_have_text("HbA1c")
            region.get_by_role("link", name="Trier par Analyse").click()
            expect(region.get_by_role("rowheader").first).to_have_text("Cholestérol LDL")
            expect(region.get_by_role("columnheader", name="Trier par Analyse")).to_have_attribute(
                "aria-sort", "ascending"
            )
            assert "sort=what" in page.url
            if script:
                expect(region.get_by_role("link", name="Trier par Analyse")).to_be_focused()


def test_days_are_walked_with_arrows_and_reached_by_links(browser: Browser, demonstration: str, screen: Size) -> None:
    with visitor(browser, demonstration, size=screen) as page:
        page.goto("/kit/time")
        today = page.get_by_role("link", name="22 novembre 2026, rendez-vous : 0")
        expect(today).to_have_attribute("aria-current", "date")
        today.focus()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("link", name="12 novembre 2026, rendez-vous : 1")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Jeudi 12 novembre 2026")).to_be_visible()
        expect(page.get_by_role("region", name="Jeudi 12 novembre 2026").get_by_text("Prise de sang")).to_be_visible()


def test_a_chart_is_a_sentence_and_figures_first_and_livelier_where_script_runs(
    browser: Browser, demonstration: str
) -> None:
    with visitor(browser, demonstration, java_script_enabled=False) as page:
        page.goto("/kit/figures")
        expect(page.get_by_role("img", name="Poids : Le poids passe de 84 à 79 kg")).to_be_visible()
        figure = page.locator("figure", has_text="Le poids passe")
        figure.get_by_text("Les chiffres").click()
        expect(figure.get_by_role("row", name="03")).to_contain_text("82")
    if "vendor/echarts.js" not in assets():
        pytest.skip("ECharts was not fetched (no registry): the drawn charts alone were checked")
    with visitor(browser, demonstration, size=(1280, 400)) as page:  # so low that the charts are below
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/kit/figures")
        page.wait_for_load_state("networkidle")
        assert not any("echarts" in url for url in asked), "before a chart is in sight"
        page.locator("#charts").scroll_into_view_if_needed()
        expect(page.locator("figure canvas").first).to_be_visible()
        assert all(url.startswith(demonstration) for url in asked)


def test_a_professional_goes_anywhere_by_keyboard_alone(browser: Browser, demonstration: str) -> None:
    with persona(browser, demonstration, "Dr Yasmine Karim", size=DESK) as page:
        page.goto("/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Aller à…")).to_be_visible()
        page.keyboard.type("urgen")
        expect(page.get_by_role("option")).to_have_text(["Urgence"])
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/emergency$"))
        page.keyboard.press("g")
        page.keyboard.press("o")
        expect(page).to_have_url(re.compile("/open-record$"))
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Raccourcis du clavier")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_label("Nom de naissance").focus()
        page.keyboard.type("g?o")
        expect(page.get_by_label("Nom de naissance")).to_have_value("g?o")


def test_on_a_phone_a_patient_has_a_bar_and_a_professional_a_menu(browser: Browser, demonstration: str) -> None:
    phone = (390, 844)
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=phone) as page:
        page.goto("/")
        near = page.get_by_role("navigation", name="L'essentiel")
        expect(near.get_by_role("link", name="Accueil")).to_have_attribute("aria-current", "page")
        expect(near).to_be_in_viewport()
        near.get_by_role("button", name="Menu").click()
        ways = page.get_by_role("navigation", name="Navigation principale")
        ways.get_by_role("link", name="Qui a vu").click()
        expect(page).to_have_url(re.compile("/accesses$"))
    with persona(browser, demonstration, "Lucie Bernard", size=phone, script=False) as page:
        page.goto("/")
        ways = page.get_by_role("navigation", name="Navigation principale")
        expect(ways).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        ways.get_by_role("link", name="Urgence").click()
        expect(page).to_have_url(re.compile("/emergency$"))


def test_without_network_the_page_says_so_and_no_page_of_a_person_was_kept(
    browser: Browser, demonstration: str
) -> None:
    with persona(browser, demonstration, "Jeanne Moreau-Lefèvre", size=(390, 844)) as page:
        page.goto("/sharing")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.goto("/accesses")
        kept: list[str] = page.evaluate(
            "caches.keys().then((names) => Promise.all(names.map((n) => caches.open(n).then((c) => c.keys())))).then((all) => all.flat().map((r) => new URL(r.url).pathname))"
        )
        assert "/offline" in kept
        assert [path for path in kept if not path.startswith("/static/") and path != "/offline"] == []
        page.context.set_offline(True)
        page.goto("/sharing")
        expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes hors ligne")
        expect(page.get_by_text("Jeanne")).to_have_count(0)


def test_a_document_is_previewed_in_a_frame_that_runs_nothing(browser: Browser, demonstration: str) -> None:
    with visitor(browser, demonstration) as page:
        page.goto("/kit/files")
        page.locator("#files").scroll_into_view_if_needed()
        frame = page.frame_locator("iframe[title='compte-rendu.html']")
        expect(frame.get_by_text("Compte rendu de consultation")).to_be_visible()
        expect(page.locator("iframe")).to_have_attribute("sandbox", "")
