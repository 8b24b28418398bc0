"""The timestamps of HL7 v3 (TS, `YYYYMMDDHHMMSS.UUUU+ZZzz`, any shorter) and FHIR's dateTime, both ways."""

from __future__ import annotations

import re
from datetime import datetime

_TIMESTAMP = re.compile(
    r"(?P<date>\d{4}(?:\d\d(?:\d\d)?)?)(?P<time>\d\d(?:\d\d(?:\d\d(?:\.\d+)?)?)?)?(?P<zone>[+-]\d{4})?", re.ASCII
)
_DIGITS = re.compile(r"[-:T]")
_MONTH_LENGTH = 6
_DAY_LENGTH = 8


def date_time(text: str) -> str | None:
    """As FHIR; None when it is no timestamp. A time without its zone is left out: FHIR has none without."""
    match = _TIMESTAMP.fullmatch(text.strip())
    if match is None or not _exists(match):
        return None
    digits = match["date"]
    date = "-".join(filter(None, (digits[:4], digits[4:_MONTH_LENGTH], digits[_MONTH_LENGTH:])))
    if not match["time"] or not match["zone"] or len(digits) != _DAY_LENGTH:
        return date
    time = match["time"].partition(".")[0].ljust(6, "0")
    zone = match["zone"]
    return f"{date}T{time[:2]}:{time[2:4]}:{time[4:6]}{zone[:3]}:{zone[3:]}"


def timestamp(text: str) -> str:
    """From a FHIR date or dateTime; fractions of a second are left out, `Z` is +0000."""
    date, _, time = text.partition("T")
    zone = ""
    if time:
        whole, zone = (time[:-1], "+0000") if time.endswith("Z") else (time[:-6], time[-6:].replace(":", ""))
        time = whole.partition(".")[0]
    return _DIGITS.sub("", date + time) + zone


def _exists(match: re.Match[str]) -> bool:
    digits, time, zone = match["date"], (match["time"] or "").partition(".")[0], match["zone"] or "+0000"
    if match["time"] and len(digits) != _DAY_LENGTH:
        return False
    full = digits + "00000101"[len(digits) :] + time.ljust(6, "0")
    try:
        datetime.strptime(full + zone, "%Y%m%d%H%M%S%z")
    except ValueError:
        return False
    return zone[1:3] < "15" and zone[3:] < "60"
