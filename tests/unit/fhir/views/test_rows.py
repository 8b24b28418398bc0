"""What a view gives for a resource, by specialised code and by the general engine alike; and which resources it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seve.fhir.views import RowRefused, compile_view, parse_view


def rows(definition: dict[str, Any], resource: dict[str, Any]) -> list[tuple[Any, ...]]:
    compiled = compile_view(parse_view(definition))
    found = compiled.rows(resource)
    assert found == compiled.general_rows(resource)
    return found


def cells(resource: dict[str, Any], *paths: str, **more: Any) -> tuple[Any, ...]:
    columns = [{"path": path, "name": f"c{index}"} for index, path in enumerate(paths)]
    (row,) = rows({"resource": resource["resourceType"], "select": [{"column": columns}], **more}, resource)
    return row


PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "active": True,
    "birthDate": "1970-06",
    "name": [{"use": "official", "family": "Durand", "given": ["Anne", "Lise"]}, {"family": "Petit"}],
    "contact": [
        {"telecom": [{"system": "phone", "value": "1"}, {"system": "email", "value": "2"}]},
        {"gender": "male"},
    ],
    "managingOrganization": {"reference": "Organization/o"},
    "generalPractitioner": [{"reference": "Practitioner/x"}, {"reference": "Organization/y"}, {"display": "?"}],
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o",
    "subject": {"reference": "Patient/p/_history/3"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "1"}, {"system": "s", "code": "2"}]},
    "valueQuantity": {"value": 7, "unit": "g"},
    "effectivePeriod": {"start": "2020", "end": "2020-02"},
}


def test_keys_of_a_resource_and_of_what_refers_to_it_are_equal() -> None:
    assert cells(PATIENT, "getResourceKey()") == ("Patient/p",)
    assert cells(OBSERVATION, "subject.getReferenceKey()", "subject.getReferenceKey(Patient)") == ("Patient/p",) * 2
    assert cells(OBSERVATION, "subject.getReferenceKey('Patient')", "subject.getReferenceKey(Group)") == (
        "Patient/p",
        None,
    )
    assert cells(PATIENT, "generalPractitioner.getReferenceKey(Organization)") == ("Organization/y",)


@pytest.mark.parametrize(
    "reference", ["#x", "urn:uuid:1", "https://elsewhere/Patient/p", "Patient", "Nobody/p", "Patient/"]
)
def test_a_reference_to_elsewhere_has_no_key(reference: str) -> None:
    assert cells({**OBSERVATION, "subject": {"reference": reference}}, "subject.getReferenceKey()") == (None,)


def test_numbers_are_decimals_and_dates_their_text() -> None:
    assert cells(OBSERVATION, "value.ofType(Quantity).value") == (Decimal(7),)
    assert cells(PATIENT, "birthDate", "birthDate.highBoundary()") == ("1970-06", "1970-06-30")
    low, high = "2020-01-01T00:00:00.000+14:00", "2020-02-29T23:59:59.999-12:00"
    period = "effective.ofType(Period)"
    assert cells(OBSERVATION, f"{period}.lowBoundary()", f"{period}.highBoundary()") == (low, high)


@pytest.mark.parametrize(
    ("constant", "path"),
    [
        ({"valueString": "Durand"}, "name.first().family = %c"),
        ({"valueCode": "official"}, "name.where(use = %c).exists()"),
        ({"valueBoolean": True}, "active = %c"),
        ({"valueInteger": 2}, "name.count() = %c"),
        ({"valuePositiveInt": 2}, "name.count() = %c"),
        ({"valueUnsignedInt": 2}, "name.count() = %c"),
        ({"valueInteger64": "2"}, "name.count() = %c"),
        ({"valueDecimal": Decimal("2.0")}, "name.count() = %c"),
        ({"valueDate": "1970-06"}, "birthDate = %c"),
        ({"valueDateTime": "1971-01-01T00:00:00Z"}, "birthDate < %c"),
        ({"valueInstant": "1971-01-01T00:00:00Z"}, "birthDate < %c"),
        ({"valueTime": "12:00:00"}, "@T11:00:00 < %c"),
        ({"valueId": "p"}, "id = %c"),
        ({"valueUri": "Organization/o"}, "managingOrganization.reference = %c"),
        ({"valueUrl": "Organization/o"}, "managingOrganization.reference = %c"),
        ({"valueCanonical": "Organization/o"}, "managingOrganization.reference = %c"),
        ({"valueOid": "Durand"}, "name.first().family = %c"),
        ({"valueUuid": "Durand"}, "name.first().family = %c"),
        ({"valueBase64Binary": "Durand"}, "name.first().family = %c"),
    ],
)
def test_a_constant_of_every_type_is_its_value(constant: dict[str, Any], path: str) -> None:
    assert cells(PATIENT, path, constant=[{"name": "c", **constant}]) == (True,)


def test_a_complex_column_is_its_json_and_a_collection_a_list() -> None:
    select = {
        "column": [
            {"path": "name.first()", "name": "n", "type": "HumanName"},
            {"path": "name.given", "name": "g", "collection": True},
            {"path": "photo.title", "name": "t", "collection": True},
        ]
    }
    assert rows({"resource": "Patient", "select": [select]}, PATIENT) == [(PATIENT["name"][0], ["Anne", "Lise"], [])]


def test_where_nothing_is_found_the_inside_is_seen_without_a_value() -> None:
    inside = [{"path": "%rowIndex", "name": "i"}, {"path": "family", "name": "f"}, {"path": "'x'", "name": "x"}]
    select = {"forEachOrNull": "name.where(use = 'old')", "column": inside}
    assert rows({"resource": "Patient", "select": [select]}, PATIENT) == [(0, None, "x")]


def test_rows_of_primitives_and_of_nested_iterations() -> None:
    telecom = {"forEach": "telecom", "column": [{"path": "%rowIndex", "name": "j"}, {"path": "value", "name": "v"}]}
    contact = {"forEach": "contact", "column": [{"path": "%rowIndex", "name": "i"}], "select": [telecom]}
    given_names = {"forEachOrNull": "name.given", "column": [{"path": "$this", "name": "g"}]}
    found = rows({"resource": "Patient", "select": [contact, given_names]}, PATIENT)
    assert found == [(0, 0, "1", "Anne"), (0, 0, "1", "Lise"), (0, 1, "2", "Anne"), (0, 1, "2", "Lise")]


def test_the_resource_is_at_hand_inside_an_iteration() -> None:
    select = {"forEach": "name", "column": [{"path": "%resource.id & '/' & family", "name": "key"}]}
    assert rows({"resource": "Patient", "select": [select]}, PATIENT) == [("p/Durand",), ("p/Petit",)]


def test_contained_resources_are_told_apart() -> None:
    holder = {**PATIENT, "contained": [{"resourceType": "Organization", "id": "o", "name": "H"}]}
    select = {"forEach": "contained", "column": [{"path": "getResourceKey()", "name": "k"}]}
    assert rows({"resource": "Patient", "select": [select]}, holder) == [("Organization/o",)]


def test_a_primitive_without_a_value_gives_no_value() -> None:
    resource = {**PATIENT, "name": [{"given": ["A", None], "_given": [None, {"id": "x"}]}]}
    assert cells(resource, "name.given", "name.given.count()") == ("A", 2)


@pytest.mark.parametrize("way", ["rows", "general_rows"])
@pytest.mark.parametrize(
    ("path", "column"),
    [("name.family", "c"), ("name.given + 'x'", "c"), ("contact.telecom.value.single()", "c")],
)
def test_a_resource_that_does_not_fit_is_named_with_its_column(way: str, path: str, column: str) -> None:
    definition = {"resource": "Patient", "select": [{"column": [{"path": path, "name": column}]}]}
    with pytest.raises(RowRefused) as caught:
        getattr(compile_view(parse_view(definition)), way)(PATIENT)
    assert caught.value.fields["resource"] == "Patient/p"
    assert caught.value.fields["column"] == column
    assert "Patient/p" in str(caught.value)


def test_a_condition_that_is_no_boolean_is_refused() -> None:
    definition = {
        "resource": "Patient",
        "select": [{"column": [{"path": "id", "name": "a"}]}],
        "where": [{"path": "iif(active, name.first().family, false)"}],
    }
    with pytest.raises(RowRefused, match="where"):
        compile_view(parse_view(definition)).rows(PATIENT)


def test_a_value_of_another_type_than_the_column_is_refused() -> None:
    definition = {"resource": "Observation", "select": [{"column": [{"path": "value", "name": "v", "type": "string"}]}]}
    compiled = compile_view(parse_view(definition))
    assert compiled.rows({"resourceType": "Observation", "valueString": "x"}) == [("x",)]
    with pytest.raises(RowRefused, match="Quantity"):
        compiled.rows(OBSERVATION)


def test_a_repeat_that_never_ends_is_refused() -> None:
    select = {"repeat": ["$this"], "column": [{"path": "id", "name": "a"}]}
    with pytest.raises(RowRefused, match="work"):
        compile_view(parse_view({"resource": "Patient", "select": [select]})).rows(PATIENT)


def test_a_resource_that_gives_too_many_rows_is_refused() -> None:
    names = [{"family": str(number)} for number in range(20)]
    beside = [{"forEach": "name", "column": [{"path": "family", "name": f"c{n}"}]} for n in range(8)]
    inside: dict[str, Any] = {"column": [{"path": "'x'", "name": "x"}]}
    for _ in range(8):
        inside = {"forEach": "%resource.name", "select": [inside]}
    for select in (beside, [inside]):
        compiled = compile_view(parse_view({"resource": "Patient", "select": select}))
        with pytest.raises(RowRefused, match="rows"):
            compiled.rows({"resourceType": "Patient", "id": "p", "name": names})


PATHS = [
    "id",
    "name.family.first()",
    "name.given.join(',')",
    "name.exists()",
    "active",
    "name.where(use='official').count()",
]
FOCI = ["name", "name.given", "contact.telecom", "contact", "name.where(use = 'official')"]
AT_FOCUS = {
    "name": ["family", "given.join()", "use", "%rowIndex"],
    "name.given": ["$this", "%rowIndex"],
    "contact.telecom": ["system", "value", "%rowIndex"],
    "contact": ["telecom.value.first()", "gender", "telecom.exists()"],
    "name.where(use = 'official')": ["family", "$this.given.exists()"],
}


@st.composite
def views(draw: st.DrawFn) -> dict[str, Any]:
    names = iter(range(100))

    def select() -> dict[str, Any]:
        focus = draw(st.sampled_from([None, *FOCI]))
        paths = draw(st.lists(st.sampled_from(PATHS if focus is None else AT_FOCUS[focus]), min_size=1, max_size=3))
        found: dict[str, Any] = {"column": [{"path": path, "name": f"c{next(names)}"} for path in paths]}
        return found if focus is None else {draw(st.sampled_from(["forEach", "forEachOrNull"])): focus, **found}

    return {"resource": "Patient", "select": [select() for _ in range(draw(st.integers(1, 3)))]}


TEXTS = st.sampled_from(["a", "b", "c"])
NAMES = st.fixed_dictionaries(
    {"id": TEXTS},
    optional={
        "family": TEXTS,
        "use": st.sampled_from(["official", "old"]),
        "given": st.lists(TEXTS, min_size=1, max_size=3),
    },
)
CONTACTS = st.fixed_dictionaries(
    {"id": TEXTS},
    optional={
        "gender": TEXTS,
        "telecom": st.lists(st.fixed_dictionaries({"value": TEXTS}, optional={"system": TEXTS}), min_size=1),
    },
)
PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.just("Patient"), "id": TEXTS},
    optional={
        "active": st.booleans(),
        "name": st.lists(NAMES, min_size=1, max_size=3),
        "contact": st.lists(CONTACTS, min_size=1, max_size=2),
    },
)


@given(views(), PATIENTS)
@settings(deadline=None, max_examples=200)
def test_the_specialised_code_agrees_with_the_general_engine(
    definition: dict[str, Any], patient: dict[str, Any]
) -> None:
    rows(definition, patient)
