"""The criterion of one parameter, by its search type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from seve.fhir.search.criteria import composites, dates, quantities, references, special, strings, tokens
from seve.fhir.search.criteria.composites import Build
from seve.fhir.search.parameters import SearchType
from seve.fhir.search.query import Criterion, PresentMatch
from seve.fhir.search.refusals import EmptyValue, NotUsable, TooLarge, WrongModifier
from seve.fhir.search.scope import Asked, Scope, subject
from seve.fhir.search.separation import separated

_BUILDERS: Mapping[SearchType, Build] = MappingProxyType(
    {
        "token": tokens.token,
        "string": strings.string,
        "uri": strings.uri,
        "reference": references.reference,
        "date": dates.date,
        "number": quantities.number,
        "quantity": quantities.quantity,
        "special": special.near,
    }
)


def criterion(name: str, value: str, *, scope: Scope) -> Criterion:
    """The criterion of a parameter without a chain (`code:not`). Raises SearchRefusal."""
    code, _, modifier = name.partition(":")
    parameters = scope.found(code)
    asked = Asked(
        subject=subject(name, parameters),
        modifier=modifier,
        values=_values(name, value, scope=scope),
        text=f"{name}={value}",
        scope=scope,
        parameters=parameters,
    )
    _check(asked)
    if code in special.BUILDERS:
        return special.BUILDERS[code](asked)
    return missing(asked) if modifier == "missing" else build(asked)


def build(asked: Asked) -> Criterion:
    """The criterion of a parameter or of the second part of a composite."""
    if asked.subject.type == "composite":
        return composites.composite(asked, build=build)
    return _BUILDERS[asked.subject.type](asked)


def missing(asked: Asked) -> Criterion:
    """`:missing=true` and `:missing=false`. Raises WrongValue."""
    if asked.values not in (("true",), ("false",)):
        raise asked.wrong_value(",".join(asked.values), "true, false")
    return PresentMatch(asked.text, asked.subject.marked, is_negated=asked.values == ("true",))


def _values(name: str, value: str, *, scope: Scope) -> tuple[str, ...]:
    if len(value) > scope.limits.value_length:
        raise TooLarge(parameter=name, limit=scope.limits.value_length, what="characters")
    values = tuple(dict.fromkeys(separated(value, ",")))
    if not all(values):
        raise EmptyValue(parameter=name)
    if len(values) > scope.limits.alternatives:
        raise TooLarge(parameter=name, limit=scope.limits.alternatives, what="alternatives")
    return values


def _check(asked: Asked) -> None:
    first = asked.parameters[0]
    if not first.expression and first.code not in special.BUILDERS:
        raise NotUsable(parameter=asked.subject.name)
    if asked.modifier and first.modifiers and asked.modifier not in first.modifiers:
        raise WrongModifier(parameter=first.code, modifier=asked.modifier, type=first.type)
