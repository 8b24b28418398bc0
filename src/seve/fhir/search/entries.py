"""What one resource gives to the search indexes."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from seve.fhir import Resource

if TYPE_CHECKING:
    from seve.fhir.access.reaches import Reach

_TAG = re.compile(r"<[^>]*>")

MAX_STRING = 200
"""Folded strings are indexed up to this many characters."""

BEGINNING = -(2**62)
"""The `lo` of a date without a start."""

END = 2**62
"""The `hi` of a date without an end."""


class Entries:
    """The index rows of one version of one resource, all keys signed 64-bit (see `keys`).

    `postings`: distinct keys. `present`: the keys of the parameters that have a value (`:missing`). `links`: (parameter key, target key). `strings`: (key, folded text of up to 200 characters),
    for prefixes and `:contains`. `prefixes`: likewise, for prefixes alone (they need no trigrams): folded displays of tokens
    under `key ^ TEXT`, and uris as they stand. `moments`: (key, lo, hi), microseconds since 1970 UTC, half open, already under `key ^ WIDE` when
    wide. `quantities`: (key, lo, hi), likewise. `positions`: (key, latitude, longitude). `patients`: ids of the Patient
    compartments the resource is in. Links hold compartments of the other kinds under `compartment_key(kind)`, and the own
    canonical url under `CANONICAL`.

    For access (see `fhir.access`): `subjects` are the ids of the patients whose data it is, `veil` the bits that hide it,
    `kind` the key of its kind, `reaches` the rows that it gives to the table `reach`.
    """

    __slots__ = (
        "_resource",
        "kind",
        "links",
        "moments",
        "patients",
        "positions",
        "postings",
        "prefixes",
        "present",
        "quantities",
        "reaches",
        "strings",
        "subjects",
        "veil",
    )

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self.postings: list[int] = []
        self.links: list[tuple[int, int]] = []
        self.strings: list[tuple[int, str]] = []
        self.present: list[int] = []
        self.prefixes: list[tuple[int, str]] = []
        self.moments: list[tuple[int, int, int]] = []
        self.quantities: list[tuple[int, float, float]] = []
        self.positions: list[tuple[int, float, float]] = []
        self.patients: list[str] = []
        self.subjects: list[str] = []
        self.reaches: list[Reach] = []
        self.veil = 0
        self.kind = 0

    @property
    def narrative(self) -> str:
        """The plain text of `text.div` (`_text`)."""
        text = self._resource.get("text")
        div = text.get("div") if isinstance(text, dict) else None
        return plain(div) if isinstance(div, str) else ""

    @property
    def texts(self) -> set[str]:
        """Every text in the resource but its narrative (`_content` searches both)."""
        found = set[str]()
        _gather(self._resource, found)
        return found


def plain(markup: str) -> str:
    """XHTML without its tags."""
    return unescape(_TAG.sub(" ", markup))


_MACHINE_TEXT = frozenset(
    {
        "resourceType",
        "id",
        "system",
        "reference",
        "url",
        "contentType",
        "data",
        "versionId",
        "profile",
        "fullUrl",
        "meta",
    }
)


def _gather(value: dict[str, Any], found: set[str]) -> None:
    for name, item in value.items():
        if name in _MACHINE_TEXT or (name == "text" and "resourceType" in value):
            continue
        if isinstance(item, str):
            found.add(item)
        elif isinstance(item, dict):
            _gather(item, found)
        elif isinstance(item, list):
            _gather_all(item, found)


def _gather_all(items: list[Any], found: set[str]) -> None:
    for item in items:
        if isinstance(item, dict):
            _gather(item, found)
        elif isinstance(item, str):
            found.add(item)
