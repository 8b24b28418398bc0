"""Who saw a person's data: accesses of others, newest first, with the people behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.audit import trail
from seve.engine.rights.people import Person, people
from seve.store.audit import reading as stored
from seve.store.audit.reading import LAST, Wanted
from seve.store.identity import applications

if TYPE_CHECKING:
    from seve.engine.audit.trail import Access
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch of accesses. `before` is the cursor of those that follow, 0 when there are none."""

    accesses: tuple[Access, ...]
    before: int

    def first(self, count: int) -> Seen:
        """Its first ones."""
        if len(self.accesses) <= count:
            return self
        return Seen(self.accesses[:count], self.accesses[count - 1].vid)


@dataclass(frozen=True, slots=True)
class Names:
    """Whom the references of a stretch stand for, and what applications are called."""

    persons: dict[str, Person]
    applications: dict[str, str]

    def person(self, reference: str) -> Person:
        """Somebody, without a name when it isn't known."""
        return self.persons.get(reference, Person(reference))


async def seen(
    engine: Engine, grant: Grant, patient: str, *, own: Iterable[str], before: int = LAST, count: int
) -> Seen:
    """Accesses to a patient's data by others than `own` (references). Who may ask is decided by the caller."""
    page = await trail.of_patient(engine, grant, patient, before=before, count=count, but=own)
    return Seen(page.accesses, page.before)


async def whole(engine: Engine, grant: Grant, patient: str) -> AsyncIterator[tuple[Access, ...]]:
    """The whole trail of a patient, newest first, their own accesses too."""
    before = LAST
    while before:
        page = await trail.of_patient(engine, grant, patient, before=before, count=_BATCH)
        yield page.accesses
        before = page.before


async def one(engine: Engine, grant: Grant, patient: str, vid: int) -> Access | None:
    """One access to a patient's data; None when there is none of that number."""
    wanted = Wanted(patients=(patient,), since=vid, until=vid + 1)
    if not await stored.find(engine.database.pool, grant, wanted, limit=1):
        return None
    page = await trail.of_patient(engine, grant, patient, before=vid + 1, count=1)
    return next((access for access in page.accesses if access.vid == vid), None)


async def names(engine: Engine, grant: Grant, accesses: Iterable[Access]) -> Names:
    """Of all that accesses mention."""
    acts = [access.act for access in accesses]
    persons = await people(
        engine, grant, (one for act in acts for one in (act.agent, act.delegated_by, act.organization))
    )
    clients = {act.client for act in acts if act.client}
    known = {id_: await applications.client(engine.database.pool, id_) for id_ in clients}
    return Names(persons, {id_: client.name if client else id_ for id_, client in known.items()})
