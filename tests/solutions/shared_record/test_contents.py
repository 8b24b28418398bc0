"""To which of the seven classes of content a resource belongs (N01)."""

from __future__ import annotations

from typing import Any

import pytest

from seve.solutions.shared_record.model.contents import class_of

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
    ],
)
def test_each_kind_of_resource_has_its_class(resource: dict[str, Any], expected: str) -> None:
    assert class_of(resource) == expected
