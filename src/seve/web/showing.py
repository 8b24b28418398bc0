"""How a resource is shown to a person: its title, its time, and its content as a tree of names and values with links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from seve.fhir import Resource
from seve.fhir.definitions import core

_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_TITLES = (
    "name",
    "title",
    "code",
    "type",
    "description",
    "medicationCodeableConcept",
    "vaccineCode",
    "class",
    "subject",
    "patient",
)
_DATES = (
    "effectiveDateTime", "effectivePeriod", "onsetDateTime", "performedPeriod", "performedDateTime", "occurrenceDateTime",
    "period", "date", "authoredOn", "issued", "created", "birthDate", "start", "recordedDate",
)  # fmt: skip
_HIDDEN = frozenset({"resourceType", "id", "meta", "text"})
_LONGEST = 400
_TOLD = frozenset(
    {
        "text",
        "family",
        "given",
        "prefix",
        "line",
        "city",
        "postalCode",
        "country",
        "value",
        "unit",
        "code",
        "system",
        "comparator",
        "start",
        "end",
    }
)
"""What the one line of a datatype already says."""


@dataclass(frozen=True, slots=True)
class Line:
    """One name with its value: a text, perhaps with a link, or lines of its own."""

    name: str
    text: str = ""
    link: str = ""
    lines: tuple[Line, ...] = ()


def title(resource: Resource) -> str:
    """What a person would call it: a name, a title, what it is about, else its id."""
    for key in _TITLES:
        if key in resource and (found := text_of(resource[key])):
            return found[:120]
    return resource.get("id", resource["resourceType"])


def time_of(resource: Resource) -> str:
    """When it happened, as far as it says: the day, with the time when there is one."""
    for key in _DATES:
        value = resource.get(key)
        text = value.get("start") or value.get("end") if isinstance(value, dict) else value
        if isinstance(text, str):
            return text[:16].replace("T", " ")
    return ""


def text_of(value: Any) -> str:
    """One line for a datatype, "" when it has none."""
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item))), "")
    if isinstance(value, dict):
        return _object_text(value)
    return str(value) if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else ""


def _object_text(value: dict[str, Any]) -> str:
    if "family" in value or "given" in value:
        return (
            value.get("text")
            or " ".join([*value.get("prefix", ()), *value.get("given", ()), value.get("family", "")]).strip()
        )
    if "city" in value or "line" in value:
        parts = [
            *value.get("line", ()),
            " ".join(filter(None, (value.get("postalCode"), value.get("city")))),
            value.get("country"),
        ]
        return value.get("text") or ", ".join(filter(None, parts))
    if "value" in value and ("unit" in value or "code" in value):
        return f"{value.get('comparator', '')}{value['value']} {value.get('unit', value.get('code', ''))}".strip()
    if "start" in value or "end" in value:
        return f"{value.get('start', '…')} → {value.get('end', '…')}"
    for key in ("text", "display", "coding", "reference", "code", "value"):
        if isinstance(value.get(key), (str, list)) and (text := text_of(value[key])):
            return text
    return ""


def lines(resource: Resource) -> tuple[Line, ...]:
    """The content, in the order of the standard, extensions and contained resources last."""
    schema = core().type(resource["resourceType"])
    order = {key: at for at, e in enumerate(schema.elements.values()) for key in e.keys} if schema else {}
    order |= {"extension": len(order), "contained": len(order) + 1}
    keys = sorted(
        (key for key in resource if key not in _HIDDEN and not key.startswith("_")), key=lambda k: order.get(k, 999)
    )
    return tuple(line for key in keys for line in _lines(key, resource[key]))


def _lines(name: str, value: Any) -> Iterator[Line]:
    if isinstance(value, list):
        for item in value:
            yield from _lines(name, item)
    elif isinstance(value, dict):
        yield _object_line(name, value)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield Line(name, text[:_LONGEST] + ("…" if len(text) > _LONGEST else ""))


def _object_line(name: str, value: dict[str, Any]) -> Line:
    reference = value.get("reference")
    if isinstance(reference, str):
        link = f"/r/{reference}" if _REFERENCE.fullmatch(reference) else ""
        return Line(name, value.get("display") or reference, link)
    if "resourceType" in value:
        return Line(f"{name}: {value['resourceType']}", title(value), lines=lines(value))
    if name in ("extension", "modifierExtension") and "url" in value:
        return _extension_line(value)
    if _is_coded(value):
        return Line(name, _coded_text(value))
    text = _object_text(value)
    inner = tuple(line for key in value if not key.startswith("_") for line in _lines(key, value[key]))
    if text and all(not line.lines for line in inner) and set(value) <= _TOLD:
        return Line(name, text)
    return Line(name, "" if inner else text, lines=inner)


def _extension_line(value: dict[str, Any]) -> Line:
    name = value["url"].rstrip("/").rpartition("/")[2] or value["url"]
    inner = [line for key in value if key != "url" and not key.startswith("_") for line in _lines(key, value[key])]
    if len(inner) == 1 and not inner[0].lines:
        return Line(name, inner[0].text, inner[0].link)
    return Line(name, lines=tuple(inner))


def _is_coded(value: dict[str, Any]) -> bool:
    return "coding" in value or ("code" in value and "system" in value and "value" not in value)


def _coded_text(value: dict[str, Any]) -> str:
    codings = [c for c in value.get("coding", [value]) if "code" in c]
    codes = ", ".join(f"{c.get('system', '').rstrip('/').rpartition('/')[2] or '?'} {c['code']}" for c in codings)
    text = text_of(value)
    return f"{text} ({codes})" if codes and text not in [c["code"] for c in codings] else text or codes
