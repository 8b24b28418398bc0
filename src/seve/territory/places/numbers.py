"""National numbers with a right control digit, in ranges that are nobody's: RPPS from 990, FINESS of the 37 from 3799."""

from __future__ import annotations

from seve.france.identity.control_keys import is_luhn


def rpps(rank: int) -> str:
    """Eleven digits; real numbers begin with 1."""
    return _keyed(f"990{rank:07d}")


def finess(rank: int) -> str:
    """Nine digits."""
    return _keyed(f"3799{rank:04d}")


def _keyed(number: str) -> str:
    return next(found for key in range(10) if is_luhn(found := f"{number}{key}"))
