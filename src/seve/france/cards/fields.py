"""Fields of codes: two letters that name one, its value, and GS where a value is shorter than it may be (RS where it was cut)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias

from seve.france.cards.card import CardUnreadable

Length: TypeAlias = tuple[int, int]
"""Least and most characters."""
_ENDS: Final = ("\x1d", "\x1e")
_NAME: Final = 2


def split(text: str, lengths: Mapping[str, Length]) -> dict[str, str]:
    """Fields by name. Raises CardUnreadable for one that is not known, is there twice, or is of another length."""
    found, rest = dict[str, str](), text
    while rest:
        name = rest[:_NAME]
        if name not in lengths or name in found:
            raise CardUnreadable("field", what=_printable(name))
        value, rest = _value(rest[_NAME:], lengths[name][1])
        if not lengths[name][0] <= len(value) <= lengths[name][1]:
            raise CardUnreadable("length", what=name)
        found[name] = value
    return found


def dated(written: str, name: str) -> str:
    """A FHIR date of ddmmyyyy. Raises CardUnreadable."""
    try:
        return (
            date(int(written[4:8]), int(written[2:4]), int(written[:2])).isoformat() if len(written) == 8 else _no(name)
        )
    except ValueError as error:
        raise CardUnreadable("date", what=name) from error


def _value(rest: str, most: int) -> tuple[str, str]:
    ends = [at for end in _ENDS if (at := rest.find(end, 0, most + 1)) >= 0]
    if not ends:
        return rest[:most], rest[most:]
    return rest[: min(ends)], rest[min(ends) + 1 :]


def _no(name: str) -> str:
    raise CardUnreadable("date", what=name)


def _printable(name: str) -> str:
    return "".join(one if one.isascii() and one.isalnum() else "?" for one in name)
