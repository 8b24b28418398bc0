"""From which age a person decides on sharing their data: 15 (article 45 of the law of 6 January 1978, after article 8 of the GDPR)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import ClassVar

from seve.fhir import Resource
from seve.kernel.refusals import Refusal

DECIDES_FROM = 15
OF_AGE_FROM = 18


class TooYoung(Refusal):
    """Below 15, who represents the child decides."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/rights.refusals.too_young"


class DecidesAlone(Refusal):
    """From 15 on, and until they are of age, the young person decides, not who represents them."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/rights.refusals.decides_alone"


def age(patient: Resource, *, today: date) -> int | None:
    """In whole years; a birth date without day or month counts from its first day. None when it isn't known."""
    parts = str(patient.get("birthDate", "")).split("-")
    if not parts[0].isdigit():
        return None
    year, month, day = (*map(int, parts), 1, 1)[:3]
    return today.year - year - ((today.month, today.day) < (month, day))


def check_age(patient: Resource, *, is_own: bool) -> None:
    """Who may decide about this patient, themself or a representative. Raises TooYoung, DecidesAlone.

    Where no age is known, and of age (protected adults have representatives), both may.
    """
    years = age(patient, today=datetime.now(UTC).date())
    if years is None:
        return
    if is_own and years < DECIDES_FROM:
        raise TooYoung(age=DECIDES_FROM)
    if not is_own and DECIDES_FROM <= years < OF_AGE_FROM:
        raise DecidesAlone(age=DECIDES_FROM)
