"""The timeline and the overview, as a patient and a doctor see them."""

from __future__ import annotations

from decimal import Decimal
from re import findall

from seve.fhir import Resource
from seve.testing.site import Site


def _weight(number: int) -> Resource:
    day = f"2025-{1 + number % 12:02}-{1 + number % 28:02}"
    return {
        "resourceType": "Observation",
        "id": f"w{number}",
        "status": "final",
        "code": {"text": f"Poids numéro {number:03}"},
        "subject": {"reference": "Patient/ana"},
        "effectiveDateTime": day,
        "valueQuantity": {"value": Decimal(60 + number), "unit": "kg"},
    }


def _visit(number: int) -> Resource:
    return {
        "resourceType": "Condition",
        "id": f"c{number}",
        "code": {"text": f"Rhume numéro {number:03}"},
        "subject": {"reference": "Patient/ana"},
        "recordedDate": f"2025-{1 + number % 12:02}-{2 + number % 26:02}",
        "asserter": {"reference": "PractitionerRole/nurse-role"},
    }


async def test_each_item_tells_author_date_type_and_software(room: Site) -> None:
    ana = await room.browser("ana")
    page = await ana.get("/shared-record/ana/timeline")
    assert ana.status == 200
    for told in (
        "Poids",
        "71.0 kg".replace(".", ","),
        "5 janvier 2026",
        "Doc Martin",
        "logiciel-cabinet.example",
        "Résultats",
    ):
        assert told in page


async def test_pages_of_the_timeline_show_everything_once_and_in_order(room: Site) -> None:
    await room.put(*map(_weight, range(60)), *map(_visit, range(20)))
    ana, seen, days = await room.browser("ana"), list[str](), list[str]()
    page = await ana.get("/shared-record/ana/timeline")
    for _ in range(10):
        seen += findall(r"(?:Poids|Rhume) numéro \d+", page)
        days += [day[:10] for day in findall(r'<time class="quiet" datetime="([^"]+)"', page)]
        following = findall(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        page = await ana.get(following[0])
    assert sorted(seen) == sorted(
        [f"Poids numéro {n:03}" for n in range(60)] + [f"Rhume numéro {n:03}" for n in range(20)]
    )
    assert days == sorted(days, reverse=True)


async def test_the_timeline_is_narrowed_by_class_period_author_and_words(room: Site) -> None:
    await room.put(*map(_weight, range(6)), *map(_visit, range(6)))
    ana, path = await room.browser("ana"), "/shared-record/ana/timeline"
    assert "Rhume" not in await ana.get(path, **{"class": "results"})
    assert "Poids numéro" not in await ana.get(path, **{"class": "conditions"})
    page = await ana.get(path, since="2025-03-01", until="2025-03-31")
    assert findall(r"numéro (\d+)", page) == ["002", "002"]
    page = await ana.get(path, author="PractitionerRole/nurse-role")
    assert "Rhume" in page
    assert "Poids" not in page
    page = await ana.get(path, words="rhume 004")
    assert "Rhume numéro 004" in page
    assert "Rhume numéro 003" not in page


async def test_who_takes_no_care_of_a_patient_sees_nothing_of_the_record(room: Site) -> None:
    for name in ("stranger", "bob"):
        browser = await room.browser(name)
        page = await browser.get("/shared-record/ana/timeline")
        assert browser.status == 404
        assert "Durand" not in page


async def test_a_filter_that_is_none_is_left_out(room: Site) -> None:
    ana = await room.browser("ana")
    page = await ana.get("/shared-record/ana/timeline", since="hier", until="2025-02-30", author="a b", page="x~y")
    assert ana.status == 200
    assert "Poids" in page


async def test_reimbursements_older_than_twenty_four_months_show_no_more(room: Site) -> None:
    def claim(id_: str, day: str) -> Resource:
        return {
            "resourceType": "ExplanationOfBenefit", "id": id_, "status": "active", "use": "claim", "outcome": "complete",
            "type": {"text": f"Remboursement {id_}"}, "patient": {"reference": "Patient/ana"}, "created": day,
            "insurer": {"display": "CPAM"}, "provider": {"display": "Pharmacie"},
            "insurance": [{"focal": True, "coverage": {"display": "régime général"}}],
        }  # fmt: skip

    await room.put(claim("ancien", "2020-01-01"))
    ana = await room.browser("ana")
    assert "ancien" not in await ana.get("/shared-record/ana/timeline", **{"class": "reimbursements"})


async def test_the_overview_counts_the_seven_classes_and_shows_allergies_first(room: Site) -> None:
    doctor = await room.browser("doc", language="en")
    page = await doctor.get("/shared-record/ana")
    assert doctor.status == 200
    assert page.index("Pénicilline") < page.index("Reimbursements")
    for name in (
        "Reimbursements",
        "Conditions and allergies",
        "Treatments and care",
        "Reports",
        "Certificates",
        "Advance directives",
    ):
        assert name in page


async def test_a_professional_finds_their_patients_at_the_door_and_a_patient_their_own_record(room: Site) -> None:
    doctor, ana = await room.browser("doc"), await room.browser("ana")
    assert "Durand" in await doctor.get("/shared-record")
    assert "Mon dossier de santé" in await ana.get("/shared-record")
