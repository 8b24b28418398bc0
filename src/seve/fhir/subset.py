"""Parts of a resource for `_summary` and `_elements` (R4, 3.1.1.5.8 and 3.1.1.5.9), marked SUBSETTED."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from seve.fhir import Resource
from seve.fhir.definitions import core

_ALWAYS = frozenset({"resourceType", "id", "meta"})
_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}


def summary(resource: Resource, mode: str) -> Resource:
    """The resource in a summary mode: `true`, `text` or `data`; `false` and `count` leave it whole."""
    type_ = resource["resourceType"]
    if mode == "true":
        return _marked(_kept(resource, _summary_elements(type_)))
    if mode == "text":
        return _marked(_kept(resource, _mandatory(type_) | {"text"}))
    if mode == "data":
        return _marked({key: value for key, value in resource.items() if key != "text"})
    return resource


def elements(resource: Resource, names: Sequence[str]) -> Resource:
    """Only the named top-level elements, and the mandatory ones. A `Type.name` concerns that type only."""
    type_ = resource["resourceType"]
    wanted = {name.rpartition(".")[2].split(".")[0] for name in names if "." not in name or name.split(".")[0] == type_}
    return _marked(_kept(resource, _mandatory(type_) | _keys_of(type_, frozenset(wanted))))


def _kept(resource: Resource, keys: frozenset[str]) -> Resource:
    return {key: value for key, value in resource.items() if key.removeprefix("_") in keys or key in _ALWAYS}


def _marked(resource: Resource) -> Resource:
    meta = resource.get("meta", {})
    return {**resource, "meta": {**meta, "tag": [*meta.get("tag", ()), _SUBSETTED]}}


def _where(type_: str, test: Callable[[str, bool, int], bool]) -> frozenset[str]:
    found = core().types[type_].elements.values()
    return frozenset(key for e in found if test(e.name, e.is_summary, e.min) for key in e.keys)


@cache
def _summary_elements(type_: str) -> frozenset[str]:
    return _where(type_, lambda _, is_summary, least: is_summary or least > 0)


@cache
def _mandatory(type_: str) -> frozenset[str]:
    return _where(type_, lambda _, __, least: least > 0)


@cache
def _keys_of(type_: str, names: frozenset[str]) -> frozenset[str]:
    return _where(type_, lambda name, _, __: name in names) | names
