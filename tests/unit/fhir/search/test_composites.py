from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.fhir.search.searching import concept, found, observation, query

from seve.fhir.search.refusals import WrongModifier, WrongValue

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def part(code: str, value: str) -> dict[str, object]:
    return {
        "code": concept(f"{LOINC}|{code}"),
        "valueQuantity": {"value": Decimal(value), "system": UCUM, "code": "mm[Hg]"},
    }


PRESSURE = observation(
    "pressure", code=concept(f"{LOINC}|85354-9"), component=[part("8480-6", "120"), part("8462-4", "80")]
)
SINGLE = observation("single", **part("8480-6", "80"))


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        (f"component-code-value-quantity={LOINC}|8480-6$120", ["pressure"]),
        ("component-code-value-quantity=8480-6$gt100", ["pressure"]),
        ("component-code-value-quantity=8480-6$80", []),
        ("component-code-value-quantity=8480-6$16.0||kPa", []),
        (f"component-code-value-quantity=8480-6$lt17|{UCUM}|kPa", ["pressure"]),
        ("component-code-value-quantity=8480-6$80,8462-4$80", ["pressure"]),
        ("code-value-quantity=8480-6$80", ["single"]),
        ("combo-code-value-quantity=8480-6$ge80", ["pressure", "single"]),
        ("combo-code=8480-6&combo-value-quantity=80", ["pressure", "single"]),
        ("combo-code-value-quantity:missing=false", ["pressure", "single"]),
    ],
)
def test_the_parts_of_a_composite_belong_together(search: str, ids: list[str]) -> None:
    assert found("Observation", search, PRESSURE, SINGLE) == ids


def test_a_coded_value_and_a_string_and_a_date_may_be_second() -> None:
    coded = observation("coded", code=concept(f"{LOINC}|1"), valueCodeableConcept=concept("urn:x|a"))
    said = observation("said", code=concept(f"{LOINC}|1"), valueString="Très bien")
    dated = observation("dated", code=concept(f"{LOINC}|1"), valueDateTime="2020-05-01")
    all_ = (coded, said, dated)
    assert found("Observation", "code-value-concept=1$urn:x|a", *all_) == ["coded"]
    assert found("Observation", "code-value-concept=2$urn:x|a", *all_) == []
    assert found("Observation", "code-value-string=1$tres", *all_) == ["said"]
    assert found("Observation", "code-value-date=1$gt2020-04", *all_) == ["dated"]


def test_a_reference_may_be_second() -> None:
    relation = {"code": "replaces", "target": {"reference": "DocumentReference/1"}}
    one = {"resourceType": "DocumentReference", "id": "one", "status": "current", "relatesTo": [relation]}
    assert found("DocumentReference", "relationship=replaces$DocumentReference/1", one) == ["one"]
    assert found("DocumentReference", "relationship=appends$DocumentReference/1", one) == []


def test_two_numbers_may_follow_a_token() -> None:
    variants = [{"start": 10, "end": 20}, {"start": 100, "end": 200}]
    one = {"resourceType": "MolecularSequence", "id": "one", "coordinateSystem": 0, "variant": variants}
    one["referenceSeq"] = {"referenceSeqId": concept("urn:ncbi|NC_1")}
    search = "referenceseqid-variant-coordinate=NC_1"
    assert found("MolecularSequence", f"{search}$ge5$le20", one) == ["one"]
    assert found("MolecularSequence", f"{search}$ge100$le20", one) == []


@pytest.mark.parametrize("value", ["8480-6", "8480-6$", "8480-6$80$1", f"{LOINC}|$80", "8480-6$x"])
def test_what_is_not_a_composite_is_refused(value: str) -> None:
    with pytest.raises(WrongValue):
        query("Observation", f"code-value-quantity={value}")
    with pytest.raises(WrongModifier):
        query("Observation", "code-value-quantity:text=1$2")
