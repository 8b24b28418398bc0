"""From pre-admission at home to the arrival at the desk, in a browser: a file, papers, a card that is read, a payment."""

from __future__ import annotations

import io
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests.stories.personas import check, persona

Size = tuple[int, int]
_JEANNE, _NADIA, _PAUL, _KARIM = "Jeanne Moreau-Lefèvre", "Nadia Benali", "Paul Mercier", "Dr Yasmine Karim"
_INS = "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10\x1dS3JEANNE\x1dS4MOREAU\x1dS5FS604-07-1958S737261"


def photograph(folder: Path) -> Path:
    """A sheet with an INS Datamatrix whose name is not that of the record."""
    code = zxingcpp.create_barcode(_INS, zxingcpp.BarcodeFormat.DataMatrix).to_image(scale=5)
    sheet = Image.new("L", (900, 600), 235)
    sheet.paste(Image.fromarray(code), (200, 150))
    file = io.BytesIO()
    sheet.save(file, "JPEG")
    path = folder / "carte.jpg"
    path.write_bytes(file.getvalue())
    return path


def prepare(page: Page, axe: str, photo: Path) -> None:
    """The file of the first stay: begun, or gone on with."""
    page.goto("/admission")
    check(page, axe)
    begin = page.get_by_role("button", name="Commencer le dossier")
    if begin.count():
        begin.first.click()
    else:
        page.locator("main .rows li", has_text="Il manque").get_by_role("link").first.click()
    check(page, axe)
    page.get_by_role("link", name="Remplir le dossier").click()
    check(page, axe)
    page.get_by_label("Oui", exact=True).check()
    page.get_by_label("Numéro de sécurité sociale").fill("279035121518989")
    page.get_by_label("Le patient", exact=True).check()
    page.get_by_label("Aucune", exact=True).check()
    page.get_by_label("Personne à prévenir").fill("Odile Lefèvre")
    page.get_by_label("Son téléphone").fill("plus tard")
    page.get_by_label("Médecin traitant").fill("Dr Karim")
    page.get_by_role("button", name="Garder").click()
    expect(page.get_by_text("Gardé comme vous l'avez écrit.").first).to_be_visible()
    expect(page.get_by_text("ce n'est pas un numéro de téléphone")).to_be_visible()
    check(page, axe)
    page.get_by_role("button", name="Envoyer au bureau des admissions").click()
    expect(page.get_by_text("Le dossier n'est pas complet")).to_be_visible()
    page.get_by_role("link", name="Remplir le dossier").click()
    page.get_by_label("Son téléphone").fill("+33 6 39 98 00 09")
    page.get_by_role("button", name="Garder").click()
    for kind in ("identity", "card"):
        page.locator(f"#file-{kind}").set_input_files(photo)
        page.locator(f"#paper-{kind}").get_by_role("button", name="jouter").or_(
            page.locator(f"#paper-{kind}").get_by_role("button", name="Remplacer")
        ).click()
        expect(page.locator(f"#paper-{kind}").get_by_text("Reçu")).to_be_visible()
    send = page.get_by_role("button", name="Envoyer au bureau des admissions")
    if send.count():
        send.click()
    expect(page.get_by_text("Complet avant l'arrivée").first).to_be_visible()
    check(page, axe)


