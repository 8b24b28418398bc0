from __future__ import annotations

from decimal import Decimal

import pytest

from seve.fhir.codec import decode_json, encode_json, encode_json_pretty
from seve.fhir.codec.json import DEPTH
from seve.fhir.validation.structure import MOST
from seve.kernel.refusals import Malformed

OBSERVATION = b'"resourceType":"Observation","status":"final","code":{"text":"x"}'


def issues(raw: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Malformed) as refused:
        decode_json(raw)
    assert all(issue.text("fr") != issue.text("en") for issue in refused.value.issues)
    return [(issue.key.removeprefix("fhir."), issue.expression) for issue in refused.value.issues]


def test_decimals_keep_their_digits() -> None:
    raw = b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}'
    resource = decode_json(raw)
    assert str(resource["valueQuantity"]["value"]) == "1.10"
    assert isinstance(resource["valueQuantity"]["value"], Decimal)
    assert encode_json(resource) == raw
    assert decode_json(encode_json_pretty(resource)) == resource


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"resourceType":"Patient"', ("codec.truncated", "")),
        (b'{\n "resourceType": "Patient", x}', ("codec.syntax", "")),
        (b'{"resourceType":"Patient","id":"a","id":"b"}', ("codec.duplicate_key", "")),
        (b'{"resourceType":"Patient","language" :"a","language":"b\\u003a"}', ("codec.duplicate_key", "")),
        (b'{"resourceType":"Patient","id":"\xff"}', ("codec.not_utf8", "")),
        (b'{"a":' * 10_000, ("codec.depth", "")),
        (b'{"resourceType":"Patient","multipleBirthInteger":' + b"9" * 5000 + b"}", ("codec.number_out_of_range", "")),
        (b"{" + OBSERVATION + b',"valueQuantity":{"value":1e999999999}}', ("codec.decimal_too_long", "")),
        (b"[]", ("validation.wrong_json_type", "")),
        (b'{"id":"a"}', ("validation.resource_type_missing", "")),
        (b'{"resourceType":"Patint"}', ("validation.resource_type_near", "")),
        (b'{"resourceType":"Zzz"}', ("validation.resource_type_unknown", "")),
        (b'{"resourceType":"Patient","nam":[]}', ("validation.unknown_element_near", "Patient.nam")),
        (b'{"resourceType":"Patient","qqqqq":1}', ("validation.unknown_element", "Patient.qqqqq")),
        (b'{"resourceType":"Patient","active":null}', ("validation.wrong_json_type", "Patient.active")),
        (b'{"resourceType":"Patient","active":"true"}', ("validation.wrong_json_type", "Patient.active")),
        (b'{"resourceType":"Patient","name":{}}', ("validation.wrong_json_type", "Patient.name")),
        (b'{"resourceType":"Patient","name":[]}', ("validation.empty_array", "Patient.name")),
        (b'{"resourceType":"Patient","name":[{ }]}', ("validation.empty_object", "Patient.name[0]")),
        (b'{"resourceType":"Patient","name":[{"given":["a",""]}]}', ("validation.empty_string", "Patient.name[0].given[1]")),
        (b'{"resourceType":"Patient","name":[{"given":["a",null]}]}', ("validation.misaligned", "Patient.name[0].given")),
        (b'{"resourceType":"Patient","birthDate":"2020-13-01"}', ("validation.pattern", "Patient.birthDate")),
        (b'{"resourceType":"Patient","gender":" male"}', ("validation.pattern", "Patient.gender")),
        (b'{"resourceType":"Patient","language":"' + b"a" * (2**20 + 1) + b'"}', ("validation.too_long", "Patient.language")),
        (b'{"resourceType":"Patient","id":"a\\n"}', ("validation.pattern", "Patient.id")),
        (b'{"resourceType":"Patient","name":[{"text":"a\\u0000"}]}', ("validation.control_character", "Patient.name[0].text")),
        (b'{"resourceType":"Patient","multipleBirthInteger":2147483648}', ("validation.integer_range", "Patient.multipleBirthInteger")),
        (b'{"resourceType":"Patient","multipleBirthInteger":1.0}', ("validation.wrong_json_type", "Patient.multipleBirthInteger")),
        (b"{" + OBSERVATION + b',"valueString":"a","valueInteger":1}', ("validation.several_choices", "Observation.value")),
        (b"{" + OBSERVATION + b',"valueString":"a","_valueInteger":{"id":"1"}}', ("validation.several_choices", "Observation.value")),
        (b"{" + OBSERVATION + b',"valueQuantity":{"value":"1"}}', ("validation.wrong_json_type", "Observation.valueQuantity.value")),
        (b'{"resourceType":"Observation","code":{"text":"x"}}', ("validation.required", "Observation.status")),
        (b'{"resourceType":"Patient","contained":[{"resourceType":"Patient","x":1}]}', ("validation.unknown_element", "Patient.contained[0].x")),
    ],
)  # fmt: skip
def test_what_is_not_fhir_is_refused_at_its_place(raw: bytes, expected: tuple[str, str]) -> None:
    assert expected in issues(raw)


def test_all_faults_are_listed() -> None:
    found = issues(b'{"resourceType":"Patient","active":1,"birthDate":"x","name":[{"given":[1]}]}')
    assert [place for _, place in found] == ["Patient.active", "Patient.name[0].given[0]", "Patient.birthDate"]


def test_syntax_errors_tell_line_and_column() -> None:
    with pytest.raises(Malformed) as refused:
        decode_json(b'{\n "resourceType": "Patient", x}')
    assert refused.value.issues[0].fields == {"line": 2, "column": 29}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"resourceType":"Observation","code":{"text":"x"},"_status":{"extension":[{"url":"a:b","valueCode":"unknown"}]}}',
        b"{" + OBSERVATION + b',"valueString":"a","_valueString":{"id":"1"}}',
        b'{"resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"x"}]}]}',
        b'{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"x"}]}]}',
        b'{"resourceType":"Patient","name":[{"text":"{} and \\u003a: and \\\\u0000"}]}',
        b'{"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Patient"}}]}',
    ],
)
def test_what_is_unusual_but_right_is_accepted(raw: bytes) -> None:
    assert decode_json(encode_json(decode_json(raw))) == decode_json(raw)


def test_nesting_is_accepted_up_to_the_limit_and_refused_beyond() -> None:
    def nested(levels: int) -> bytes:
        return (
            b'{"resourceType":"Patient",'
            + b'"extension":[{"url":"a:b",' * levels
            + b'"valueCode":"x"'
            + b"}]" * levels
            + b"}"
        )

    assert decode_json(nested((DEPTH - 1) // 2))
    assert issues(nested(DEPTH // 2 + 1)) == [("codec.depth", "")]


def test_a_hostile_input_is_told_only_its_first_faults() -> None:
    raw = b'{"resourceType":"Patient",' + b",".join(b'"x%d":1' % n for n in range(5_000)) + b"}"
    assert len(issues(raw)) == MOST
