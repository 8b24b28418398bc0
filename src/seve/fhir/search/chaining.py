"""Chains (`subject:Patient.name`, R4 3.1.1.5) and reverse chains (`_has`, R4 3.1.1.6)."""

from __future__ import annotations

from collections.abc import Iterator

from seve.fhir.search.criteria.building import criterion
from seve.fhir.search.criteria.references import reference_types
from seve.fhir.search.keys import WRITTEN
from seve.fhir.search.parameters import SearchParameter
from seve.fhir.search.query import Chain, Criterion, Has, Or
from seve.fhir.search.refusals import SearchRefusal, TooLarge, UnknownParameter, WrongChain, WrongHas
from seve.fhir.search.scope import Scope, Subject, subject

_HAS = "_has:"


def condition(name: str, value: str, *, scope: Scope) -> Criterion:
    """The criterion of any parameter that selects resources, chained or not. Raises SearchRefusal."""
    if scope.depth > scope.limits.chain_depth:
        raise TooLarge(parameter=name, limit=scope.limits.chain_depth, what="links of a chain")
    if name.startswith(_HAS):
        return _has(name, value, scope=scope)
    head, dot, rest = name.partition(".")
    return _chain(head, rest, value=value, scope=scope) if dot else criterion(name, value, scope=scope)


def _chain(head: str, rest: str, *, value: str, scope: Scope) -> Criterion:
    code, _, type_ = head.partition(":")
    parameters = scope.found(code)
    from_ = subject(head, parameters)
    types = reference_types(from_, scope)
    if from_.type != "reference" or (type_ and type_ not in types) or not rest:
        raise WrongChain(parameter=f"{head}.{rest}", reference=head)
    allowed = (type_,) if type_ else types
    found = list(_branches(from_, allowed, rest=rest, value=value, scope=scope))
    return found[0] if len(found) == 1 else Or(tuple(found))


def _branches(from_: Subject, types: tuple[str, ...], *, rest: str, value: str, scope: Scope) -> Iterator[Criterion]:
    refused: list[SearchRefusal] = []
    for type_ in types:
        scope.budget.spend(f"{from_.name}.{rest}", scope.limits.branches)
        try:
            inner = condition(rest, value, scope=scope.of(type_))
        except TooLarge:
            raise
        except SearchRefusal as refusal:
            refused.append(refusal)
        else:
            yield from _links(from_, type_, inner=inner, text=f"{from_.name}.{rest}={value}")
    if len(refused) == len(types):
        raise next((r for r in refused if not isinstance(r, UnknownParameter)), refused[0])


def _links(from_: Subject, type_: str, *, inner: Criterion, text: str) -> Iterator[Criterion]:
    if from_.datatypes - {"Reference", "Resource"}:
        yield Chain(text, tuple(k ^ WRITTEN for k in from_.keys), type_, (inner,), is_canonical=True)
    if from_.datatypes & {"Reference", "Resource"} or not from_.datatypes:
        yield Chain(text, from_.keys, type_, (inner,))


def _has(name: str, value: str, *, scope: Scope) -> Criterion:
    pieces = name.removeprefix(_HAS).split(":", 2)
    if len(pieces) != 3 or not all(pieces):
        raise WrongHas(parameter=name)
    type_, code, rest = pieces
    inner = scope.of(scope.known_type(type_, parameter=name))
    link = inner.found(code)[0]
    if link.type != "reference" or not _points_to(link, scope):
        raise WrongHas(parameter=name)
    return Has(f"{name}={value}", type_, link.keys, (condition(rest, value, scope=inner),))


def _points_to(link: SearchParameter, scope: Scope) -> bool:
    return not link.targets or not scope.types or bool(set(link.targets) & set(scope.types))
