"""What is needed at home, as somebody types it and as a ServiceRequest holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from seve.fhir import Resource
from seve.fhir.extensions import own, simple, value

KINDS: Final = ("nursing", "physiotherapy")
FREQUENCIES: Final = ("once", "daily", "twice", "thrice_a_week", "prescribed")
AGREED: Final = ("patient", "relative")
PROFESSION_OF: Final[Mapping[str, str]] = {"nursing": "60", "physiotherapy": "70"}
"""Codes of TRE_G15."""
SYSTEM: Final = "https://seve.example/CodeSystem/home-care"
CATEGORY: Final = "home-care"
MOST_DAYS: Final = 90
_AHEAD_DAYS: Final = 60
_LONGEST: Final = 1_000
_FIRST_BY, _ADDRESS, _FREQUENCY, _AGREED, _PHONE = (
    "request-first-by", "home-care-address", "home-care-frequency", "home-care-agreed", "home-care-phone",
)  # fmt: skip
_NUMBER: Final = re.compile(r"\+?[0-9]{6,15}")

Problem: TypeAlias = Literal[
    "missing", "unknown", "no_date", "no_time", "past", "far", "days", "phone", "agreement", "file"
]


class Typed(Protocol):
    """The fields of a form."""

    def __getitem__(self, name: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed: which trade for what, the first visit by when, how often and for how many days, where, whose agreement, wishes, and a
    number to call.
    """

    kind: str
    care: str
    first_by: datetime
    frequency: str
    days: int
    address: Mapping[str, Any]
    agreed: str
    wishes: str = ""
    phone: str = ""

    @property
    def city(self) -> str:
        """All that is told of the address before somebody accepts."""
        return str(self.address.get("city", ""))


@dataclass(slots=True)
class _Wrong:
    problems: dict[str, Problem] = field(default_factory=dict[str, Problem])

    def choice(self, form: Typed, name: str, known: tuple[str, ...]) -> str:
        if form[name] not in known:
            self.problems[name] = "missing" if not form[name] else "unknown"
        return form[name]

    def text(self, form: Typed, name: str) -> str:
        said = form[name].strip()[:_LONGEST]
        if not said:
            self.problems[name] = "missing"
        return said


def need(
    form: Typed, *, home: Mapping[str, Any] | None, now: datetime, zone: ZoneInfo
) -> tuple[Need | None, dict[str, Problem]]:
    """What was typed, or what to change. `home` is the address of the record, None when it has none."""
    wrong = _Wrong()
    kind, care = wrong.choice(form, "kind", KINDS), wrong.text(form, "care")
    frequency, agreed = wrong.choice(form, "frequency", FREQUENCIES), form["agreed"]
    if agreed not in AGREED:
        wrong.problems["agreed"] = "agreement"
    days = form["days"].strip()
    if not (days.isascii() and days.isdigit() and len(days) < 4 and 1 <= int(days) <= MOST_DAYS):
        wrong.problems["days"] = "days"
    first_by = _first_by(form, wrong, now=now, zone=zone)
    phone = re.sub(r"[\s.()-]", "", form["phone"])
    if phone and not _NUMBER.fullmatch(phone):
        wrong.problems["phone"] = "phone"
    address = _address(form, wrong, home)
    if wrong.problems or first_by is None:
        return None, wrong.problems
    return Need(
        kind, care, first_by, frequency, int(days), address, agreed, form["wishes"].strip()[:_LONGEST], phone
    ), {}


def request(
    wanted: Need, *, patient: str, requester: str, intent: str, now: datetime, paper: Resource | None = None
) -> Resource:
    """The ServiceRequest; `paper` is the prescription that came with it, as a contained DocumentReference."""
    said: Resource = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": intent,
        "category": [{"coding": [{"system": SYSTEM, "code": CATEGORY}]}],
        "code": {"coding": [{"system": SYSTEM, "code": wanted.kind}], "text": wanted.care},
        "subject": {"reference": patient},
        "requester": {"reference": requester},
        "authoredOn": _said(now),
        "occurrencePeriod": {"start": _said(now), "end": _said(wanted.first_by + timedelta(days=wanted.days))},
        "extension": [
            simple(_FIRST_BY, "DateTime", _said(wanted.first_by)),
            simple(_ADDRESS, "Address", dict(wanted.address)),
            simple(_FREQUENCY, "Code", wanted.frequency),
            simple(_AGREED, "Code", wanted.agreed),
            *([simple(_PHONE, "String", wanted.phone)] if wanted.phone else []),
        ],
    }
    if wanted.wishes:
        said["note"] = [{"text": wanted.wishes}]
    if paper:
        said["contained"] = [{**paper, "id": "prescription"}]
        said["supportingInfo"] = [{"reference": "#prescription"}]
    return said


def need_of(found: Resource) -> Need:
    """What a ServiceRequest of ours says."""
    first_by = datetime.fromisoformat(value(found, _FIRST_BY, "DateTime"))
    end = datetime.fromisoformat(found["occurrencePeriod"]["end"])
    return Need(
        kind=next((c["code"] for c in found["code"].get("coding", ()) if c.get("system") == SYSTEM), ""),
        care=str(found["code"].get("text", "")),
        first_by=first_by,
        frequency=value(found, _FREQUENCY, "Code") or "prescribed",
        days=max((end - first_by).days, 1),
        address=value(found, _ADDRESS, "Address") or {},
        agreed=value(found, _AGREED, "Code") or "",
        wishes=next((str(one["text"]) for one in found.get("note", ())), ""),
        phone=value(found, _PHONE, "String") or "",
    )


def is_ours(found: Resource) -> bool:
    """Whether a ServiceRequest asks for care at home."""
    codings = (c for concept in found.get("category", ()) for c in concept.get("coding", ()))
    is_one = any(c.get("system") == SYSTEM and c.get("code") == CATEGORY for c in codings)
    return is_one and bool(own(found, _FIRST_BY))


def paper_of(found: Resource) -> Mapping[str, Any] | None:
    """The attachment of the prescription that came with a request."""
    for one in found.get("contained", ()):
        if one.get("id") == "prescription":
            return one["content"][0]["attachment"]
    return None


def paper(*, content_type: str, data: str, name: str, now: datetime) -> Resource:
    """A prescription as it is contained; `data` is base64."""
    attachment = {"contentType": content_type, "data": data, "title": name[:120]}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "date": _said(now),
        "content": [{"attachment": attachment}],
    }


def _first_by(form: Typed, wrong: _Wrong, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    try:
        day = date.fromisoformat(form["day"].strip())
    except ValueError:
        wrong.problems["day"] = "no_date"
        return None
    try:
        clock = time.fromisoformat(form["time"].strip())
    except ValueError:
        wrong.problems["time"] = "no_time"
        return None
    if clock.tzinfo is not None or not 2000 <= day.year <= 2199:
        wrong.problems["time"] = "no_time"
        return None
    found = datetime.combine(day, clock, zone)
    if found <= now:
        wrong.problems["day"] = "past"
    elif found > now + timedelta(days=_AHEAD_DAYS):
        wrong.problems["day"] = "far"
    return found


def _address(form: Typed, wrong: _Wrong, home: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if form["where"] == "home" and home:
        return home
    line, city = wrong.text(form, "line"), wrong.text(form, "city")
    postcode = form["postcode"].strip()[:10]
    return {"line": [line], "city": city, **({"postalCode": postcode} if postcode else {}), "country": "FR"}


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
