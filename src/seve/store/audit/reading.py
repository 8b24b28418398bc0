"""Reading the trail: of some patients or things, of some agents, or of a time; newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from seve.fhir.search.keys import value_key
from seve.store.audit.acts import ENTITY, OTHER_AGENT, Act, act_of
from seve.store.queries import statements

if TYPE_CHECKING:
    import asyncpg

    from seve.store.database import Pool
    from seve.store.grant import Grant

LAST = 2**63 - 1
"""After every `vid`."""


class Found(NamedTuple):
    """An entry."""

    vid: int
    act: Act


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of any of the patients, or else touching any of the entities, or else by any of the agents (all by
    reference), or else all; from `since` to before `until`, as `vid`s. Of patients and entities, not those by agents of `but`.
    """

    patients: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    since: int = 0
    until: int = LAST

    def before(self, vid: int) -> Wanted:
        """The same, older than an entry."""
        return replace(self, until=min(self.until, vid))


async def find(pool: Pool, grant: Grant, wanted: Wanted, *, limit: int) -> list[Found]:
    """The newest entries, at most `limit`; none once the grant's session has ended. Who may ask for what is decided before."""
    return [Found(row["vid"], act_of(row["content"])) for row in await _rows(pool, grant, wanted, limit)]


async def references(pool: Pool, keys: Iterable[int]) -> dict[int, str]:
    """What keys stand for (`Patient/1`); those of what was never stored are missing."""
    rows = await pool.fetch(statements("audit")["references"], list(set(keys)))
    return {row["ref"]: f"{row['type']}/{row['id']}" for row in rows}


async def _rows(pool: Pool, grant: Grant, wanted: Wanted, limit: int) -> Sequence[asyncpg.Record]:
    session = grant.sight.session if grant.sight else None
    span = (wanted.since, wanted.until)
    if wanted.patients or wanted.entities:
        keys = [value_key(one) for one in wanted.patients] or [value_key(one) ^ ENTITY for one in wanted.entities]
        but = [value_key(one) for one in wanted.but]
        return await pool.fetch(statements("audit")["trail_by_key"], keys, *span, session, limit, but)
    if wanted.agents:
        keys = [value_key(one) for one in wanted.agents]
        others = [key ^ OTHER_AGENT for key in keys]
        return await pool.fetch(statements("audit")["trail_by_agent"], keys, *span, session, limit, others)
    return await pool.fetch(statements("audit")["trail_by_time"], *span, session, limit)
