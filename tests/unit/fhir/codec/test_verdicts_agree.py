"""The structs that check raw JSON and the walk that explains faults must give one verdict: examples are mutated at random."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.fhir.codec.corpus import examples
from tests.whole import of

from seve.fhir.codec.json import check, encode, parse
from seve.fhir.definitions import core
from seve.fhir.validation import structure
from seve.fhir.validation.validator import Validator
from seve.kernel.refusals import Malformed

VALUES = (
    None, True, 0, -1, 2**31, "", " ", "x", "a b", " a", "2020", "2020-02-30", "2020-13", "#", "urn:oid:1.2", "ab==", [], {}, [None],
    [[]], ["x"], [{}], [None, "x"], {"id": "x"}, [{"id": "x"}], [None, {"id": "x"}], {"resourceType": "Patient"}, [{"resourceType": "X"}],
    {"url": "a:b", "valueCode": "x"}, {"extension": [{"url": "a:b", "valueCode": "x"}]}, "a\x01",
)  # fmt: skip
KEYS = (
    "id",
    "extension",
    "status",
    "_status",
    "code",
    "value",
    "valueString",
    "_valueString",
    "valueCode",
    "given",
    "_given",
    "x",
)

VALIDATOR = Validator(core())


@cache
def samples() -> list[Any]:
    return [parse(raw) for _, raw in examples(stride=53, largest=6_000)]


def nodes(value: Any) -> list[Any]:
    found = [value] if isinstance(value, (dict, list)) and value else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*found, *(node for item in inner for node in nodes(item))]


def mutate(resource: Any, data: st.DataObject) -> Any:
    mutated = copy.deepcopy(resource)
    node = data.draw(st.sampled_from(nodes(mutated)))
    value = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
    action = data.draw(st.sampled_from(("replace", "remove", "add", "sibling")))
    if isinstance(node, list):
        index = data.draw(st.integers(0, len(node) - 1))
        if action == "remove":
            node.pop(index)
        elif action == "add":
            node.insert(index, value)
        else:
            node[index] = value
        return mutated
    key = data.draw(st.sampled_from(sorted(node)))
    if action == "remove":
        node.pop(key)
    else:
        node[{"replace": key, "add": data.draw(st.sampled_from(KEYS)), "sibling": f"_{key}"}[action]] = value
    return mutated


@settings(max_examples=of(100, whole=400), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_structs_and_walk_agree_on_mutated_examples(data: st.DataObject) -> None:
    resource = data.draw(st.sampled_from(samples()))
    for _ in range(data.draw(st.integers(1, 3))):
        if nodes(resource):
            resource = mutate(resource, data)
    raw = encode(resource)
    walked = structure.issues(resource)
    told = refusal(raw, resource)
    assert "fhir.codec.structure" not in told, "the structs refuse what the walk can't explain"
    assert bool(told) == bool(walked)
    if not told:
        VALIDATOR.validate(resource)  # whatever passes structure can be judged: nothing is raised


def test_a_refusal_that_the_walk_cannot_explain_stays_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "issues", lambda _: [])
    raw = b'{"resourceType":"Patient","active":1}'
    assert refusal(raw, parse(raw)) == ["fhir.codec.structure"]


def refusal(raw: bytes, resource: Any) -> list[str]:
    try:
        check(raw, resource)
    except Malformed as error:
        return [issue.key for issue in error.issues]
    return []
