"""Policies at the desk: what is in force, what a new file would change, and putting it in force, which the trail tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.access import policies
from seve.engine.access.granting import grant_of
from seve.engine.identity.refusals import OfficerNeeded
from seve.store.access.policies import Habilitation, in_force, replace

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal


@dataclass(frozen=True, slots=True)
class Right:
    """What a profession may do with a kind, as letters of `rac`; "" for nothing."""

    profession: str
    kind: str
    rights: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a file changes of one right."""

    profession: str
    kind: str
    before: str
    after: str

    @property
    def is_more(self) -> bool:
        """Whether it opens what was closed."""
        return not set(self.after) <= set(self.before)


async def rights_in_force(engine: Engine) -> tuple[str, list[Right]]:
    """Their title and rows."""
    title, rows = await in_force(engine.database.pool)
    return title or "", list(map(_right, rows))


async def preview(engine: Engine, text: str) -> list[Change]:
    """What a policy file would change. Raises InvalidPolicy."""
    after = {(one.profession, one.kind): one.rights for one in map(_right, policies.read(text, engine.definitions))}
    before = {(one.profession, one.kind): one.rights for one in (await rights_in_force(engine))[1]}
    pairs = sorted({*before, *after})
    changes = (Change(*pair, before.get(pair, ""), after.get(pair, "")) for pair in pairs)
    return [change for change in changes if change.before != change.after]


async def put_in_force(engine: Engine, principal: Principal, text: str, *, title: str, source: str = "") -> int:
    """Puts a file in force, at once and in every process; the number of its rights. Raises OfficerNeeded, InvalidPolicy."""
    if principal.kind != "officer":
        raise OfficerNeeded
    rows = policies.read(text, engine.definitions)
    grant = grant_of(principal, engine.parameters, base_url=engine.base_url, source=source)
    assert grant.trace is not None
    async with engine.writing(locks=[]) as writing:
        await replace(writing.connection, rows, title=title)
        await writing.write([], acts=[grant.trace.act("policy", "U", basis=title)])
    return len(rows)


def _right(row: Habilitation) -> Right:
    return Right(row.profession, row.name, "r" * row.may_read + "a" * row.may_add + "c" * row.may_change)
