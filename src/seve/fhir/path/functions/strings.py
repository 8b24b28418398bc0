"""String functions (FHIRPath N1, 5.6).

Regular expressions run on RE2, whose time is linear in the text: no pattern of a profile can hold the server. It has neither
look-around nor back-references; a pattern that needs them is a BadValueError.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import re2

from seve.fhir.path.errors import BadValueError, TooMuchWorkError
from seve.fhir.path.evaluation import MAXIMUM_TEXT, Call
from seve.fhir.path.functions.registry import function
from seve.fhir.path.values import Items, system

_LONGEST_PATTERN = 10_000
_FLAGS = frozenset("im")
_JSON_ESCAPE = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+|\\[\"\\/bfnrt]")


@lru_cache(maxsize=512)
def pattern(source: str, flags: str = "") -> Any:
    """A compiled regular expression in single-line mode; `flags` of `i` and `m`. Raises BadValueError."""
    if len(source) > _LONGEST_PATTERN or not set(flags) <= _FLAGS:
        raise BadValueError(value=flags or source[:80])
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(f"(?s{flags}){source}", options)
    except re2.error:
        raise BadValueError(value=source) from None


@function("indexOf", 1)
def _index_of(call: Call) -> Items:
    return _with_text(call, lambda text, part: text.find(part))


@function("lastIndexOf", 1)
def _last_index_of(call: Call) -> Items:
    return _with_text(call, lambda text, part: text.rfind(part))


@function("startsWith", 1)
def _starts_with(call: Call) -> Items:
    return _with_text(call, str.startswith)


@function("endsWith", 1)
def _ends_with(call: Call) -> Items:
    return _with_text(call, str.endswith)


@function("contains", 1)
def _contains(call: Call) -> Items:
    return _with_text(call, lambda text, part: part in text)


@function("split", 1)
def _split(call: Call) -> Items:
    text, separator = call.text(), call.text_argument(0)
    if text is None or separator is None:
        return []
    return list(text.split(separator) if separator else text)


@function("substring", (1, 2))
def _substring(call: Call) -> Items:
    text, start = call.text(), call.integer_argument(0)
    if text is None or start is None or not 0 <= start < len(text):
        return []
    if len(call.arguments) < 2:
        return [text[start:]]
    length = call.integer_argument(1)
    return [text[start:] if length is None else text[start : start + max(0, length)]]


@function("upper")
def _upper(call: Call) -> Items:
    return _of_text(call, str.upper)


@function("lower")
def _lower(call: Call) -> Items:
    return _of_text(call, str.lower)


@function("trim")
def _trim(call: Call) -> Items:
    return _of_text(call, str.strip)


@function("length")
def _length(call: Call) -> Items:
    return _of_text(call, len)


@function("toChars")
def _to_chars(call: Call) -> Items:
    return list(call.text() or "")


@function("replace", 2)
def _replace(call: Call) -> Items:
    text, old, new = call.text(), call.text_argument(0), call.text_argument(1)
    if text is None or old is None or new is None:
        return []
    if len(text) + text.count(old) * len(new) > MAXIMUM_TEXT:
        raise TooMuchWorkError(limit=MAXIMUM_TEXT)
    return [text.replace(old, new)]


@function("matches", (1, 2))
def _matches(call: Call) -> Items:
    return _searched(call, "{}")


@function("matchesFull", (1, 2))
def _matches_full(call: Call) -> Items:
    return _searched(call, "^(?:{})$")


@function("replaceMatches", (2, 3))
def _replace_matches(call: Call) -> Items:
    text, source, new = call.text(), call.text_argument(0), call.text_argument(1)
    if text is None or source is None or new is None:
        return []
    if not source:
        return [text]
    found = pattern(source, _flags(call, 2))
    if len(text) + (len(text) + 1) * len(new) > MAXIMUM_TEXT:
        raise TooMuchWorkError(limit=MAXIMUM_TEXT)
    return [found.sub(lambda match: _substituted(match, new), text)]


@function("join", (0, 1))
def _join(call: Call) -> Items:
    separator = call.text_argument(0) or ""
    values = [system(item) for item in call.items]
    for value in values:
        if value is not None and not isinstance(value, str):
            raise call.wrong(value)
    texts = [value for value in values if value is not None]
    return [separator.join(texts)] if texts else []


def _to_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _to_url_base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _from_base64(text: str) -> str:
    return base64.b64decode(text, validate=True).decode()


def _from_url_base64(text: str) -> str:
    return base64.b64decode(text, altchars="-_", validate=True).decode()


_ENCODERS: Mapping[str, Callable[[str], str]] = {
    "hex": lambda text: text.encode().hex(),
    "base64": _to_base64,
    "urlbase64": _to_url_base64,
}
_DECODERS: Mapping[str, Callable[[str], str]] = {
    "hex": lambda text: bytes.fromhex(text).decode(),
    "base64": _from_base64,
    "urlbase64": _from_url_base64,
}
_ESCAPERS: Mapping[str, Callable[[str], str]] = {
    "html": lambda text: html.escape(text, quote=True),
    "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
}
_UNESCAPERS: Mapping[str, Callable[[str], str]] = {
    "html": html.unescape,
    "json": lambda text: _JSON_ESCAPE.sub(lambda match: json.loads(f'"{match.group()}"'), text),
}


@function("encode", 1)
def _encode(call: Call) -> Items:
    return _coded(call, _ENCODERS)


@function("decode", 1)
def _decode(call: Call) -> Items:
    return _coded(call, _DECODERS)


@function("escape", 1)
def _escape(call: Call) -> Items:
    return _coded(call, _ESCAPERS)


@function("unescape", 1)
def _unescape(call: Call) -> Items:
    return _coded(call, _UNESCAPERS)


def _coded(call: Call, coders: Mapping[str, Callable[[str], str]]) -> Items:
    text, coding = call.text(), call.text_argument(0)
    coder = coders.get(coding or "")
    if text is None or coder is None:
        return []
    try:
        return [coder(text)]
    except (ValueError, binascii.Error):
        raise BadValueError(value=text[:80]) from None


def _of_text(call: Call, compute: Callable[[str], Any]) -> Items:
    text = call.text()
    return [] if text is None else [compute(text)]


def _with_text(call: Call, compute: Callable[[str, str], Any]) -> Items:
    text, argument = call.text(), call.text_argument(0)
    return [] if text is None or argument is None else [compute(text, argument)]


def _searched(call: Call, frame: str) -> Items:
    text, source = call.text(), call.text_argument(0)
    if text is None or source is None:
        return []
    return [pattern(frame.format(source), _flags(call, 1)).search(text) is not None]


def _flags(call: Call, position: int) -> str:
    return call.text_argument(position) or ""


def _substituted(match: Any, template: str) -> str:
    """`$1` and `${name}` are groups, `$$` a dollar."""
    return _REFERENCE.sub(lambda found: _referenced(match, found), template)


_REFERENCE = re2.compile(r"\$(?:(\d+)|\{(\w+)\}|(\$))")


def _referenced(match: Any, found: Any) -> str:
    number, name, dollar = found.groups()
    if dollar:
        return "$"
    try:
        return match.group(int(number) if number else name) or ""
    except (IndexError, KeyError):
        return ""
