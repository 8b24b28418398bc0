"""The kind of a record for policies: a tag of admissions makes another kind of three types, and of no others."""

from __future__ import annotations

import pytest

from seve.fhir.access.kinds import ADMISSION, kind_name


@pytest.mark.parametrize("type_", ["Encounter", "QuestionnaireResponse", "Task"])
def test_what_bears_the_tag_of_an_admission_is_of_another_kind(type_: str) -> None:
    assert kind_name({"resourceType": type_, "meta": {"tag": [ADMISSION]}}) == f"{type_}|admission"
    assert kind_name({"resourceType": type_, "meta": {"tag": [{"system": "x", "code": "admission"}]}}) == type_
    assert kind_name({"resourceType": type_}) == type_


@pytest.mark.parametrize("type_", ["Observation", "Condition", "Patient"])
def test_a_tag_makes_nothing_of_health_administrative(type_: str) -> None:
    assert kind_name({"resourceType": type_, "meta": {"tag": [ADMISSION]}}) == type_
