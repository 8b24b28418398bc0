"""References (R4, 3.1.1.4.12): ids, `Type/id`, urls, canonicals, logical references, hierarchies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seve.fhir.search.criteria.tokens import identifier
from seve.fhir.search.keys import BELOW, value_key
from seve.fhir.search.query import Criterion, HierarchyMatch, ReferenceMatch
from seve.fhir.search.references import target
from seve.fhir.search.scope import Asked, Scope, Subject
from seve.fhir.search.separation import unescaped

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_PARENTS = ("partof", "part-of")


def reference(asked: Asked) -> Criterion:
    """The criterion of a reference parameter. Raises WrongModifier, WrongValue."""
    match asked.modifier:
        case "identifier":
            return identifier(asked)
        case "below" if any("|" in value for value in asked.values):
            targets = tuple(value_key(unescaped(value)) for value in asked.values)
            return ReferenceMatch(asked.text, tuple(k ^ BELOW for k in asked.subject.keys), targets)
        case "above" | "below":
            return _hierarchy(asked, asked.modifier)
        case _:
            return ReferenceMatch(asked.text, asked.subject.keys, _targets(asked, _types(asked)))


def reference_types(subject: Subject, scope: Scope) -> tuple[str, ...]:
    """The types that a reference parameter may point to."""
    known = scope.parameters.definitions.resource_types
    return tuple(t for t in subject.targets if t in known) or tuple(sorted(known))


def _types(asked: Asked) -> tuple[str, ...]:
    types = reference_types(asked.subject, asked.scope)
    if asked.modifier and asked.modifier not in types:
        raise asked.wrong_modifier()
    return (asked.modifier,) if asked.modifier else types


def _hierarchy(asked: Asked, operator: str) -> HierarchyMatch:
    parents = tuple(_parents(asked.subject, asked.scope))
    if not parents:
        raise asked.wrong_modifier()
    assert operator in ("above", "below")
    targets = _targets(asked, reference_types(asked.subject, asked.scope))
    return HierarchyMatch(asked.text, asked.subject.keys, targets, operator, parents)


def _targets(asked: Asked, types: tuple[str, ...]) -> tuple[int, ...]:
    found = (key for value in asked.values for key in _target_keys(asked, unescaped(value), types=types))
    return tuple(dict.fromkeys(found))


def _target_keys(asked: Asked, value: str, *, types: tuple[str, ...]) -> Iterator[int]:
    if _ID.fullmatch(value):
        yield from (value_key(f"{type_}/{value}") for type_ in types)
        return
    pointed = target(value, asked.scope.base_url)
    is_opaque = ":" in value or "Reference" not in asked.subject.datatypes
    if pointed is None or not (pointed.type or is_opaque):
        raise asked.wrong_value(value, "id, Type/id, url")
    is_narrow = asked.subject.is_narrowing or bool(asked.modifier)
    if not (is_narrow and pointed.type and pointed.type not in types):
        yield pointed.links[-1]


def _parents(subject: Subject, scope: Scope) -> Iterator[int]:
    for type_ in reference_types(subject, scope):
        for code in _PARENTS:
            parameter = scope.parameters.get(type_, code)
            if parameter is not None and type_ in parameter.targets:
                yield from parameter.keys
