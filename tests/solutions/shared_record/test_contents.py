"""To which of the seven classes of content a resource belongs (N01)."""

from __future__ import annotations

from typing import Any

import pytest

from seve.solutions.shared_record.model.contents import SOURCES, class_of

_A05 = "urn:oid:1.2.250.1.213.1.1.4.12"
VISIT = [{"coding": [{"code": "AMB"}]}]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "Encounter", "type": VISIT}, "treatments"),
        ({"resourceType": "Observation"}, "results"),
        ({"resourceType": "Condition"}, "conditions"),
        ({"resourceType": "ExplanationOfBenefit", "type": {"coding": [{"code": "pharmacy"}]}}, "reimbursements"),
        ({"resourceType": "DocumentReference", "type": {"coding": [{"code": "42348-3"}]}}, "directives"),
        ({"resourceType": "DocumentReference"}, "reports"),
        (
            {"resourceType": "DocumentReference", "type": {"coding": [{"system": _A05, "code": "REMB"}]}},
            "reimbursements",
        ),
        ({"resourceType": "DocumentReference", "type": {"coding": [{"system": _A05, "code": "EXPPAT_2"}]}}, "reports"),
    ],
)
def test_each_kind_of_resource_has_its_class(resource: dict[str, Any], expected: str) -> None:
    assert class_of(resource) == expected


def test_every_document_is_found_by_one_class_whatever_its_type() -> None:
    asked = [dict(one.query) for those in SOURCES.values() for one in those if one.type == "DocumentReference"]
    types = [code for query in asked for code in query.get("type", "").split(",") if code]
    assert len(types) == len(set(types))
    for query in asked:
        if "type:not" in query:
            assert set(query["type:not"].split(",")) == set(types)
