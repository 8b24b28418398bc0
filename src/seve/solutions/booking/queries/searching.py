"""The next free times across agendas."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from seve.sdk import Free, Visit, Wanted, wording
from seve.solutions.booking.model.agendas import Diary
from seve.solutions.booking.model.searching import Sought, spans
from seve.solutions.booking.queries import agendas

_EACH = 4
_COUNT = 48


@dataclass(frozen=True, slots=True)
class Offered:
    """An agenda with its next times."""

    diary: Diary
    times: tuple[Free, ...]


async def offered(visit: Visit, asked: Sought) -> tuple[Offered, ...] | None:
    """Agendas in the order of their first free time; None when the place is not known."""
    commune = await agendas.commune(visit.records, asked.city) if asked.city else ""
    if asked.city and not commune:
        return None
    named = await agendas.ids_by_name(visit.records, asked.name) if asked.name else ()
    if asked.name and not named:
        return ()
    times = list[Free]()
    for since, until in spans(asked, now=visit.now, zone=wording.ZONE):
        wanted = Wanted(
            since, until, reason=asked.reason, tags=asked.tags(commune), schedules=named, count=_COUNT, each=_EACH
        )
        times += await visit.agendas.free(wanted)
        if len(times) >= _COUNT:
            break
    known = await agendas.several(visit.records, (one.schedule for one in times))
    return tuple(_grouped(times, known, asked))


def _grouped(times: list[Free], known: dict[str, Diary], asked: Sought) -> list[Offered]:
    made = list[Offered]()
    order = {id_: place for place, id_ in enumerate(dict.fromkeys(one.schedule for one in times))}
    for id_, group in groupby(sorted(times, key=lambda t: (order[t.schedule], t.start)), key=lambda t: t.schedule):
        diary = known.get(id_)
        reason = diary.agenda.reason(asked.reason) if diary else None
        if diary and reason and reason.is_public:
            made.append(Offered(diary, tuple(group)[:_EACH]))
    return made
