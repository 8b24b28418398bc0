"""Who calls or stands at the desk, as somebody types it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

_PHONE: Final = re.compile(r"\+?[0-9]{6,15}")
_LONGEST: Final = 100


class Typed(Protocol):
    """The fields of a form."""

    def __getitem__(self, name: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """An identity as far as it was told."""

    family: str
    given: str
    birth: str
    phone: str


def caller(form: Typed) -> tuple[Caller | None, dict[str, str]]:
    """Who it is, or what to change."""
    family, given = form["family"].strip()[:_LONGEST], form["given"].strip()[:_LONGEST]
    phone = re.sub(r"[\s.()-]", "", form["phone"])
    problems = {name: "missing" for name, said in (("family", family), ("given", given)) if not said}
    if not _is_birth(form["birth"]):
        problems["birth"] = "no_date"
    if phone and not _PHONE.fullmatch(phone):
        problems["phone"] = "phone"
    return (None if problems else Caller(family, given, form["birth"], phone)), problems


def _is_birth(written: str) -> bool:
    try:
        return date(1880, 1, 1) <= date.fromisoformat(written) <= date(2199, 1, 1)
    except ValueError:
        return False
