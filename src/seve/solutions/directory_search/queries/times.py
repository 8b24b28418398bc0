"""The next free time of professionals, where their agenda is open to booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from seve.fhir.scheduling import agenda_of
from seve.sdk import Wanted
from seve.solutions.directory_search.model.cards import Card

if TYPE_CHECKING:
    from seve.fhir import Resource
    from seve.sdk import Visit

_AHEAD: Final = timedelta(days=60)


async def with_times(visit: Visit, cards: Sequence[Card]) -> tuple[Card, ...]:
    """The cards; those of professionals with the first time that patients may take."""
    roles = {f"PractitionerRole/{card.id}": card for card in cards if card.sort == "role"}
    if not roles:
        return tuple(cards)
    found = await visit.records.search(
        "Schedule", ("actor", ",".join(roles)), ("active", "true"), ("_count", str(4 * len(roles)))
    )
    open_ = {one["id"]: one for one in found.matches if any(r.is_public for r in agenda_of(one).reasons)}
    if not open_:
        return tuple(cards)
    wanted = Wanted(visit.now, visit.now + _AHEAD, schedules=tuple(open_), count=len(open_), each=1)
    first = dict[str, Card]()
    for time in await visit.agendas.free(wanted):
        for role in _roles(open_[time.schedule]):
            if role in roles:
                first.setdefault(role, replace(roles[role], next=time.start, agenda=time.schedule))
    return tuple(first.get(f"PractitionerRole/{card.id}", card) if card.sort == "role" else card for card in cards)


def _roles(schedule: Resource) -> list[str]:
    return [str(one.get("reference", "")) for one in schedule["actor"]]
