"""The register's pages: anyone compares, makers declare, the desk checks; the refusal beside the success."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from seve.solutions.tool_register.model.tools import tool_of
from seve.testing.site import Site

from .conftest import BY, LATER, YEAR, decide, declare, id_of, told, tool, verdicts, version


async def test_anyone_compares_tools_without_an_account(register: Site) -> None:
    anyone = await register.browser()
    page = await anyone.get("/tool-register")
    assert "8 outils" in page
    assert "Consult'Rapide" not in page
    assert "Bref Compte Rendu" not in page
    page = await anyone.get("/tool-register", **{"function": "monitoring", "proof-dmn": "1"})
    assert "Suivi Cœur" in page
    assert "Visio Santé" not in page
    page = await anyone.get("/tool-register", q="plaie", recent="1")
    assert "Aucun outil ne correspond" in page


async def test_what_is_out_of_date_is_said_in_words(register: Site) -> None:
    anyone = await register.browser()
    page = await anyone.get("/tool-register/tools/tools-glycemie")
    assert "périmé : valable jusqu'au" in page
    assert "CE-DEMO-901" in page
    page = await anyone.get("/tool-register/tools/tools-plaies")
    assert "Vérification trop ancienne" in page
    page = await anyone.get("/tool-register/tools/tools-visio")
    assert "Vérification trop ancienne" not in page
    assert "Bureau du registre" in page


async def test_who_takes_care_of_nobody_is_offered_no_record(register: Site) -> None:
    maker = await register.browser("ines")
    page = await maker.get("/")
    assert "/tool-register" in page and "/open-record" not in page and "/emergency" not in page
    assert "pour l'établissement" in page and "pour soigner" not in page
    doctor = await register.browser("doc")
    page = await doctor.get("/")
    assert "/open-record" in page and "/emergency" in page and "pour soigner" in page


async def test_what_was_withdrawn_says_why_at_its_link(register: Site) -> None:
    anyone = await register.browser()
    page = await anyone.get("/tool-register/tools/tools-rapide")
    assert anyone.status == 200
    assert "n'est plus au registre" in page
    assert "certificat d'hébergement périmé" in page
    assert "Consult'Rapide" in await anyone.get("/tool-register", withdrawn="1")


async def test_the_list_as_csv_is_the_list_that_is_shown(register: Site) -> None:
    anyone = await register.browser()
    await anyone.get("/tool-register/tools.csv", price="10")
    assert anyone.answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(anyone.answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [one["name"] for one in rows] == ["Agenda Clair", "Bulle Messagerie"]


async def test_a_search_of_the_api_finds_the_same(register: Site) -> None:
    pairs = (
        ("type", "urn:seve:tools:type|telehealth-tool"),
        ("_tag", "urn:seve:tools:state|published"),
        ("_tag", "urn:seve:tools:function|monitoring"),
        ("_tag", "urn:seve:tools:proof|dmn"),
    )
    found = await register.stored("DeviceDefinition", *pairs)
    assert {one["id"] for one in found} == {"tools-coeur", "tools-glycemie"}


async def test_what_is_no_tool_of_the_register_is_not_there(register: Site) -> None:
    await register.put({"resourceType": "DeviceDefinition", "id": "pump", "onlineInformation": "https://pump.example"})
    anyone = await register.browser()
    for id_ in ("pump", "nothing", "tools-declaration-visio"):
        await anyone.get(f"/tool-register/tools/{id_}")
        assert anyone.status == 404, id_


async def test_many_tools_stand_on_several_pages(register: Site) -> None:
    (one,) = await register.stored("DeviceDefinition", ("_id", "tools-bulle"))
    for number in range(15):
        await register.put({**one, "id": f"more-{number}"})
    anyone = await register.browser()
    assert "Page 1 sur 2" in await anyone.get("/tool-register")
    for page, said in (("2", "Page 2 sur 2"), ("9", "Page 2 sur 2"), ("٣", "Page 1 sur 2"), ("x", "Page 1 sur 2")):
        assert said in await anyone.get("/tool-register", page=page), page


async def test_a_maker_declares_the_desk_publishes_and_anyone_reads(register: Site) -> None:
    ines, officer, anyone = await register.browser("ines"), await register.browser("officer"), await register.browser()
    path = await declare(ines)
    assert "À vérifier" in ines.page
    assert "Visite Claire" not in await anyone.get("/tool-register")
    assert "Visite Claire" in await officer.get("/tool-register/check")
    page = await decide(officer, id_of(path))
    assert "L'outil est publié au registre." in page
    page = await anyone.get("/tool-register", q="visite claire")
    assert f"par {BY}" in page
    assert "24,50 € par mois" in page
    assert "Atelier Visio (démonstration)" in page
    assert "Vérifié et publié" in await ines.get("/tool-register/mine")
    assert await told(register, "tool_answered") == ["ines"]


async def test_what_is_changed_after_the_check_is_not_shown_until_it_was_checked(register: Site) -> None:
    ines, officer, anyone = await register.browser("ines"), await register.browser("officer"), await register.browser()
    path = await declare(ines)
    await decide(officer, id_of(path))
    page = await ines.get(path)
    assert "Le registre montre cet outil tel qu'il a été vérifié" in page
    assert 'value="24,50"' in page
    await ines.post(path, version=version(ines), **tool(price="99", name="Visite Chère"))
    page = await anyone.get("/tool-register", q="visite")
    assert "24,50 €" in page
    assert "Visite Chère" not in page
    await decide(officer, id_of(path))
    page = await anyone.get("/tool-register", q="visite")
    assert "Visite Chère" in page
    assert "1 outil" in page


async def test_a_draft_may_lack_what_is_not_known_yet_and_the_desk_does_not_see_it(register: Site) -> None:
    ines, officer = await register.browser("ines"), await register.browser("officer")
    path = await declare(ines, price="", site="", functions=[], go="draft")
    assert "Brouillon" in ines.page
    assert "Visite Claire" not in await officer.get("/tool-register/check")
    await officer.get(f"/tool-register/check/{id_of(path)}")
    assert officer.status == 404
    await ines.get("/tool-register/mine/new")
    page = await ines.post("/tool-register/mine/new", version="", **tool(name="", go="draft"))
    assert ines.status == 422
    assert "Écrivez le nom de l'outil." in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"price": "beaucoup"}, "Écrivez un nombre d'euros"),
        ({"functions": []}, "Choisissez au moins une fonction"),
        ({"site": "javascript:alert(1)"}, "commence par https://"),
        ({"contact": "personne"}, "Écrivez une adresse électronique"),
        ({"hds_until": "bientôt"}, "Écrivez une date"),
        ({"mss_issuer": "ANS"}, "Écrivez le numéro de la preuve"),
        ({"name": "x" * 121}, "C'est trop long."),
    ],
)
async def test_a_form_that_can_not_be_kept_says_why_and_keeps_what_was_typed(
    register: Site, typed: dict[str, Any], said: str
) -> None:
    ines = await register.browser("ines")
    await ines.get("/tool-register/mine/new")
    page = await ines.post("/tool-register/mine/new", version="", **tool(**typed))
    assert ines.status == 422
    assert said in page
    assert "Pour les cabinets." in page
    assert all(f'value="{value}"' in page for value in typed.values() if isinstance(value, str))
    assert not [one for one in await register.stored("Task") if "Visite" in str(one)]


async def test_a_maker_sees_and_changes_nothing_of_another(register: Site) -> None:
    ines, leo = await register.browser("ines"), await register.browser("leo")
    path = await declare(ines)
    assert "Visite Claire" not in await leo.get("/tool-register/mine")
    await leo.get(path)
    assert leo.status == 404
    await leo.get("/tool-register/mine/new")
    await leo.post(path, version="1", **tool(name="Volé"))
    assert leo.status == 404
    (stored,) = await register.stored("Task", ("_id", id_of(path)))
    assert "Volé" not in str(stored)


async def test_who_is_no_maker_declares_nothing(register: Site) -> None:
    doctor = await register.browser("doc")
    assert "Cette page est pour les éditeurs" in await doctor.get("/tool-register/mine")
    await doctor.post("/tool-register/mine/new", version="", **tool())
    assert doctor.status in (403, 404)
    for name in ("ana", "officer"):
        browser = await register.browser(name)
        await browser.get("/tool-register/mine")
        assert browser.status == 403, name


async def test_a_maker_without_an_organisation_is_told_so(register: Site) -> None:
    (role,) = await register.stored("PractitionerRole", ("_id", "tools-ines-role"))
    await register.put({key: value for key, value in role.items() if key != "organization"})
    ines = await register.browser("ines")
    assert "Cette page est pour les éditeurs" in await ines.get("/tool-register/mine")
    await ines.get("/tool-register/mine/new")
    assert ines.status == 403


async def test_of_two_officers_at_once_the_second_is_told(register: Site) -> None:
    ines, first, second = [await register.browser(name) for name in ("ines", "officer", "officer")]
    declaration = id_of(await declare(ines))
    await second.get(f"/tool-register/check/{declaration}")
    shown = version(second)
    await decide(first, declaration)
    page = await second.post(f"/tool-register/check/{declaration}", version=shown, **verdicts(by="Un autre bureau"))
    assert second.status == 412
    assert "Un autre bureau" in page
    found = [tool_of(one) for one in await register.stored("DeviceDefinition")]
    assert [one.by for one in found if one.name == "Visite Claire"] == [BY]


async def test_a_form_without_its_version_overwrites_nothing(register: Site) -> None:
    ines, officer = await register.browser("ines"), await register.browser("officer")
    path = await declare(ines)
    await ines.get(path)
    await ines.post(path, version="", **tool(name="Autre"))
    assert ines.status == 412
    await officer.get(f"/tool-register/check/{id_of(path)}")
    await officer.post(f"/tool-register/check/{id_of(path)}", version="", **verdicts())
    assert officer.status == 412


async def test_what_the_maker_changed_meanwhile_is_not_published_unseen(register: Site) -> None:
    ines, officer = await register.browser("ines"), await register.browser("officer")
    path = await declare(ines)
    await officer.get(f"/tool-register/check/{id_of(path)}")
    shown = version(officer)
    await ines.get(path)
    await ines.post(path, version=version(ines), **tool(price="500"))
    await officer.post(f"/tool-register/check/{id_of(path)}", version=shown, **verdicts())
    assert officer.status == 412
    assert "Visite Claire" not in await (await register.browser()).get("/tool-register")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ins_verdict": ""}, "Dites si la preuve a été vue ou refusée."),
        ({"ins_verdict": "refused"}, "Écrivez le motif"),
        ({"by": " "}, "Écrivez pour quel organisme"),
        ({"due": LATER}, "Choisissez un jour"),
        ({"due": "2020-01-01"}, "Choisissez un jour"),
        ({"due": "demain"}, "Choisissez un jour"),
        ({"go": "back"}, "Écrivez le motif"),
    ],
)
async def test_a_decision_that_says_too_little_is_refused(register: Site, typed: dict[str, str], said: str) -> None:
    ines, officer = await register.browser("ines"), await register.browser("officer")
    declaration = id_of(await declare(ines))
    page = await decide(officer, declaration, **typed)
    assert officer.status == 422
    assert said in page
    (task,) = await register.stored("Task", ("_id", declaration))
    assert task["status"] == "requested"


async def test_a_refused_proof_is_not_published_and_its_maker_reads_why(register: Site) -> None:
    ines, officer, anyone = await register.browser("ines"), await register.browser("officer"), await register.browser()
    path = await declare(ines)
    await decide(officer, id_of(path), ins_verdict="refused", ins_reason="numéro inconnu")
    page = await anyone.get("/tool-register", q="visite claire")
    assert "HDS · valable" in page
    assert "INS ·" not in page
    page = await ines.get(path)
    assert "numéro inconnu" in page


async def test_a_declaration_goes_back_with_a_reason_and_comes_again(register: Site) -> None:
    ines, officer = await register.browser("ines"), await register.browser("officer")
    path = await declare(ines)
    page = await decide(
        officer, id_of(path), go="back", reason="Joignez le certificat.", hds_verdict="", ins_verdict=""
    )
    assert "La déclaration est renvoyée à l'éditeur." in page
    assert "Joignez le certificat." in await ines.get(path)
    await officer.get(f"/tool-register/check/{id_of(path)}")
    await officer.post(f"/tool-register/check/{id_of(path)}", version=version(officer), **verdicts())
    assert officer.status == 409
    await ines.post(path, version=version(ines), **tool())
    await decide(officer, id_of(path))
    assert "Vérifié et publié" in await ines.get("/tool-register/mine")


async def test_the_desk_withdraws_with_a_reason_and_publishes_again(register: Site) -> None:
    ines, officer, anyone = await register.browser("ines"), await register.browser("officer"), await register.browser()
    path = await declare(ines)
    await decide(officer, id_of(path))
    (entry,) = [one for one in await register.stored("DeviceDefinition") if "Visite Claire" in str(one)]
    address = f"/tool-register/withdraw/{entry['id']}"
    await officer.get(address)
    await officer.post(address, version=version(officer), reason=" ")
    assert officer.status == 422
    page = await officer.post(address, version=version(officer), reason="Hébergeur condamné")
    assert "n'est plus au registre" in page
    await officer.get(address)
    await officer.post(address, version=version(officer), reason="Encore")
    assert officer.status == 409
    assert "Hébergeur condamné" in await anyone.get(f"/tool-register/tools/{entry['id']}")
    assert "Hébergeur condamné" in await ines.get(path)
    await ines.post(path, version=version(ines), **tool())
    await decide(officer, id_of(path))
    page = await anyone.get(f"/tool-register/tools/{entry['id']}")
    assert "n'est plus au registre" not in page
    assert "Visite Claire" in await anyone.get("/tool-register")


async def test_only_the_desk_checks_withdraws_and_imports(register: Site) -> None:
    paths = ("check", "check/tools-declaration-relais", "withdraw/tools-visio", "import")
    for name in ("ines", "doc", "ana"):
        browser = await register.browser(name)
        for path in paths:
            await browser.get(f"/tool-register/{path}")
            assert browser.status == 403, (name, path)


async def test_a_declaration_in_anothers_name_is_not_published(register: Site) -> None:
    ines, officer = await register.browser("ines"), await register.browser("officer")
    declaration = id_of(await declare(ines))
    (task,) = await register.stored("Task", ("_id", declaration))
    await register.put({**task, "requester": {"reference": "PractitionerRole/tools-leo-role"}})
    page = await officer.get(f"/tool-register/check/{declaration}")
    assert "Elle ne peut pas être publiée." in page
    await decide(officer, declaration)
    assert officer.status == 409
    assert "Visite Claire" not in await (await register.browser()).get("/tool-register")


async def test_what_came_around_the_form_is_looked_at_before_it_is_published(register: Site) -> None:
    ines, officer = await register.browser("ines"), await register.browser("officer")
    declaration = id_of(await declare(ines))
    (task,) = await register.stored("Task", ("_id", declaration))
    task["contained"][0]["onlineInformation"] = "javascript:alert(1)"
    await register.put(task)
    page = await decide(officer, declaration)
    assert officer.status == 409
    assert "site" in page
    assert "javascript:" not in page


async def test_what_is_due_again_stands_in_the_queue(register: Site) -> None:
    officer = await register.browser("officer")
    page = await officer.get("/tool-register/check")
    assert "En retard depuis le" in page
    assert "Plaies en Images" in page
    await officer.get("/tool-register/check/tools-declaration-plaies")
    await officer.post(
        "/tool-register/check/tools-declaration-plaies", version=version(officer), hds_verdict="seen", by=BY, due=YEAR, go="publish"
    )  # fmt: skip
    assert "Plaies en Images" not in await officer.get("/tool-register/check")
    page = await (await register.browser()).get("/tool-register/tools/tools-plaies")
    assert "Vérification trop ancienne" not in page


_LIST = (
    "maker;name;functions;price;site\nÉditeur Sud;Premier;video;0;https://premier.example.org\n"
    "Éditeur Sud;Second;booking;12,5;https://second.example.org\n"
)


async def test_the_desk_takes_in_a_list_after_a_dry_run(register: Site) -> None:
    officer = await register.browser("officer")
    await officer.get("/tool-register/import")
    page = await officer.post("/tool-register/import", files={"file": ("list.csv", _LIST.encode("utf-8-sig"), "text/csv")}, go="try")  # fmt: skip
    assert "Lignes qui peuvent être reprises : 2." in page
    assert not [one for one in await register.stored("Task") if "Premier" in str(one)]
    page = await officer.post("/tool-register/import", list=_LIST, go="take")
    assert "La liste est reprise" in page
    assert "Éditeur Sud" in page
    (task,) = [one for one in await register.stored("Task") if "Premier" in str(one)]
    assert "aucun compte d'éditeur" in await officer.get(f"/tool-register/check/{task['id']}")
    await officer.post(f"/tool-register/check/{task['id']}", version=version(officer), by=BY, due=YEAR, go="publish")
    assert "Éditeur Sud" in await (await register.browser()).get("/tool-register", q="premier")


async def test_a_list_with_a_refused_line_is_not_taken_in_and_keeps_its_text(register: Site) -> None:
    officer = await register.browser("officer")
    await officer.get("/tool-register/import")
    page = await officer.post("/tool-register/import", list=_LIST + "Éditeur;Mauvais;video;x;https://x.example.org", go="take")  # fmt: skip
    assert officer.status == 422
    assert "Écrivez un nombre d'euros" in page
    assert "Mauvais" in page
    assert not [one for one in await register.stored("Task") if "Premier" in str(one)]
    page = await officer.post("/tool-register/import", list="name;colour\na;red", go="try")
    assert officer.status == 422
    assert "colonnes inconnues : colour" in page
    await officer.post("/tool-register/import", files={"file": ("list.csv", b"\xff\xfe\x00", "text/csv")}, go="try")
    assert officer.status == 422
