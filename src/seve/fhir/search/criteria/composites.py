"""Composites (R4, 3.1.1.4.16): `code$value`, whose second part is searched under the key of the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from seve.fhir.search.criteria.quantities import number_range
from seve.fhir.search.criteria.tokens import token_form
from seve.fhir.search.query import Criterion, Or, PairMatch
from seve.fhir.search.scope import Asked, Subject, part
from seve.fhir.search.separation import separated, unescaped
from seve.fhir.search.tokens import first_key

Build: TypeAlias = Callable[[Asked], Criterion]


def composite(asked: Asked, *, build: Build) -> Criterion:
    """The criterion of a composite; `build` makes that of its second part. Raises WrongModifier, WrongPrefix, WrongValue."""
    if asked.modifier:
        raise asked.wrong_modifier()
    found = tuple(_one(asked, value, build=build) for value in asked.values)
    return found[0] if len(found) == 1 else Or(found)


def _one(asked: Asked, value: str, *, build: Build) -> Criterion:
    pieces = separated(value, "$")
    parts = _parts(asked)
    if len(pieces) != len(parts) or not all(pieces):
        raise asked.wrong_value(value, "$".join(p.type for p in parts))
    form = token_form(asked.about(parts[0], pieces[0]), pieces[0])
    if form.endswith("|"):
        raise asked.wrong_value(value, "code, system|code")
    under = tuple(first_key(key, form) for key in asked.subject.keys)
    rest = [asked.about(replace(p, keys=under), piece) for p, piece in zip(parts[1:], pieces[1:], strict=True)]
    if len(rest) == 1:
        return build(rest[0])
    first, second = (number_range(a, unescaped(a.values[0])) for a in rest)
    return PairMatch(asked.text, under, first, second)


def _parts(asked: Asked) -> list[Subject]:
    return [part(asked.subject, component, parameters=asked.parameters) for component in asked.parameters[0].components]
