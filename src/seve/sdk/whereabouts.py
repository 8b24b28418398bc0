"""Where an address is, as far as it and the directory tell: its commune, and a point on the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seve.fhir.distances import Position, kilometres, middle, position_of_address, position_of_place
from seve.france.identity.traits import INSEE_CODE

if TYPE_CHECKING:
    from seve.sdk.records import Records

_MOST: Final = "50"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The code (INSEE) and the name of a commune, "" when they are not told; `position` None when nobody knows. Without coordinates of
    its own the address is taken to be in the middle of the places of care of its commune: to a few kilometres.
    """

    commune: str = ""
    city: str = ""
    position: Position | None = None

    def km(self, other: Position | None) -> float | None:
        """How far away, as the crow flies; None when one of the two is not known."""
        return kilometres(self.position, other) if self.position and other else None


async def whereabouts(records: Records, address: Mapping[str, Any]) -> Whereabouts:
    """Of an Address. The manifest of the solution reads Location."""
    city, commune = str(address.get("city", "")), insee_code(address)
    exact = position_of_address(address)
    if not city or (commune and exact):
        return Whereabouts(commune, city, exact)
    found = (await records.search("Location", ("address-city", city), ("_count", _MOST))).matches
    near = [one for one in found if str(one.get("address", {}).get("city", "")).casefold() == city.casefold()]
    named = next(filter(None, (insee_code(one["address"]) for one in near)), "")
    return Whereabouts(commune or named, city, exact or middle(filter(None, map(position_of_place, near))))


def insee_code(address: Mapping[str, Any]) -> str:
    """The code of its commune as FR Core tells it; "" without."""
    said = (one for one in address.get("extension", ()) if one.get("url") == INSEE_CODE)
    return next((str(one.get("valueCoding", {}).get("code", "")) for one in said), "")