def test_jeanne_prepares_her_stay_and_the_office_lets_her_in(
    browser: Browser, demonstration: str, screen: Size, axe: str, tmp_path: Path
) -> None:
    photo = photograph(tmp_path)
    with persona(browser, demonstration, _JEANNE, size=screen) as page:
        prepare(page, axe, photo)
        stay = page.url.rpartition("/")[2].partition("?")[0]
    with persona(browser, demonstration, _PAUL, size=screen) as page:
        page.goto("/admission")
        check(page, axe)
        page.goto(f"/admission/desk/{stay}")
        expect(page.get_by_text("Complet avant l'arrivée").first).to_be_visible()
        check(page, axe)
        page.get_by_label("Photo d'une carte").set_input_files(photo)
        page.get_by_role("button", name="Lire et comparer", exact=True).click()
        expect(page.get_by_role("heading", name="La carte et le dossier")).to_be_visible()
        expect(page.get_by_text("Différent").first).to_be_visible()
        expect(page.get_by_role("button", name="même personne, pièce vue")).to_have_count(0)
        check(page, axe)
        page.goto("/admission/checks")
        check(page, axe)
        page.goto(f"/admission/desk/{stay}")
        write = page.get_by_role("button", name="alculer")
        if write.count():
            write.click()
            expect(page.get_by_text("Reste à payer calculé.").first).to_be_visible()
        for name in ("Marquer arrivé", "Admettre"):
            if page.get_by_role("button", name=name).count():
                page.get_by_role("button", name=name).click()
        expect(page.get_by_text("Valable jusqu'au").first).to_be_visible()
        check(page, axe)
    with persona(browser, demonstration, _JEANNE, size=screen) as page:
        page.goto(f"/admission/stays/{stay}")
        if page.get_by_role("button", name="Payer").count():
            page.get_by_role("button", name="Payer").click()
            expect(page.get_by_text("prestataire de paiement SIMULÉ")).to_be_visible()
            check(page, axe)
            page.get_by_role("button", name="Faire comme si la banque refusait").click()
            expect(page.get_by_text("Rien n'a été débité.")).to_be_visible()
            page.get_by_role("button", name="Accepter le paiement").click()
            expect(page.get_by_text("Le reçu est dans votre dossier")).to_be_visible()
            page.get_by_role("link", name="Revenir au dossier").click()
        expect(page.get_by_role("link", name="Reçu (PDF)")).to_be_visible()
        check(page, axe)


def test_without_javascript_nadia_begins_the_file_of_her_son(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    del axe
    with persona(browser, demonstration, _NADIA, size=screen, script=False) as page:
        page.goto("/admission")
        begin = page.get_by_role("button", name="Commencer le dossier")
        if begin.count():
            begin.first.click()
        else:
            page.locator("main .rows li", has_text="Il manque").get_by_role("link").first.click()
        expect(page.get_by_text("les deux titulaires de l'autorité parentale")).to_be_visible()
        page.get_by_role("link", name="Remplir le dossier").click()
        page.get_by_label("Personne à prévenir").fill("Nadia Benali")
        page.get_by_role("button", name="Garder").click()
        expect(page.get_by_text("Gardé comme vous l'avez écrit.").first).to_be_visible()


def test_somebody_unknown_arrives_in_an_emergency_and_gets_a_name(
    browser: Browser, demonstration: str, screen: Size, axe: str
) -> None:
    with persona(browser, demonstration, _PAUL, size=screen) as page:
        page.goto("/admission")
        page.locator("main").get_by_role("link", name="Urgence").click()
        check(page, axe)
        page.get_by_role("button", name="Enregistrer l'arrivée").click()
        expect(page.get_by_role("alert")).to_be_visible()
        check(page, axe)
        page.get_by_label("Identité inconnue").check()
        page.get_by_label("Masculin").check()
        page.get_by_role("button", name="Enregistrer l'arrivée").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("INCONNU")
        check(page, axe)
        page.get_by_role("link", name="Donner un nom").click()
        check(page, axe)
        page.get_by_label("Nom de naissance").fill("Roux")
        page.get_by_label("Prénoms de naissance").fill("Léo")
        page.get_by_label("Date de naissance").fill("1970-02-03")
        page.get_by_label("Masculin").check()
        page.get_by_role("button", name="Garder ce nom").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("ROUX")
    with persona(browser, demonstration, _KARIM, size=screen) as page:
        page.goto("/admission")
        expect(page.get_by_text("Pour le bureau des admissions")).to_be_visible()
        check(page, axe)
