"""What FHIR says, in words that people read: dates, names, codes and quantities, in French and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from seve.engine.rights.people import name_of
from seve.engine.rights.wording import ZONE, both, day, kind, profession, time_of
from seve.kernel.texts import Language

__all__ = [
    "ZONE",
    "age",
    "both",
    "coded",
    "codes",
    "day",
    "kind",
    "name_of",
    "number",
    "profession",
    "quantity",
    "time_of",
]


def coded(value: Any) -> str:
    """A CodeableConcept, a Coding, or a Reference: its own text before the display of a code, before the code itself; "" for none."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(coded, value)))
    if not isinstance(value, Mapping):
        return ""
    found: Mapping[str, Any] = value
    codings: list[Mapping[str, Any]] = found.get("coding") or [found]
    displays = next((one["display"] for one in codings if one.get("display")), "")
    return str(found.get("text") or displays or next((one["code"] for one in codings if one.get("code")), ""))


def codes(value: Mapping[str, Any] | None, *systems: str) -> tuple[str, ...]:
    """The codes of a CodeableConcept in these systems; all of its codes when no system is named."""
    found: Iterable[Mapping[str, Any]] = (value or {}).get("coding", ())
    return tuple(one["code"] for one in found if one.get("code") and (not systems or one.get("system") in systems))


def number(value: Decimal | int, language: Language) -> str:
    """“72,5” in French, “72.5” in English, without an exponent."""
    written = f"{Decimal(value):f}"  # a whole number would be written with six decimals
    return written.replace(".", ",") if language == "fr" else written


def quantity(value: Mapping[str, Any] | None, language: Language) -> str:
    """“< 72,5 kg”; "" for none."""
    if not value or "value" not in value:
        return ""
    parts = (value.get("comparator", ""), number(value["value"], language), value.get("unit") or value.get("code", ""))
    return " ".join(filter(None, parts))


def age(birth_date: str, today: str) -> int | None:
    """Whole years between two FHIR dates; None when the birth is not known to the day."""
    if len(birth_date) < 10 or len(today) < 10:
        return None
    return int(today[:4]) - int(birth_date[:4]) - (today[5:10] < birth_date[5:10])
