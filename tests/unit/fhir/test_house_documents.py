"""Copies of what an organisation keeps, and the rule that makes some: decided on FHIR data alone."""

from __future__ import annotations

from typing import Any

import pytest

from seve.fhir import Resource
from seve.fhir.access.openings import OWN, TAGS, keeper
from seve.fhir.access.veils import FROM_PROFESSIONALS, VISIBILITY, veil
from seve.fhir.definitions import core
from seve.fhir.house_documents import (
    Rule,
    Sharing,
    copied,
    copy_id,
    is_copy,
    needs_a_person,
    rule_of,
    rule_resource,
    sharing_of,
)
from seve.fhir.validation.validator import Validator

_HOUSE = "Organization/h"
_LETTER = ("http://loinc.org", "11490-0")
_MASK = {"system": VISIBILITY, "code": "MASQUE_PS"}
_BY = Sharing("person", "PractitionerRole/p", "Dr Martin", "2026-11-01T10:00:00.000+01:00")


def document(**more: Any) -> Resource:
    return {
        "resourceType": "DocumentReference",
        "id": "d",
        "meta": {"tag": [{"system": TAGS, "code": OWN}]},
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"},
        "status": "current",
        "type": {"coding": [{"system": _LETTER[0], "code": _LETTER[1]}]},
        "subject": {"reference": "Patient/p"},
        "custodian": {"reference": _HOUSE},
        "date": "2026-11-02T10:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain", "url": "Binary/b"}}],
        **more,
    }


def copy(of: Resource, *old: Resource) -> Resource:
    id_ = copy_id(of, [b"x"])
    return copied(of, id_, _BY, urls=[f"Binary/{id_}-0"], old=old)


def test_a_copy_is_shared_and_valid_and_says_what_it_is_and_by_whom() -> None:
    made = copy(document())
    assert keeper(made) == ""
    assert "masterIdentifier" not in made
    assert is_copy(made, of=["DocumentReference/d"], organization=_HOUSE)
    assert not is_copy(made, of=["DocumentReference/e"], organization=_HOUSE)
    assert not is_copy(made, of=["DocumentReference/d"], organization="Organization/other")
    assert not is_copy({**made, "id": "claims"}, of=["DocumentReference/d"], organization=_HOUSE)
    assert sharing_of(made) == _BY
    assert Validator(core()).validate(made).is_valid


def test_the_same_has_the_same_id_in_whichever_order_it_came_and_anything_else_another() -> None:
    one = document()
    turned = dict(reversed(one.items()))
    moved = document(content=[{"attachment": {"contentType": "text/plain", "url": "Binary/elsewhere"}}])
    assert copy_id(one, [b"x"]) == copy_id(turned, [b"x"]) == copy_id(moved, [b"x"])
    others = [
        copy_id(one, [b"y"]),
        copy_id(document(description="autre"), [b"x"]),
        copy_id(document(id="e"), [b"x"]),
        copy_id(moved, [None]),
    ]
    assert len({copy_id(one, [b"x"]), *others}) == len(others) + 1


def test_masks_of_the_document_and_of_the_copies_before_it_come_along() -> None:
    assert not veil(copy(document()), patients=1)
    masked = document(meta={"security": [_MASK]})
    assert veil(copy(masked), patients=1) == FROM_PROFESSIONALS
    before = {**copy(document()), "meta": {"security": [_MASK]}}
    after = copy(document(description="corrigé"), before)
    assert veil(after, patients=1) == FROM_PROFESSIONALS
    assert [one["code"] for one in after["relatesTo"]] == ["transforms", "replaces"]


def test_labels_of_the_registry_stay_where_they_can_be_taken_away() -> None:
    later = document(securityLabel=[{"coding": [{"system": VISIBILITY, "code": "INVISIBLE_PATIENT"}]}])
    made = copy(later)
    assert made["securityLabel"] == later["securityLabel"]
    assert "meta" not in made


def test_a_rule_is_kept_and_read_back() -> None:
    rule = Rule(_HOUSE, (_LETTER,), "2026-11-01T09:00:00.000+01:00", "PractitionerRole/p", "Dr Martin")
    made = rule_resource(rule)
    assert Validator(core()).validate(made).is_valid
    read = rule_of({**made, "meta": {"versionId": "3"}})
    assert read == Rule(_HOUSE, (_LETTER,), rule.since, rule.by, rule.name, "3")


def test_a_rule_without_types_is_retired_and_covers_nothing() -> None:
    made = rule_resource(Rule(_HOUSE, (), "2026-11-01T09:00:00.000+01:00", "PractitionerRole/p", "Dr Martin"))
    assert made["status"] == "retired"
    assert Validator(core()).validate(made).is_valid
    assert not rule_of({**made, "meta": {"versionId": "1"}}).covers(document())


@pytest.mark.parametrize(
    ("more", "is_covered"),
    [
        ({}, True),
        ({"date": "2026-10-31T10:00:00Z"}, False),
        ({"type": {"coding": [{"system": "http://loinc.org", "code": "34112-3"}]}}, False),
        ({"type": {"coding": [{"system": "urn:other", "code": _LETTER[1]}]}}, False),
        ({"type": {"text": "Lettre"}}, False),
    ],
    ids=["covered", "before it began", "another type", "another system", "no code"],
)
def test_a_rule_covers_its_types_from_its_day_on(more: dict[str, Any], is_covered: bool) -> None:
    assert Rule(_HOUSE, (_LETTER,), "2026-11-01T09:00:00.000+01:00").covers(document(**more)) is is_covered


@pytest.mark.parametrize("code", ["MASQUE_PS", "INVISIBLE_PATIENT", "R", "HIV"])
def test_what_labels_hide_needs_a_person(code: str) -> None:
    assert not needs_a_person(document(securityLabel=[{"coding": [{"code": "N"}]}]))
    assert needs_a_person(document(securityLabel=[{"coding": [{"code": code}]}]))
