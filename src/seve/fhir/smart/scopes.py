"""Scopes of SMART App Launch 2.2 (section “Scopes and launch context”): parsed, compared, narrowed.

A resource scope is `patient|user|system/Type.cruds?query`; those of version 1 (`.read`, `.write`, `.*`) are translated.
`read`, `vread` and the history of one resource are `r`; searches and the history of a type are `s`; `patch` is `u`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias, cast

Context: TypeAlias = Literal["patient", "user", "system"]
LETTERS = "cruds"
WORDS = (
    "openid",
    "fhirUser",
    "profile",
    "launch",
    "launch/patient",
    "offline_access",
    "online_access",
)
"""Scopes that name no resource type."""

_V1 = {"read": "rs", "write": "cud", "*": LETTERS}
_RESOURCE = re.compile(
    r"(patient|user|system)/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(\S+))?"
)
_MOST_CHARACTERS = 4_000
_TEXT = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, 3.3


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """`context/type.letters?query`. `query` is the granular part without its question mark, in sorted order, or ""."""

    context: Context
    type: str
    letters: str
    query: str = ""

    def __str__(self) -> str:
        return f"{self.context}/{self.type}.{self.letters}" + (f"?{self.query}" if self.query else "")

    def both(self, other: ResourceScope) -> ResourceScope | None:
        """What this scope and another one both allow, or None."""
        if self.context != other.context or (self.type != other.type and "*" not in (self.type, other.type)):
            return None
        letters = "".join(letter for letter in self.letters if letter in other.letters)
        type_ = other.type if self.type == "*" else self.type
        return ResourceScope(self.context, type_, letters, _joined(self.query, other.query)) if letters else None


@dataclass(frozen=True, slots=True)
class Scopes:
    """A set of scopes, in a fixed order, so that equal sets are equal, hash alike and are written alike."""

    words: tuple[str, ...] = ()
    resources: tuple[ResourceScope, ...] = ()
    _found: dict[tuple[str, str, Context | None], tuple[str, ...] | None] = field(
        default_factory=dict[tuple[str, str, Context | None], "tuple[str, ...] | None"],
        init=False,
        repr=False,
        compare=False,
    )

    @staticmethod
    def parse(text: str) -> Scopes:
        """From the parameter `scope`. What is unknown or malformed is left out: it is never granted (RFC 6749, 3.3)."""
        return _parsed(text) if len(text) <= _MOST_CHARACTERS else Scopes()

    @staticmethod
    def of(words: Iterable[str], resources: Iterable[ResourceScope]) -> Scopes:
        """From parts, in any order and with repetitions."""
        kept = set(words)
        ordered = sorted(set(resources), key=str)
        return Scopes(tuple(word for word in WORDS if word in kept), tuple(ordered))

    def __str__(self) -> str:
        return " ".join((*self.words, *map(str, self.resources)))

    def __bool__(self) -> bool:
        return bool(self.words or self.resources)

    def __contains__(self, word: str) -> bool:
        return word in self.words

    def narrow(self, other: Scopes) -> Scopes:
        """What both allow. Granular queries are joined: both then bind."""
        common = (a.both(b) for a in self.resources for b in other.resources)
        words = (word for word in self.words if word in other.words)
        return Scopes.of(words, _without_repeats([scope for scope in common if scope]))

    def intersects(self, other: Scopes) -> bool:
        """Whether anything is left when both bind."""
        return bool(self.narrow(other))

    def within(self, other: Scopes) -> bool:
        """Whether nothing here goes beyond another set: what a refresh may ask for (RFC 6749, 6)."""
        is_known = all(word in other.words for word in self.words)
        return is_known and all(_covers(other.resources, scope) for scope in self.resources)

    def only(self, context: Context) -> Scopes:
        """The resource scopes of one context, without words."""
        return Scopes.of((), (scope for scope in self.resources if scope.context == context))

    def allows(self, letter: str, type_: str, *, context: Context | None = None) -> bool:
        """Whether an interaction (`c`, `r`, `u`, `d`, `s`) on a type is allowed at all, perhaps within a query."""
        return self._look_up(letter, type_, context) != ()

    def queries(self, type_: str, letter: str, *, context: Context | None = None) -> tuple[str, ...] | None:
        """The granular queries within which an interaction is allowed, any of which suffices; None: no such bound.

        An empty tuple means that nothing is allowed.
        """
        return self._look_up(letter, type_, context)

    def _look_up(self, letter: str, type_: str, context: Context | None) -> tuple[str, ...] | None:
        key = (letter, type_, context)
        if key not in self._found:
            fitting = [
                scope.query
                for scope in self.resources
                if letter in scope.letters and scope.type in (type_, "*") and context in (None, scope.context)
            ]
            self._found[key] = None if "" in fitting else tuple(dict.fromkeys(fitting))
        return self._found[key]


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> Scopes:
    parts = [part for part in text.split(" ") if _TEXT.fullmatch(part)]
    return Scopes.of((part for part in parts if part in WORDS), _resources(parts))


def _resources(parts: Iterable[str]) -> Iterator[ResourceScope]:
    for part in parts:
        if match := _RESOURCE.fullmatch(part):
            context, type_, letters, query = match.groups()
            yield ResourceScope(cast("Context", context), type_, _V1.get(letters, letters), _joined(query or "", ""))


def _joined(one: str, other: str) -> str:
    """Two queries, both of which bind, as one; each condition once, in sorted order."""
    return "&".join(sorted({part for query in (one, other) for part in query.split("&") if part}))


def _covers(granted: tuple[ResourceScope, ...], asked: ResourceScope) -> bool:
    """Whether each letter that is asked for is granted, by a scope at least as wide."""
    conditions = set(asked.query.split("&"))
    wide = [
        scope
        for scope in granted
        if scope.context == asked.context
        and scope.type in (asked.type, "*")
        and (not scope.query or set(scope.query.split("&")) <= conditions)
    ]
    return all(any(letter in scope.letters for scope in wide) for letter in asked.letters)


def _without_repeats(scopes: list[ResourceScope]) -> list[ResourceScope]:
    """Leaves out what another scope of the list covers as a whole."""
    kept = list[ResourceScope]()
    for scope in sorted(set(scopes), key=lambda scope: (scope.query.count("&"), len(scope.query), str(scope))):
        if not _covers(tuple(kept), scope):
            kept.append(scope)
    return kept
