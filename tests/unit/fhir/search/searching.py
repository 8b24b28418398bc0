"""`found("Patient", "name=peter", patient, other)`: the ids that a search selects, through grammar, extraction and oracle."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from tests.unit.fhir.search.matcher import World, record

from seve.fhir.definitions import core
from seve.fhir.search.grammar import parse
from seve.fhir.search.parameters import SearchParameters
from seve.fhir.search.query import Query

BASE = "https://seve.example/fhir"


@cache
def r4() -> SearchParameters:
    return SearchParameters(core())


def query(type_: str, text: str, **options: Any) -> Query:
    pairs = parse_qsl(text, keep_blank_values=True)
    types = type_.split(",") if type_ else ()
    return parse(pairs, types=types, parameters=options.pop("parameters", r4()), base_url=BASE, **options)


def world(*resources: dict[str, Any]) -> World:
    return World(record(r, r4(), base_url=BASE) for r in resources)


def found(type_: str, text: str, *resources: dict[str, Any], **options: Any) -> list[str]:
    return [name.partition("/")[2] for name in world(*resources).search(query(type_, text, **options))]


def patient(id_: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id_, **elements}


def observation(id_: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id_, "status": "final", **elements}


def concept(*codings: str, text: str = "") -> dict[str, Any]:
    """`system|code|display` each."""
    made = [dict(zip(("system", "code", "display"), c.split("|"), strict=False)) for c in codings]
    value: dict[str, Any] = {"coding": [{k: v for k, v in coding.items() if v} for coding in made]}
    return {**value, "text": text} if text else value
