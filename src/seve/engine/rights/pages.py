"""A record as one page that a person can read and print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from seve.engine.rights.wording import PACKAGE, day, kind
from seve.fhir import Resource
from seve.kernel.texts import Language, catalogue, text

_TITLES = (
    "name",
    "title",
    "code",
    "medicationCodeableConcept",
    "vaccineCode",
    "type",
    "description",
    "class",
    "category",
)
_DATES = (
    "effectiveDateTime", "onsetDateTime", "performedDateTime", "occurrenceDateTime", "date", "authoredOn", "issued", "created",
    "birthDate", "start", "recordedDate", "dateTime", "sent",
)  # fmt: skip
_SILENT = frozenset(
    {
        "resourceType", "id", "meta", "text", "extension", "contained", "system", "reference", "identifier", "subject", "patient",
        "status", "language", "use", "intent", "active", "verificationStatus", "rank",
    }
)  # fmt: skip
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2}(T.*)?)?$")
_MOST_LINES = 60
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource: `lines` are names of elements with what they say."""

    title: str
    day: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All of one kind."""

    name: str
    entries: tuple[Entry, ...]


def page(name: str, resources: Mapping[str, Sequence[Resource]], *, language: Language) -> str:
    """The page, of resources by type; it needs nothing from elsewhere."""
    titles = {f"{type_}/{one['id']}": _title(one) for type_, found in resources.items() for one in found}
    named = dict[str, list[Entry]]()
    for type_, found in resources.items():
        entries = named.setdefault(kind(type_, language).capitalize(), [])
        entries += [_entry(_linked(one, titles), language) for one in found]
    sections = [Section(name_, tuple(entries)) for name_, entries in named.items()]

    def say(key: str, **fields: object) -> str:
        return text(f"{PACKAGE}.{key}", fields, language)

    return (
        _templates()
        .get_template("archive.html")
        .render(
            say=say,
            language=language,
            name=name,
            day=day(datetime.now(UTC), language),
            number=sum(map(len, resources.values())),
            sections=sections,
        )
    )


@cache
def _templates() -> Environment:
    loader = PackageLoader("seve.engine.rights")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _entry(resource: Resource, language: Language) -> Entry:
    title = _title(resource)
    at = next((str(resource[key]) for key in _DATES if isinstance(resource.get(key), str)), "")
    known = catalogue(PACKAGE, language)
    lines = (
        (known.get(f"elements.{name.lower()}", name), day(told, language) if _DATE.match(told) else told)
        for name, told in _lines(resource, "")
        if told != title
    )
    return Entry(title, day(at, language) if at else "", tuple(islice(dict.fromkeys(lines), _MOST_LINES)))


def _title(resource: Resource) -> str:
    return next((told for key in _TITLES if (told := _told(resource.get(key)))), resource.get("id", ""))


def _linked(value: Any, titles: Mapping[str, str]) -> Any:
    """The same, where references say what they point to."""
    if isinstance(value, list):
        return [_linked(item, titles) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("reference")  # a Reference itself, in an actor of a Consent
    title = titles.get(reference) if isinstance(reference, str) else None
    more = {"display": title} if title and "display" not in value else {}
    return {**{key: _linked(inner, titles) for key, inner in value.items()}, **more}


def _lines(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _lines(item, name)
    elif isinstance(value, dict):
        if told := _told(value) if name else "":
            yield name, told[:_LONGEST]
            return
        for key, inner in value.items():
            if key not in _SILENT and not key.startswith("_"):
                yield from _lines(inner, key)
    elif value not in (None, "", True, False):
        yield name, str(value)[:_LONGEST]


def _told(value: Any) -> str:
    """One line for a datatype, "" when it has none."""
    if isinstance(value, list):
        return next((told for item in value if (told := _told(item))), "")
    if isinstance(value, dict):
        return _of_datatype(value)
    return value if isinstance(value, str) else ""


def _of_datatype(value: dict[str, Any]) -> str:
    if "family" in value or "given" in value:
        return (
            value.get("text")
            or " ".join([*value.get("prefix", ()), *value.get("given", ()), value.get("family", "")]).strip()
        )
    if "value" in value and ("unit" in value or "code" in value):
        return f"{value.get('comparator', '')}{value['value']} {value.get('unit', value.get('code', ''))}".strip()
    if "start" in value or "end" in value:
        return f"{value.get('start', '…')} → {value.get('end', '…')}"
    return next((told for key in ("text", "display", "coding", "reference") if (told := _told(value.get(key)))), "")
