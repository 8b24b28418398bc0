"""Keeping an agenda: who gives the time writes its Schedule, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.engine.agendas.refusals import NotTheirTime
from seve.engine.agendas.stored import people, read, written
from seve.engine.refusals import NotFound
from seve.fhir import Resource
from seve.fhir.search.keys import value_key

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant


async def keep(engine: Engine, grant: Grant, schedule: Resource) -> Resource:
    """A new Schedule, or the next version of one that was read (`meta.versionId` says of what), as stored. All who give time in it are
    the grant's own, or were there before.

    Raises NotTheirTime, NotFound, VersionMismatch, InvalidContent.
    """
    before = await read(engine, grant, "Schedule", schedule["id"]) if "id" in schedule else None
    if "id" in schedule and before is None:
        raise NotFound(type="Schedule", id=schedule["id"])
    await _check(engine, grant, before, schedule)
    return await written(engine, grant, schedule)


async def _check(engine: Engine, grant: Grant, before: Resource | None, after: Resource) -> None:
    if grant.sight is None:
        return
    readers = grant.sight.readers
    held = people(before if before is not None else after)
    own = [one for one in held if value_key(one) in readers]
    roles = [await read(engine, grant, *one.split("/", 1)) for one in own if one.startswith("PractitionerRole/")]
    known = {*own, *(str(r.get("practitioner", {}).get("reference", "")) for r in roles if r), *people(before)}
    if not own or not known.issuperset(people(after)):
        raise NotTheirTime
