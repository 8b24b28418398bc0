"""Scopes in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir.smart.scopes import ResourceScope, Scopes
from seve.kernel.texts import Language, catalogue, text

_VERBS = (("rs", "look"), ("c", "add"), ("u", "change"), ("d", "remove"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a consent page: `value` is the scope, `""` when it can't be ticked off by itself."""

    value: str
    words: str


def lines(scopes: Scopes, language: Language) -> list[Line]:
    """What the scopes allow, one line each, what concerns the record first."""
    known = [Line(str(scope), _resource(scope, language)) for scope in scopes.resources]
    words = dict.fromkeys(_word(word) for word in scopes.words)
    return [*known, *(Line("", text(f"web/signin.scopes.{key}", {}, language)) for key in words if key)]


def _resource(scope: ResourceScope, language: Language) -> str:
    verbs = [
        text(f"web/signin.scopes.{key}", {}, language)
        for letters, key in _VERBS
        if any(letter in scope.letters for letter in letters)
    ]
    types = catalogue("web/signin", language)
    what = types.get(f"types.{'any' if scope.type == '*' else scope.type.lower()}", scope.type)
    of_whom = text(f"web/signin.scopes.of_{scope.context}", {}, language)
    only = text("web/signin.scopes.only", {"query": scope.query}, language) if scope.query else ""
    return f"{', '.join(verbs)} {what} {of_whom}{only}".capitalize()


def _word(word: str) -> str:
    return {
        "openid": "who",
        "fhirUser": "who",
        "profile": "who",
        "launch/patient": "which_patient",
        "offline_access": "offline",
        "online_access": "online",
    }.get(word, "")
