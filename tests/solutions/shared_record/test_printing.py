"""Paper: chapters and period, the emergency summary, PDF; and who gets none."""

from __future__ import annotations

import pytest

from seve.fhir import Resource
from seve.testing.site import Site

_PATH = "/shared-record/ana/print"


def _condition(id_: str, words: str, day: str) -> Resource:
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition", "id": id_, "code": {"text": words}, "subject": {"reference": "Patient/ana"},
        "recordedDate": day, "clinicalStatus": {"coding": [active]},
    }  # fmt: skip


async def test_the_whole_record_is_printed_by_chapters_and_period(room: Site) -> None:
    await room.put(_condition("a", "Asthme", "2025-03-01"), _condition("b", "Bronchite", "2019-03-01"))
    ana = await room.browser("ana")
    page = await ana.get(_PATH)
    for words in ("Asthme", "Bronchite", "71.0 kg".replace(".", ","), "Metformine 1000 mg", "1 comprimé matin et soir"):
        assert words in page
    page = await ana.get(_PATH, conditions="1", since="2024-01-01")
    assert "Asthme" in page
    assert "Bronchite" not in page
    assert "71,0 kg" not in page
    assert "Metformine" in page  # what is taken is always there


async def test_the_words_of_documents_are_printed_when_asked_for(room: Site) -> None:
    ana = await room.browser("ana")
    await ana.get("/shared-record/ana/documents/add")
    await ana.post("/shared-record/ana/documents", title="Carnet", kind="own", words="Je dors <mal>.")
    assert "Je dors" not in await ana.get(_PATH)
    await ana.get(_PATH, texts="1")
    assert "Je dors &lt;mal&gt;." in ana.answer.text


async def test_the_emergency_summary_has_what_matters(room: Site) -> None:
    await room.put(_condition("a", "Asthme", "2025-03-01"))
    ana, doctor = await room.browser("ana"), await room.browser("doc")
    await ana.get("/shared-record/ana/directives")
    await ana.post(
        "/shared-record/ana/directives",
        name="Paul Durand",
        capacity="trusted",
        phone="0612345678",
        kin="",
        address="",
        replaces="",
    )
    for browser in (ana, doctor):
        page = await browser.get(f"{_PATH}/emergency")
        for words in (
            "Pénicilline",
            "Asthme",
            "Metformine",
            "Personne de confiance : Paul Durand · 0612345678",
            "71,0 kg",
        ):
            assert words in page


@pytest.mark.parametrize("path", ["/pdf?texts=1", "/emergency/pdf"])
async def test_the_same_is_kept_as_pdf(room: Site, path: str) -> None:
    ana = await room.browser("ana")
    await ana.get(f"{_PATH}{path.partition('?')[0]}", **({"texts": "1"} if "texts" in path else {}))
    if ana.status == 501:
        pytest.skip("the libraries that draw PDF are not on this machine")
    assert ana.status == 200
    assert ana.answer.content.startswith(b"%PDF-")
    assert ana.answer.headers["content-disposition"].startswith("attachment")


async def test_who_takes_no_care_of_the_patient_prints_nothing(room: Site) -> None:
    for name in ("stranger", "bob"):
        browser = await room.browser(name)
        for path in ("", "/pdf", "/emergency", "/emergency/pdf"):
            await browser.get(f"{_PATH}{path}")
            assert browser.status == 404
