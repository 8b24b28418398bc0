"""Dates, kinds of data, professions and purposes in plain words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from seve.kernel.texts import Language, catalogue, text

ZONE = ZoneInfo("Europe/Paris")
PACKAGE = "engine/rights"


def day(moment: datetime | date | str, language: Language) -> str:
    """“22 novembre 2026”; what is no date stays as it is."""
    found = _parsed(moment) if isinstance(moment, str) else moment
    if found is None:
        return _month(str(moment), language)
    if isinstance(found, datetime):
        found = found.astimezone(ZONE).date()
    fields = {"day": found.day, "month": text(f"{PACKAGE}.months.m{found.month}", {}, language), "year": found.year}
    return text(f"{PACKAGE}.dates.day", fields, language)


def time_of(moment: datetime | str, language: Language) -> str:
    """“14 h 05”, the time in France; "" for a date alone."""
    found = _parsed(moment) if isinstance(moment, str) else moment
    if not isinstance(found, datetime):
        return ""
    local = found.astimezone(ZONE)
    return text(f"{PACKAGE}.dates.time", {"hour": local.hour, "minute": f"{local.minute:02}"}, language)


def both(moment: datetime | str, language: Language) -> str:
    """Day and time."""
    return " ".join(filter(None, (day(moment, language), time_of(moment, language))))


def kind(type_: str, language: Language) -> str:
    """What a type of resource is called by people."""
    return catalogue(PACKAGE, language).get(f"types.{type_.lower()}") or text(f"{PACKAGE}.types.other", {}, language)


def profession(code: str, language: Language) -> str:
    """A profession of TRE_G15, or a kind of principal, in words; "" for others."""
    return catalogue(PACKAGE, language).get(f"professions.p_{code.lower()}", "")


def _month(written: str, language: Language) -> str:
    """“mai 2018” for a FHIR date without a day."""
    year, _, month = written.partition("-")
    if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
        return written
    return f"{text(f'{PACKAGE}.months.m{int(month)}', {}, language)} {year}"


def _parsed(written: str) -> datetime | date | None:
    try:
        if len(written) <= 10:
            return date.fromisoformat(written)
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
