"""JSON to resources and back (FHIR R4, JSON representation). Decimals keep their digits; nothing else is lost either."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from seve.fhir import Json, Resource
from seve.fhir.codec.shapes import decoder
from seve.fhir.validation import structure
from seve.fhir.validation.primitives import is_decimal_in_range
from seve.kernel.refusals import Issue, Malformed

DEPTH = 64
"""How deep arrays and objects may nest."""

_USUAL_LENGTH = 40
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_BYTE = re.compile(r" \(byte (\d+)\)$")
_COLON_ESCAPE = re.compile(rb"\\u003[aA]")
# What the structs don't see: an empty object, or a control character by its escape. The walk decides.
_EMPTY_OBJECT = re.compile(rb"\{\s*\}")
_CONTROL_ESCAPE = re.compile(rb"\\(?:u00[01]|[bf])")


class _DecimalTooLongError(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def decode(raw: bytes) -> Resource:
    """The resource that `raw` holds, its structure checked.

    Raises Malformed with every issue found: syntax with line and column, unknown elements, wrong types, wrong cardinalities.
    """
    resource = parse(raw)
    check(raw, resource)
    return resource


def parse(raw: bytes) -> Json:
    """Any JSON, decimals as `Decimal`, without looking at what it means.

    Raises Malformed for broken syntax and for arrays and objects that nest too deep.
    """
    value = _parse(raw)
    if raw.count(b"{") + raw.count(b"[") > DEPTH and _is_too_deep(value):
        raise _malformed("depth", limit=DEPTH)
    return value


def _parse(raw: bytes) -> Json:
    try:
        return _PARSER.decode(raw)
    except RecursionError as error:
        raise _malformed("depth", limit=DEPTH) from error
    except UnicodeDecodeError as error:
        raise _malformed("not_utf8") from error
    except _DecimalTooLongError as error:
        raise _malformed("decimal_too_long", value=error.text[:40]) from error
    except msgspec.DecodeError as error:
        raise _syntax(raw, error) from error


def check(raw: bytes, resource: Json) -> None:
    """Checks the structure of `resource`, which `raw` was parsed into. Raises Malformed with every issue found."""
    try:
        decoder().decode(raw)
    except msgspec.ValidationError as error:
        _refuse(resource, str(error))
    if _may_have_duplicates(raw, resource):
        _refuse_duplicates(raw)
    if (_EMPTY_OBJECT.search(raw) or _CONTROL_ESCAPE.search(raw)) and (found := structure.issues(resource)):
        raise Malformed(found)


def encode(resource: Json) -> bytes:
    """Compact JSON; decimals as numbers with their digits."""
    return _ENCODER.encode(resource)


def encode_pretty(resource: Json) -> bytes:
    """JSON indented by two spaces, for people."""
    return msgspec.json.format(_ENCODER.encode(resource), indent=2)


def _decimal(text: str) -> Decimal:
    if len(text) < _USUAL_LENGTH and "e" not in text and "E" not in text:
        return Decimal(text)
    value = Decimal(text)
    if not is_decimal_in_range(value):
        raise _DecimalTooLongError(text)
    return value


_PARSER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=_decimal)


def _may_have_duplicates(raw: bytes, resource: Json) -> bool:
    """Every key brings one colon: a duplicate key, which the parser drops, makes the counts of colons differ."""
    return raw.count(b":") != _ENCODER.encode(resource).count(b":") or _COLON_ESCAPE.search(raw) is not None


def _is_too_deep(value: Json) -> bool:
    level: list[Any] = [value] if isinstance(value, dict | list) else []
    for _ in range(DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return False
    return True


def _refuse(resource: Json, reason: str) -> NoReturn:
    found = structure.issues(resource)
    raise Malformed(found) if found else _malformed("structure", reason=reason)


def _refuse_duplicates(raw: bytes) -> None:
    found: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> Mapping[str, Any]:
        kept: dict[str, Any] = {}
        for key, value in items:
            if key in kept:
                found.append(key)
            kept[key] = value
        return kept

    json.loads(raw, object_pairs_hook=pairs)
    if found:
        raise Malformed([_issue("duplicate_key", name=key) for key in dict.fromkeys(found)])


def _syntax(raw: bytes, error: msgspec.DecodeError) -> Malformed:
    message = str(error)
    place = _BYTE.search(message)
    if place is None:
        return _malformed("truncated") if "truncated" in message else _malformed("number_out_of_range")
    before = raw[: int(place[1])]
    line = before.count(b"\n") + 1
    column = len(before) - (before.rfind(b"\n") + 1) + 1
    return _malformed("syntax", line=line, column=column)


def _malformed(name: str, /, **fields: object) -> Malformed:
    return Malformed([_issue(name, **fields)])


def _issue(name: str, /, **fields: object) -> Issue:
    return Issue("fatal", "structure", f"fhir.codec.{name}", fields)
