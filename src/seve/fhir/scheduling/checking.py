"""What is wrong with an agenda or the time of an Appointment: said before it is stored, since SQL lays it out when it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import available_timezones

from seve.fhir import Resource
from seve.fhir.extensions import BASE, Extension, part, parts
from seve.fhir.scheduling.agendas import DAYS, MODES
from seve.fhir.scheduling.appointments import HOLDING
from seve.kernel.refusals import Issue

_DAY_MINUTES: Final = 1440
_MOST_SEATS: Final = 1000
_MOST_PARTS: Final = 200
_MOST_DAYS: Final = 31
_MOST_KM: Final = 500
_KINDS: Final[dict[str, type]] = {
    "code": str, "text": str, "minutes": int, "mode": str, "public": bool, "newcomers": bool, "questionnaire": str,
    "day": str, "from": str, "to": str, "since": str, "until": str, "weeks": int, "step": int, "reason": str, "seats": int,
    "room": dict, "period": dict, "note": str,
    "radius": int, "commune": dict,
}  # fmt: skip


def scheduling_issues(resource: Resource) -> list[Issue]:
    """All that is wrong with the extensions of ours on a Schedule, or with the time of an Appointment; none for other types."""
    match resource.get("resourceType"):
        case "Schedule":
            return list(_of_schedule(resource))
        case "Appointment":
            return list(_of_appointment(resource))
        case _:
            return []


def _of_schedule(schedule: Resource) -> Iterator[Issue]:
    extensions: list[Extension] = schedule.get("extension", [])
    codes = {part(one, "code") for one in extensions if one.get("url") == BASE + "agenda-reason"}
    if len(extensions) > _MOST_PARTS:
        yield _issue("too_many", "Schedule.extension", most=_MOST_PARTS)
        return
    for place, one in enumerate(extensions):
        where = f"Schedule.extension[{place}]"
        match str(one.get("url", "")).removeprefix(BASE):
            case "agenda-zone":
                if one.get("valueCode") not in available_timezones():
                    yield _issue("zone", f"{where}.valueCode", zone=str(one.get("valueCode", "")))
            case "agenda-reason" | "agenda-rule" | "agenda-closing" | "agenda-home" as name:
                wrong = list(_of_kinds(one, where))
                yield from wrong or _CHECKS[name](one, where, codes)
            case _:
                pass


def _of_kinds(extension: Extension, where: str) -> Iterator[Issue]:
    for place, one in enumerate(extension.get("extension", [])):
        kind = _KINDS.get(one.get("url", ""))
        found = [said for key, said in one.items() if key.startswith("value")]
        if kind is None or not found or type(found[0]) is not kind:
            yield _issue("part", f"{where}.extension[{place}]", part=str(one.get("url", "")))


def _of_reason(extension: Extension, where: str, codes: set[Any]) -> Iterator[Issue]:
    del codes
    if not part(extension, "code"):
        yield _issue("lacks", where, part="code")
    if not 0 < part(extension, "minutes", 0) <= _DAY_MINUTES:
        yield _issue("minutes", where, most=_DAY_MINUTES)
    yield from _of_codes(extension, where, "mode", MODES)


def _of_rule(extension: Extension, where: str, codes: set[Any]) -> Iterator[Issue]:
    for name in ("day", "from", "to"):
        if not parts(extension, name):
            yield _issue("lacks", where, part=name)
    if part(extension, "from", "") >= part(extension, "to", "~"):
        yield _issue("hours", where)
    if (since := part(extension, "since")) and (until := part(extension, "until")) and until < since:
        yield _issue("days", where)
    if part(extension, "weeks", 1) > 1 and not since:
        yield _issue("lacks", where, part="since")
    for name, most in (("weeks", 52), ("step", _DAY_MINUTES), ("seats", _MOST_SEATS)):
        if not 0 < part(extension, name, 1) <= most:
            yield _issue("number", where, part=name, most=most)
    yield from _of_codes(extension, where, "day", DAYS)
    yield from _of_codes(extension, where, "mode", MODES)
    yield from _of_codes(extension, where, "reason", codes)


def _of_closing(extension: Extension, where: str, codes: set[Any]) -> Iterator[Issue]:
    del codes
    period: dict[str, Any] = part(extension, "period", {})
    if not period:
        yield _issue("lacks", where, part="period")


def _of_home(extension: Extension, where: str, codes: set[Any]) -> Iterator[Issue]:
    del codes
    if not 0 < part(extension, "radius", 1) <= _MOST_KM:
        yield _issue("number", where, part="radius", most=_MOST_KM)
    if not all(one.get("code") for one in parts(extension, "commune")):
        yield _issue("lacks", where, part="commune")


def _of_codes(extension: Extension, where: str, name: str, known: Any) -> Iterator[Issue]:
    for said in parts(extension, name):
        if said not in known:
            yield _issue("code", where, part=name, code=str(said))


_CHECKS = {
    "agenda-reason": _of_reason,
    "agenda-rule": _of_rule,
    "agenda-closing": _of_closing,
    "agenda-home": _of_home,
}


def _of_appointment(appointment: Resource) -> Iterator[Issue]:
    for place, one in enumerate(appointment.get("extension", [])):
        if one.get("url") == BASE + "appointment-seat" and not 0 <= one.get("valueUnsignedInt", -1) < _MOST_SEATS:
            yield _issue("number", f"Appointment.extension[{place}]", part="appointment-seat", most=_MOST_SEATS - 1)
    start, end = _instant(appointment.get("start")), _instant(appointment.get("end"))
    if start is None or end is None or appointment.get("status") not in HOLDING:
        return
    if end <= start:
        yield _issue("ends_first", "Appointment.end")
    elif (end - start).days >= _MOST_DAYS:
        yield _issue("too_long", "Appointment.end", most=_MOST_DAYS)


def _instant(said: object) -> datetime | None:
    try:
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:  # said by the validator
        return None


def _issue(key: str, expression: str, **fields: object) -> Issue:
    return Issue("error", "business-rule", f"fhir.scheduling.{key}", fields, expression)
