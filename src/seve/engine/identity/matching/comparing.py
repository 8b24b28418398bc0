"""Two portraits compared, trait by trait: each comparison gives a level, from `same` down to `other`, or "" when one is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from seve.engine.identity.matching.likeness import is_one_edit, jaro_winkler
from seve.engine.identity.matching.portraits import Portrait

Levels: TypeAlias = Mapping[str, str]
"""The level of each comparison by its name; comparisons of something unknown are left out."""

LEVELS: Mapping[str, tuple[str, ...]] = {
    "family": ("same", "borne", "close", "other"),
    "given": ("same", "part", "close", "other"),
    "birth_date": ("same", "swapped", "close", "other"),
    "sex": ("same", "other"),
    "birth_place": ("same", "department", "other"),
    "postcode": ("same", "other"),
    "contact": ("same", "other"),
}
"""Every comparison with its levels, the best first: what the weights are for."""

_CLOSE_FAMILY = 0.9
_CLOSE_GIVEN = 0.88
_DEPARTMENT_LENGTH = 2


def compared(one: Portrait, other: Portrait) -> Levels:
    """All comparisons that both portraits know enough for."""
    found = {name: compare(one, other) for name, compare in _COMPARISONS.items()}
    return {name: level for name, level in found.items() if level}


def _family(one: Portrait, other: Portrait) -> str:
    """`borne`: a name that one was born with and the other bears, as after a marriage."""
    if not one.family or not other.family:
        return ""
    if one.family == other.family:
        return "same"
    if one.families & other.families or _is_part(one.family, other.family):
        return "borne"
    likeness = max(jaro_winkler(a, b) for a in one.families for b in other.families)
    return "close" if likeness >= _CLOSE_FAMILY else "other"


def _given(one: Portrait, other: Portrait) -> str:
    """`same`: the lists agree as far as the shorter one goes; `part`: they share a name, as one of JEAN PIERRE and PIERRE.

    Twins may share a part of their names: JEAN-PIERRE and JEAN-PAUL are not the same, nor is either the same as JEAN, while JEAN
    alone may be JEAN PIERRE of whom the register has two names.
    """
    if not one.given or not other.given:
        return ""
    mine, theirs = _words(one), _words(other)
    least = max(len(one.given[0].split(" ")), len(other.given[0].split(" ")))
    if min(len(mine), len(theirs)) >= least and all(a == b for a, b in zip(mine, theirs, strict=False)):
        return "same"
    if set(mine) & set(theirs):
        return "part"
    return "close" if jaro_winkler(one.given[0], other.given[0]) >= _CLOSE_GIVEN else "other"


def _words(portrait: Portrait) -> list[str]:
    return " ".join(portrait.given).split(" ")


def _birth_date(one: Portrait, other: Portrait) -> str:
    """`swapped`: day and month exchanged; `close`: one digit wrong, or one of the dates less precise and not contradicting."""
    mine, theirs = one.birth_date, other.birth_date
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return "same"
    if swapped(mine) == theirs:
        return "swapped"
    is_less_precise = len(mine) != len(theirs) and (mine.startswith(theirs) or theirs.startswith(mine))
    return "close" if is_less_precise or is_one_edit(mine, theirs) else "other"


def swapped(date: str) -> str:
    """The date with day and month exchanged, "" where that is no date or the same one."""
    year, _, rest = date.partition("-")
    month, _, day = rest.partition("-")
    return f"{year}-{day}-{month}" if day and day != month and int(day) <= 12 else ""


def _sex(one: Portrait, other: Portrait) -> str:
    return ("same" if one.sex == other.sex else "other") if one.sex and other.sex else ""


def _birth_place(one: Portrait, other: Portrait) -> str:
    mine, theirs = one.birth_place, other.birth_place
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return "same"
    return "department" if mine[:_DEPARTMENT_LENGTH] == theirs[:_DEPARTMENT_LENGTH] else "other"


def _postcode(one: Portrait, other: Portrait) -> str:
    return _shared(one.postcodes, other.postcodes)


def _contact(one: Portrait, other: Portrait) -> str:
    return _shared(one.contacts, other.contacts)


def _shared(mine: frozenset[str], theirs: frozenset[str]) -> str:
    return ("same" if mine & theirs else "other") if mine and theirs else ""


def _is_part(one: str, other: str) -> bool:
    """Whether one name stands whole in the other: MARTIN in MARTIN DURAND."""
    shorter, longer = sorted((one.split(" "), other.split(" ")), key=len)
    return len(shorter) < len(longer) and set(shorter) <= set(longer)


_COMPARISONS: Mapping[str, Callable[[Portrait, Portrait], str]] = {
    "family": _family,
    "given": _given,
    "birth_date": _birth_date,
    "sex": _sex,
    "birth_place": _birth_place,
    "postcode": _postcode,
    "contact": _contact,
}
