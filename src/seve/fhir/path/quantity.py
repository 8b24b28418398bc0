"""FHIRPath's Quantity: a decimal with a UCUM code or a calendar unit (FHIRPath N1, 2.1.8), and how two are brought together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from seve.fhir import units

_SINGULAR = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
CALENDAR_UNITS = MappingProxyType({spelling: unit for unit in _SINGULAR for spelling in (unit, f"{unit}s")})
UCUM_OF_CALENDAR = MappingProxyType(
    {
        "year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s",
        "millisecond": "ms",
    }
)  # fmt: skip
CALENDAR_OF_UCUM = MappingProxyType({code: unit for unit, code in UCUM_OF_CALENDAR.items()})
UCUM_SYSTEM = "http://unitsofmeasure.org"
_VAGUE = frozenset(("year", "month", "a", "mo"))
_MILLISECONDS = MappingProxyType(
    {
        "year": 31_536_000_000, "month": 2_592_000_000, "week": 604_800_000, "day": 86_400_000, "hour": 3_600_000,
        "minute": 60_000, "second": 1_000, "millisecond": 1,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit: a UCUM code, or a calendar unit in the singular when `is_calendar`.

    `is_mapped` marks a FHIR Quantity whose UCUM code (`a`) was read as a calendar unit (`year`), as FHIR's "Use of FHIR
    Quantity" asks; beside a UCUM quantity it counts by its UCUM code.
    """

    value: Decimal
    unit: str
    is_calendar: bool = False
    is_mapped: bool = False

    def __str__(self) -> str:
        if not self.is_calendar:
            return f"{self.value} '{self.unit}'"
        return f"{self.value} {self.unit}{'' if self.value == 1 else 's'}"

    @property
    def ucum(self) -> str:
        """The UCUM code that is the unit, or nearest to the calendar unit."""
        return UCUM_OF_CALENDAR[self.unit] if self.is_calendar else self.unit


def from_fhir(element: dict[str, Any]) -> Quantity | None:
    """A FHIR Quantity as a System.Quantity; None without a value, with a comparator, or with a code that isn't UCUM.

    A quantity without any unit counts as `1`.
    """
    value, code, system = element.get("value"), element.get("code"), element.get("system")
    if not isinstance(value, int | Decimal) or (system is not None and system != UCUM_SYSTEM):
        return None
    if element.get("comparator"):
        return None
    if code is None:
        return Quantity(Decimal(value), element.get("unit") or "1")
    calendar = CALENDAR_OF_UCUM.get(code)
    if calendar is None:
        return Quantity(Decimal(value), code)
    return Quantity(Decimal(value), calendar, is_calendar=True, is_mapped=True)


def aligned(left: Quantity, right: Quantity) -> tuple[Decimal, Decimal] | None:
    """Both values in one unit, None when they aren't comparable. Years and months aren't comparable to `a` and `mo`."""
    if left.unit == right.unit and left.is_calendar == right.is_calendar:
        return left.value, right.value
    if left.is_calendar and right.is_calendar:
        return _calendar_aligned(left, right)
    if left.is_calendar != right.is_calendar and _is_vague(left, right):
        return None
    converted = units.convert(right.value, right.ucum, left.ucum)
    return None if converted is None else (left.value, Decimal(converted))


def converted(quantity: Quantity, unit: str) -> Quantity | None:
    """The quantity in `unit`, a UCUM code or a calendar word; None when it can't be."""
    calendar = CALENDAR_UNITS.get(unit)
    goal = Quantity(Decimal(0), calendar, is_calendar=True) if calendar else Quantity(Decimal(0), unit)
    if not quantity.is_calendar and calendar and quantity.unit not in CALENDAR_OF_UCUM:
        return None
    if quantity.is_mapped and not calendar:
        quantity = Quantity(quantity.value, quantity.ucum)
    pair = aligned(goal, quantity)
    return None if pair is None else Quantity(pair[1], goal.unit, is_calendar=goal.is_calendar)


def finer(left: Quantity, right: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both in the finer of their two units, as addition wants them."""
    if left.is_mapped and not right.is_calendar:
        left = Quantity(left.value, left.ucum)
    if right.is_mapped and not left.is_calendar:
        right = Quantity(right.value, right.ucum)
    forward, backward = aligned(left, right), aligned(right, left)
    if forward is None or backward is None:
        return None
    if abs(forward[1]) >= abs(right.value):
        return left, Quantity(forward[1], left.unit, is_calendar=left.is_calendar)
    return Quantity(backward[1], right.unit, is_calendar=right.is_calendar), right


def _is_vague(left: Quantity, right: Quantity) -> bool:
    is_mapped = left.is_mapped or right.is_mapped
    return not is_mapped and (left.unit in _VAGUE or right.unit in _VAGUE)


def _calendar_aligned(left: Quantity, right: Quantity) -> tuple[Decimal, Decimal]:
    if {left.unit, right.unit} == {"year", "month"}:
        return left.value, (right.value * 12 if right.unit == "year" else right.value / 12)
    return left.value, right.value * _MILLISECONDS[right.unit] / _MILLISECONDS[left.unit]
