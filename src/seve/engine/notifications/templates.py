"""Templates: a subject and a body by key, in both languages, with fields of declared kinds.

The kinds are what a message may hold, since it is read on locked screens and in other people's mail: the name of a place, a day,
a moment, a number, a signed link. There is none for free text, and the name of a place is looked up, never given: nothing clinical can get in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from seve.engine.notifications.refusals import UnknownTemplate, UnsafeTemplate, WrongField
from seve.engine.rights import wording
from seve.kernel.texts import LANGUAGES, Language, catalogue, text

if TYPE_CHECKING:
    from seve.store.notifications import Notification

HARMLESS = frozenset({"place", "day", "moment", "number", "link"})
PLACES = ("Organization", "Location", "HealthcareService")
_PACKAGE = "engine/notifications"
_LINK = re.compile(r"https?://[^/\s]{1,253}(/[a-z0-9-]{1,40}){1,4}/[A-Za-z0-9._-]{32,200}")
"""An address that ends in a token, and has nothing else: no parameters."""
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Its texts are `<package>.templates.<key>_subject` and `…_body`; `fields` are kinds by name."""

    key: str
    fields: Mapping[str, str]
    package: str = _PACKAGE


def checked(template: Template) -> Template:
    """Raises UnsafeTemplate unless all its fields are harmless and its texts hold no others, in both languages."""
    for name, kind in template.fields.items():
        if kind not in HARMLESS:
            raise UnsafeTemplate(template=template.key, reason=f"{name}: {kind}")
    for language in LANGUAGES:
        known = catalogue(template.package, language)
        for part in ("subject", "body"):
            sentence = known.get(f"templates.{template.key}_{part}")
            if sentence is None:
                raise UnsafeTemplate(template=template.key, reason=f"{part} ({language})")
            if foreign := set(_FIELD.findall(sentence)) - template.fields.keys():
                raise UnsafeTemplate(template=template.key, reason=", ".join(sorted(foreign)))
    return template


_SHIPPED = (
    Template("new_document", {"place": "place", "day": "day"}),
    Template("appointment", {"place": "place", "at": "moment"}),
    Template("reminder_days", {"place": "place", "at": "moment", "link": "link"}),
    Template("reminder_hours", {"place": "place", "at": "moment", "link": "link"}),
    Template("time_freed", {"place": "place", "at": "moment", "minutes": "number"}),
    Template("appointment_stranded", {"place": "place", "at": "moment"}),
    Template("agenda_booked", {"at": "moment"}),
    Template("agenda_moved", {"at": "moment"}),
    Template("agenda_cancelled", {"at": "moment"}),
    Template("home_care_asked", {"at": "moment"}),
    Template("home_care_taken", {"at": "moment"}),
    Template("home_care_alert", {"at": "moment"}),
    Template("home_care_nobody", {"at": "moment"}),
    Template("home_care_lost", {"at": "moment"}),
    Template("tool_answered", {"at": "moment"}),
    Template("tool_ending", {"day": "day"}),
    Template("access", {"at": "moment"}),
    Template("waiting", {"number": "number"}),
    Template("record_opening", {"day": "day", "link": "link"}),
    Template("record_answered", {"at": "moment"}),
)
TEMPLATES = {template.key: checked(template) for template in _SHIPPED}


def template_of(key: str) -> Template:
    """Raises UnknownTemplate."""
    found = TEMPLATES.get(key)
    if found is None:
        raise UnknownTemplate(template=key[:100])
    return found


def written(template: Template, fields: Mapping[str, object]) -> dict[str, str]:
    """Fields as they are kept. A place is its reference here. Raises WrongField."""
    if fields.keys() != template.fields.keys():
        raise WrongField(template=template.key, field=", ".join(sorted(fields.keys() ^ template.fields.keys())))
    return {name: _written(template, name, value) for name, value in fields.items()}


def rendered(template: Template, fields: Mapping[str, str], language: Language) -> tuple[str, str]:
    """Subject and body."""
    shown = {name: _shown(template.fields[name], value, language) for name, value in fields.items()}
    subject, body = (
        text(f"{template.package}.templates.{template.key}_{part}", shown, language) for part in ("subject", "body")
    )
    return subject, body


def read(notification: Notification, language: Language) -> tuple[str, str]:
    """Subject and body of a notification."""
    return rendered(template_of(notification.template), notification.fields, language)


def _written(template: Template, name: str, value: object) -> str:
    match template.fields[name], value:
        case "place", str() if value.partition("/")[0] in PLACES:
            return value
        case "day", date() if not isinstance(value, datetime):
            return value.isoformat()
        case "moment", datetime() if value.tzinfo is not None:
            return value.isoformat()
        case "link", str() if _LINK.fullmatch(value):
            return value
        case "number", int() if not isinstance(value, bool):
            return str(value)
        case _:
            raise WrongField(template=template.key, field=name)


def _shown(kind: str, value: str, language: Language) -> str:
    match kind:
        case "day":
            return wording.day(value, language)
        case "moment":
            return wording.both(datetime.fromisoformat(value), language)
        case _:
            return value
