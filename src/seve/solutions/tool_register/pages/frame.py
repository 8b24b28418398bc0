"""What pages share: the package's sentences, today's date, prices and codes as people read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from seve.sdk import Visit, wording

PACKAGE: Final = "solutions/tool_register"


def say(visit: Visit, key: str, **fields: object) -> str:
    """A sentence of the register."""
    return visit.say(f"{PACKAGE}.{key}", **fields)


def today(visit: Visit) -> date:
    """The day, where people are."""
    return visit.now.astimezone(wording.ZONE).date()


def price(visit: Visit, amount: Decimal | None) -> str:
    """“29,90 € par mois”, “gratuit”."""
    if amount is None:
        return say(visit, "price.unknown")
    written = f"{amount:.2f}".removesuffix(".00")
    return (
        say(visit, "price.month", amount=written.replace(".", "," if visit.language == "fr" else "."))
        if amount
        else say(visit, "price.free")
    )
