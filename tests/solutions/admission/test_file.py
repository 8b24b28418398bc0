"""From home: the file is kept as typed, complete before arrival, and seen by the office alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.solutions.admission.conftest import appointment, begun, complete, desk, do, field, filled, picture, seen

from seve.engine.access import open_grant
from seve.sdk.chores import Chores
from seve.solutions.admission import solution
from seve.solutions.admission.actions.keeping_watch import FORGET, Nothing
from seve.store.identity import accounts
from seve.testing.site import Site


async def test_what_is_typed_is_kept_right_or_wrong_and_the_list_says_what_is_missing(room: Site) -> None:
    ana = await room.browser("ana")
    path = await begun(ana)
    assert "Pièce d'identité" in ana.page and "Il manque" in ana.page
    page = await filled(ana, path, **{"coverage.number": "279035121518988", "complementary.until": "2020-01-01"})
    assert "le numéro ou sa clé est faux" in page and "cette date est passée" in page
    page = await ana.get(f"{path}/file")
    assert "279035121518988" in page and "Mutuelle du Val" in page


async def test_a_file_is_sent_once_complete_and_refused_before(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    page = await ana.post(f"{path}/send")
    assert ana.status == 422 and "n'est pas complet" in page
    await complete(ana, path)
    assert "Complet avant l'arrivée" in ana.page
    page = await clerk.get("/admission")
    assert "Ana Durand" in page and "dont 1 dossier(s) complet(s)" in page and "Complet avant l'arrivée" in page
    [kept] = await room.stored("QuestionnaireResponse")
    assert kept["status"] == "completed"


async def test_a_change_after_sending_is_told_as_amended(room: Site) -> None:
    ana = await room.browser("ana")
    path = await begun(ana)
    await complete(ana, path)
    await filled(ana, path, **{"wishes.meals": "sans porc"})
    [kept] = await room.stored("QuestionnaireResponse")
    assert kept["status"] == "amended"


async def test_two_windows_do_not_overwrite_each_other(room: Site) -> None:
    ana = await room.browser("ana")
    path = await begun(ana)
    await filled(ana, path)
    await ana.get(f"{path}/file")
    old = field(ana.page, "version")
    await filled(ana, path, **{"warn.name": "Second"})
    await ana.get(f"{path}/file")
    page = await ana.post(f"{path}/file", version=old, **{"warn.name": "Troisième"})
    assert ana.status == 412 and "Troisième" in page
    assert "Second" in await ana.get(f"{path}/file")


async def test_a_paper_is_looked_at_kept_shown_and_taken_away(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    for name, data, kind in (
        ("virus.png", b"MZ" + b"\0" * 100, "image/png"),
        ("page.html", b"<html><script>1</script></html>", "text/html"),
        ("cut.png", picture()[:60], "image/png"),
        ("empty.pdf", b"", "application/pdf"),
    ):
        await ana.post(f"{path}/papers/identity", files={"paper": (name, data, kind)})
        assert ana.status == 422, name
    await ana.post(f"{path}/papers/passport", files={"paper": ("a.png", picture(), "image/png")})
    assert ana.status == 422
    await ana.post(f"{path}/papers/identity", files={"paper": ("carte.png", picture(), "image/png")})
    assert "carte.png" in ana.page
    for browser in (ana, clerk):
        await browser.get(f"{path}/papers/identity")
        assert browser.answer.content == picture()
    for other in ("bob", "doc"):
        browser = await room.browser(other)
        await browser.get(f"{path}/papers/identity")
        assert browser.status == 404, other
    [kept] = await room.stored("Binary")
    await ana.get(path)
    await ana.post(f"{path}/papers/identity/remove")
    assert "carte.png" not in ana.page
    assert await room.stored("Binary", ("_id", kept["id"])) == []


async def test_a_paper_in_the_place_of_another_ends_it(room: Site) -> None:
    ana = await room.browser("ana")
    path = await begun(ana)
    for name in ("floue.png", "nette.png"):
        await ana.post(f"{path}/papers/identity", files={"paper": (name, picture(), "image/png")})
    assert "nette.png" in ana.page and "floue.png" not in ana.page
    assert len(await room.stored("Binary")) == 1


async def test_papers_end_a_month_after_the_stay_but_for_those_that_the_office_keeps(room: Site) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    await complete(ana, path)
    for deed in ("arrive", "admit"):
        await do(clerk, path, deed)
    await desk(clerk, path)
    await clerk.post(path.replace("/stays/", "/desk/") + "/papers/identity/keep")
    assert clerk.status == 200
    await do(clerk, path, "finish")
    chores = Chores(room.engine, open_grant(), solution.manifest)
    for days, left in ((29, 3), (31, 1), (31, 1)):
        [stay] = await room.stored("Encounter")
        end = datetime.now(UTC) - timedelta(days=days)
        period = {"start": (end - timedelta(days=2)).isoformat(), "end": end.isoformat()}
        await room.put({**stay, "period": period})
        await FORGET.work(chores, Nothing())
        assert len(await room.stored("Binary")) == left
    [file] = await room.stored("QuestionnaireResponse")
    papers = [one["linkId"] for one in file["item"] if one["linkId"].startswith("paper.")]
    assert papers == ["paper.identity"]


async def test_the_stay_of_somebody_else_is_not_there(room: Site) -> None:
    ana, bob, doc = await room.browser("ana"), await room.browser("bob"), await room.browser("doc")
    path = await begun(ana)
    for browser, at in ((bob, path), (bob, f"{path}/file"), (doc, path.replace("/stays/", "/desk/"))):
        await browser.get(at)
        assert browser.status == 404, at
    await bob.get("/admission")
    await bob.post("/admission/begin", appointment="ana-stay")
    assert bob.status == 404


async def test_an_appointment_elsewhere_has_no_file(room: Site) -> None:
    elsewhere = appointment("ana", days=1)
    elsewhere["id"], elsewhere["participant"] = "elsewhere", elsewhere["participant"][:1]
    await room.put(elsewhere)
    ana = await room.browser("ana")
    page = await ana.get("/admission")
    assert "elsewhere" not in page
    await ana.post("/admission/begin", appointment="elsewhere")
    assert ana.status == 422


async def test_a_minor_needs_the_consent_of_both_parents(room: Site) -> None:
    child = {"resourceType": "Patient", "id": "lou", "name": [{"family": "Durand", "given": ["Lou"]}], "birthDate": "2019-05-21", "gender": "female"}  # fmt: skip
    tie = {"resourceType": "RelatedPerson", "id": "lou-mere", "patient": {"reference": "Patient/lou"}, "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}]}]}  # fmt: skip
    await room.put(child, tie, appointment("lou", days=1))
    await accounts.link(room.engine.database.pool, "ana", "RelatedPerson/lou-mere")
    ana = await room.browser("ana")
    path = await begun(ana, "lou")
    assert "deux titulaires de l'autorité parentale" in ana.page
    await complete(ana, path)
    assert ana.status == 422
    await ana.post(f"{path}/papers/consent", files={"paper": ("accord.png", picture(), "image/png")})
    await ana.post(f"{path}/send")
    assert "Complet avant l'arrivée" in ana.page


async def test_the_office_sees_administrative_data_and_nothing_of_health(room: Site) -> None:
    await room.put(
        {
            "resourceType": "Condition",
            "id": "ana-illness",
            "subject": {"reference": "Patient/ana"},
            "code": {"text": "Diabète"},
            "clinicalStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
            },
        },
        {
            "resourceType": "Encounter",
            "id": "ana-psy",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": {"reference": "Patient/ana"},
            "reasonCode": [{"text": "Dépression"}],
        },
    )
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    page = await desk(clerk, path)
    assert "Ana Durand" in page and "Arthroscopie" not in page and "Dépression" not in page
    for type_ in ("Condition", "Encounter", "Appointment", "Observation"):
        found = await seen(room, type_)
        assert not [one for one in found if one["id"] in ("ana-illness", "ana-psy", "ana-stay")], type_
    assert [one["id"] for one in await seen(room, "Patient")] == ["ana"]
