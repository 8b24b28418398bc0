"""What one resource gives to the search indexes."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from seve.fhir import Resource
from seve.fhir.search.keys import fold

MAX_STRING = 200
"""Folded strings are indexed up to this many characters."""

BEGINNING = -(2**62)
"""The `lo` of a date without a start."""

END = 2**62
"""The `hi` of a date without an end."""


class Entries:
    """The index rows of one version of one resource, all keys signed 64-bit (see `keys`).

    `postings`: distinct keys. `links`: (parameter key, target key). `strings`: (key, folded text of up to 200 characters),
    for prefixes and `:contains`. `prefixes`: likewise, for prefixes alone (they need no trigrams): folded displays of tokens
    under `key ^ TEXT`, and uris as they stand. `moments`: (key, lo, hi), microseconds since 1970 UTC, half open, already under `key ^ WIDE` when
    wide. `quantities`: (key, lo, hi), likewise. `positions`: (key, latitude, longitude). `patients`: ids of the Patient
    compartments the resource is in. Links hold compartments of the other kinds under `compartment_key(kind)`, and the own
    canonical url under `CANONICAL`.
    """

    __slots__ = (
        "_content",
        "_resource",
        "links",
        "moments",
        "patients",
        "positions",
        "postings",
        "prefixes",
        "quantities",
        "strings",
    )

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._content: str | None = None
        self.postings: list[int] = []
        self.links: list[tuple[int, int]] = []
        self.strings: list[tuple[int, str]] = []
        self.prefixes: list[tuple[int, str]] = []
        self.moments: list[tuple[int, int, int]] = []
        self.quantities: list[tuple[int, float, float]] = []
        self.positions: list[tuple[int, float, float]] = []
        self.patients: list[str] = []

    @property
    def narrative(self) -> str:
        """The folded plain text of `text.div` (`_text`)."""
        text = self._resource.get("text")
        div = text.get("div") if isinstance(text, dict) else None
        return fold(plain(div)) if isinstance(div, str) else ""

    @property
    def content(self) -> str:
        """The folded plain text of every text in the resource (`_content`)."""
        if self._content is None:
            self._content = fold(" ".join(_texts(self._resource)))
        return self._content


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain(markup: str) -> str:
    """XHTML without its tags."""
    parser = _Plain()
    parser.feed(markup)
    parser.close()
    return " ".join(parser.parts)


_MACHINE_TEXT = frozenset(
    {"resourceType", "id", "system", "reference", "url", "contentType", "data", "versionId", "profile"}
)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "div":
                yield plain(item) if isinstance(item, str) else ""
            elif name not in _MACHINE_TEXT:
                yield from _texts(item)
