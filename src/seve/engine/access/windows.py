"""What an application's scopes let through, as windows that every statement tests (SMART App Launch 2.2, granular scopes)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from seve.fhir.search.grammar import parse
from seve.fhir.search.keys import value_key
from seve.fhir.search.query import (
    Criterion,
    DateMatch,
    PresentMatch,
    QuantityMatch,
    ReferenceMatch,
    StringMatch,
    TokenMatch,
)
from seve.kernel.refusals import Refusal
from seve.store.grant import Window

if TYPE_CHECKING:
    from seve.engine.identity.principal import Principal
    from seve.fhir.search.parameters import SearchParameters
    from seve.fhir.smart.scopes import ResourceScope

TESTED = (TokenMatch, ReferenceMatch, StringMatch, DateMatch, QuantityMatch, PresentMatch)
"""What can be tested on one version by itself; a scope that asks for more (chains, value sets) lets nothing through."""


def windows_of(principal: Principal, parameters: SearchParameters, *, base_url: str) -> tuple[Window, ...] | None:
    """The windows of a principal's scopes; None when nothing narrows what they see."""
    if principal.scopes is None:
        return None
    found = tuple(
        window
        for scope in principal.scopes.resources
        if "r" in scope.letters or "s" in scope.letters
        for window in _window(scope, principal.patient, parameters, base_url)
    )
    return None if Window() in found else found


def _window(scope: ResourceScope, patient: str, parameters: SearchParameters, base_url: str) -> Iterator[Window]:
    if scope.context == "patient" and not patient:
        return
    criteria = _criteria(scope, parameters, base_url)
    if criteria is not None:
        key = value_key(patient) if scope.context == "patient" else None
        yield Window(None if scope.type == "*" else scope.type, key, criteria)


def _criteria(scope: ResourceScope, parameters: SearchParameters, base_url: str) -> tuple[Criterion, ...] | None:
    if not scope.query:
        return ()
    if scope.type == "*":
        return None
    try:
        query = parse(
            parse_qsl(scope.query, keep_blank_values=True),
            types=(scope.type,),
            parameters=parameters,
            base_url=base_url,
        )
    except Refusal:
        return None
    return query.criteria if all(isinstance(c, TESTED) for c in query.criteria) else None
