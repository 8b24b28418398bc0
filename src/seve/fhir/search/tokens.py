"""Tokens: the forms under which codes are posted (R4, 3.1.1.4.10).

A coding with a system posts `system|code`, `code` and `system|`; one without posts `code` and `|code`. Codes and identifiers
match exactly: most code systems tell case apart, and two identifiers that differ in case may be two people's. Contact points
match without case, and numbers among them without punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from seve.fhir.search.entries import MAX_STRING, Entries
from seve.fhir.search.keys import OF_TYPE, TEXT, fold, hashed, value_key, words

Rows: TypeAlias = tuple[tuple[int, ...], tuple[tuple[int, str], ...]]

_NUMBER = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)
_PUNCTUATION = re.compile(r"[\s().\-/]")


def forms(system: str | None, code: str | None) -> tuple[str, ...]:
    """The texts whose keys are posted for a coding or identifier."""
    if code is None:
        return (f"{system}|",) if system else ()
    return (f"{system}|{code}", code, f"{system}|") if system else (code, f"|{code}")


def word_form(word: str) -> str:
    """What is posted for a word of a display (`:text`)."""
    return f"text|{word}"


def contact_form(value: str) -> str:
    """A contact point as it is compared: no case, and no punctuation when it is a number."""
    folded = fold(value)
    return _PUNCTUATION.sub("", folded) if _NUMBER.fullmatch(folded) else folded


def of_type_form(system: str, code: str, *, value: str) -> str:
    """What is posted for an identifier by its type (`:of-type`)."""
    return f"{system}|{code}|{value}"


def post_coding(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Coding: its forms and its display."""
    postings, prefixes = _coding_rows(key, (value.get("system"), value.get("code"), value.get("display")))
    out.postings += postings
    out.prefixes += prefixes


def post_concept(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a CodeableConcept: its codings and its text."""
    for coding in value.get("coding", ()):
        postings, prefixes = _coding_rows(key, (coding.get("system"), coding.get("code"), coding.get("display")))
        out.postings += postings
        out.prefixes += prefixes
    if (text := value.get("text")) is not None:
        _post_text(text, key, out=out)


def post_identifier(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post an Identifier: its forms, its types and the text of its type."""
    system, code = value.get("system"), value.get("value")
    if code is None:
        out.postings += [key ^ value_key(form) for form in forms(system, None)]
    elif system:
        out.postings += (key ^ hashed(f"{system}|{code}"), key ^ hashed(code), key ^ value_key(f"{system}|"))
    else:
        out.postings += (key ^ hashed(code), key ^ hashed(f"|{code}"))
    if (kind := value.get("type")) is not None:
        _post_kind(kind, code, key=key, out=out)


def _post_kind(kind: dict[str, Any], code: str | None, *, key: int, out: Entries) -> None:
    for coding in kind.get("coding", ()):
        if code is not None and coding.get("code") is not None:
            form = of_type_form(coding.get("system", ""), coding["code"], value=code)
            out.postings.append(key ^ OF_TYPE ^ hashed(form))
        if (display := coding.get("display")) is not None:
            _post_text(display, key, out=out)
    if (text := kind.get("text")) is not None:
        _post_text(text, key, out=out)


def post_code(value: str, key: int, *, out: Entries) -> None:
    """Post a `code`, whose system is implied."""
    out.postings.append(key ^ value_key(value))


def post_boolean(value: bool, key: int, *, out: Entries) -> None:
    """Post a `boolean`."""
    out.postings.append(key ^ value_key("true" if value else "false"))


def post_plain(value: str, key: int, *, out: Entries) -> None:
    """Post an `id`, `string` or `uri`, which have no system."""
    out.postings += (key ^ hashed(value), key ^ hashed(f"|{value}"))


def post_contact(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post the value of a ContactPoint."""
    if (text := value.get("value")) is not None:
        post_plain(contact_form(text), key, out=out)


def post_concept_codes(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post the codings of a CodeableConcept alone, without texts, as the second part of a composite."""
    for coding in value.get("coding", ()):
        post_coding_codes(coding, key, out=out)


def post_coding_codes(value: dict[str, Any], key: int, *, out: Entries) -> None:
    """Post a Coding alone, without its display, as the second part of a composite."""
    out.postings += [key ^ value_key(form) for form in forms(value.get("system"), value.get("code"))]


def firsts(value: Any, key: int) -> Iterator[int]:
    """The keys that a token gives as the first part of a composite: one for each form that has a code."""
    if isinstance(value, dict):
        for coding in value.get("coding", (value,)):
            yield from _coding_firsts(key, (coding.get("system"), coding.get("code")))
    elif isinstance(value, str):
        yield from _coding_firsts(key, (None, value))


def first_key(key: int, form: str) -> int:
    """The key of a composite once its first part is known."""
    return key ^ value_key(f"${form}")


@lru_cache(maxsize=16_384)
def _coding_firsts(key: int, coding: tuple[str | None, str | None]) -> tuple[int, ...]:
    system, code = coding
    return () if code is None else tuple(first_key(key, form) for form in forms(system, code) if not form.endswith("|"))


@lru_cache(maxsize=65_536)
def _coding_rows(key: int, coding: tuple[str | None, str | None, str | None]) -> Rows:
    system, code, display = coding
    codes = tuple(key ^ value_key(form) for form in forms(system, code))
    if display is None:
        return codes, ()
    postings, prefixes = _text_rows(key, display)
    return codes + postings, prefixes


def _post_text(text: str, key: int, *, out: Entries) -> None:
    postings, prefixes = _text_rows(key, text)
    out.postings += postings
    out.prefixes += prefixes


@lru_cache(maxsize=65_536)
def _text_rows(key: int, text: str) -> Rows:
    folded = fold(text)[:MAX_STRING]
    return tuple(key ^ value_key(word_form(word)) for word in words(folded)), ((key ^ TEXT, folded),)
