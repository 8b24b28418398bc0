"""The invariants that are written in Python say what their FHIRPath says, on examples as they are and mutilated."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from tests.unit.fhir.codec.corpus import examples

from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.path import compile as compile_path
from seve.fhir.validation.invariants import natives
from seve.fhir.validation.run import Run
from seve.fhir.validation.seams import Context
from seve.fhir.validation.structure import keys_of
from seve.fhir.validation.validator import Validator

VALIDATOR = Validator(core())


def nodes(value: Any, type_name: str) -> Iterator[tuple[Any, str]]:
    yield value, type_name
    known = keys_of(type_name)
    for key, items in value.items():
        for item in items if isinstance(items, list) else (items,):
            if key in known and isinstance(item, dict):
                inner = known[key][1]
                yield from nodes(item, item["resourceType"] if inner == "Resource" else inner)


def mutilated(resource: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    found = copy.deepcopy(resource)
    places = [node for node, _ in nodes(found, found["resourceType"]) if len(node) > 1]
    for node in chance.sample(places, min(3, len(places))):
        key = chance.choice([key for key in node if key != "resourceType"])
        del node[key]
        node.update(chance.choice(({}, {"id": "x"}, {"extension": [{"url": "a:b"}]})))
    return found


def test_native_invariants_agree_with_their_fhirpath() -> None:
    chance = random.Random(7)
    told = {True: 0, False: 0}
    for name, raw in examples(stride=23, largest=12_000):
        example = parse(raw)
        for resource in (example, mutilated(example, chance), mutilated(example, chance)):
            run = Run(
                resource,
                definitions=core(),
                profiles=VALIDATOR.profiles,
                terminology=VALIDATOR.terminology,
                context=Context(),
                with_advice=True,
            )
            for node, type_name in nodes(resource, resource["resourceType"]):
                schema = core().types[type_name]
                if node is not resource and schema.kind == "resource":
                    continue
                for constraint in schema.constraints:
                    if constraint.expression in natives() and node.get("reference") != "#":
                        native = natives()[constraint.expression](run, node)
                        path = compile_path(constraint.expression).holds(
                            node, type_name=type_name, root=resource, resource=resource
                        )
                        assert native == path, (name, constraint.key, node)
                        told[native] += 1
    assert told[True] > 1_000
    assert told[False] > 50
