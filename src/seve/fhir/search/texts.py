"""Strings and uris: folded rows for prefixes and `:contains`, postings for equality."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from seve.fhir.search.entries import MAX_STRING, Entries
from seve.fhir.search.keys import BELOW, WRITTEN, fold, hashed, value_key

_CACHED_LENGTH = 100
_NAME_PARTS = ("family", "text")
_NAME_LISTS = ("given", "prefix", "suffix")
_ADDRESS_PARTS = ("text", "city", "district", "state", "postalCode", "country")


def exact_form(text: str) -> str:
    """What is posted for `:exact`: the text with case and accents."""
    return f"exact|{text}"


def searched(text: str) -> str:
    """A text as it is stored and searched for."""
    return fold(text)[:MAX_STRING]


def post_string(value: str, key: int, *, out: Entries) -> None:
    """Post a string or markdown."""
    folded, exact = _rows(value) if len(value) <= _CACHED_LENGTH else (searched(value), hashed(exact_form(value)))
    out.strings.append((key, folded))
    out.postings.append(key ^ exact)


def post_name(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post each part of a HumanName."""
    for part in _NAME_PARTS:
        if (text := value.get(part)) is not None:
            post_string(text, key, out=out)
    for part in _NAME_LISTS:
        _post_all(value.get(part, ()), key, out=out)


def post_address(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post each part of an Address."""
    for part in _ADDRESS_PARTS:
        if (text := value.get(part)) is not None:
            post_string(text, key, out=out)
    _post_all(value.get("line", ()), key, out=out)


def _post_all(values: list[str | None], key: int, *, out: Entries) -> None:
    for text in values:
        if text is not None:
            post_string(text, key, out=out)


@lru_cache(maxsize=65_536)
def _rows(text: str) -> tuple[str, int]:
    return searched(text), hashed(exact_form(text))


def post_uri(value: str, key: int, *, out: Entries) -> None:
    """Post a uri or a canonical, which matches with and without its version."""
    out.postings.append(key ^ value_key(value))
    out.prefixes.append((key, value[:MAX_STRING]))
    url, bar, _ = value.partition("|")
    if bar:
        out.postings.append(key ^ value_key(url))


def post_canonical(value: str, key: int, *, out: Entries) -> None:
    """Post a canonical or uri as a reference: with and without its version, as written, by the beginnings of its version."""
    out.links.append((key ^ WRITTEN, value_key(value)))
    for target in canonical_targets(value):
        out.links.append((key, target))
    url, bar, version = value.partition("|")
    if bar:
        parts = version.split(".")
        for length in range(1, len(parts) + 1):
            out.links.append((key ^ BELOW, value_key(f"{url}|{'.'.join(parts[:length])}")))


@lru_cache(maxsize=16_384)
def canonical_targets(canonical: str) -> tuple[int, ...]:
    """The target keys of a canonical: `url|version` and `url`."""
    url, bar, _ = canonical.partition("|")
    return (value_key(canonical), value_key(url)) if bar else (value_key(url),)
