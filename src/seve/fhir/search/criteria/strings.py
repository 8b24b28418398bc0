"""Strings (R4, 3.1.1.4.8) and uris (3.1.1.4.14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from seve.fhir.search.entries import MAX_STRING
from seve.fhir.search.keys import hashed, value_key
from seve.fhir.search.query import Criterion, Or, StringMatch, TokenMatch
from seve.fhir.search.scope import Asked
from seve.fhir.search.separation import unescaped
from seve.fhir.search.texts import exact_form, searched


def string(asked: Asked) -> Criterion:
    """The criterion of a string parameter. Raises WrongModifier, WrongValue."""
    keys = asked.subject.keys
    match asked.modifier:
        case "exact":
            found = (k ^ hashed(exact_form(unescaped(value))) for value in asked.values for k in keys)
            return TokenMatch(asked.text, tuple(found))
        case "contains":
            return StringMatch(asked.text, keys, _folded(asked), "contains")
        case "":
            return StringMatch(asked.text, keys, _folded(asked))
        case _:
            raise asked.wrong_modifier()


def _folded(asked: Asked) -> tuple[str, ...]:
    folded = tuple(searched(unescaped(value)) for value in asked.values)
    if not all(folded):
        raise asked.wrong_value(",".join(asked.values), "text")
    return folded


def uri(asked: Asked) -> Criterion:
    """The criterion of a uri parameter. Raises WrongModifier, WrongValue."""
    given = [unescaped(value) for value in asked.values]
    match asked.modifier:
        case "":
            return _equal(asked, given)
        case "above":
            return _equal(asked, (a for value in given for a in _ancestors(_url(asked, value))))
        case "below":
            below = tuple(_url(asked, value).rstrip("/")[: MAX_STRING - 1] + "/" for value in given)
            return Or((_equal(asked, given), StringMatch(asked.text, asked.subject.keys, below)))
        case _:
            raise asked.wrong_modifier()


def _equal(asked: Asked, values: Iterable[str]) -> TokenMatch:
    keys = (k ^ value_key(value) for value in values for k in asked.subject.keys)
    return TokenMatch(asked.text, tuple(dict.fromkeys(keys)))


def _url(asked: Asked, value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise asked.wrong_value(value, "url") from error
    if not parts.scheme or not parts.netloc:
        raise asked.wrong_value(value, "url")
    return value


def _ancestors(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    yield url
    current = url.rstrip("/")
    while len(current) > len(root):
        yield current
        yield current + "/"
        current = current.rpartition("/")[0]
    yield root
    yield root + "/"
