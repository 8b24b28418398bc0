"""Keeping an agenda: who gives the time writes its Schedule, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seve.engine.agendas.refusals import NotTheirTime
from seve.engine.interactions import create, update
from seve.engine.refusals import NotFound
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.store import reading

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.deeds import Deed
    from seve.store.grant import Grant

_PEOPLE = ("PractitionerRole", "Practitioner", "Device")


async def keep(engine: Engine, grant: Grant, schedule: Resource) -> Resource:
    """A new Schedule, or the next version of one that was read (`meta.versionId` says of what), as stored. All who give time in it are
    the grant's own, or were there before.

    Raises NotTheirTime, NotFound, VersionMismatch, InvalidContent.
    """
    before = await _read(engine, grant, "Schedule", schedule["id"]) if "id" in schedule else None
    if "id" in schedule and before is None:
        raise NotFound(type="Schedule", id=schedule["id"])
    await _check(engine, grant, before, schedule)
    await engine.check(schedule)
    deeds = [_deed(engine, schedule)]
    [written] = await engine.lane.commit(replace(grant, sight=None, scopes=None), deeds)
    assert written.body is not None
    return parse(written.body.encode())


async def _check(engine: Engine, grant: Grant, before: Resource | None, after: Resource) -> None:
    if grant.sight is None:
        return
    readers = grant.sight.readers
    held = _people(before if before is not None else after)
    own = [one for one in held if value_key(one) in readers]
    roles = [await _read(engine, grant, *one.split("/", 1)) for one in own if one.startswith("PractitionerRole/")]
    known = {*own, *(str(r.get("practitioner", {}).get("reference", "")) for r in roles if r), *_people(before)}
    if not own or not known.issuperset(_people(after)):
        raise NotTheirTime


def _people(schedule: Resource | None) -> list[str]:
    found = [str(one.get("reference", "")) for one in schedule.get("actor", ())] if schedule else []
    return [one for one in found if one.partition("/")[0] in _PEOPLE]


def _deed(engine: Engine, schedule: Resource) -> Deed:
    if "id" not in schedule:
        return create.deed(engine, schedule, new_id())
    path = f"Schedule/{schedule['id']}"
    request = Request("PUT", path, resource=schedule, if_match=f'W/"{schedule["meta"]["versionId"]}"')
    return update.deed(engine, request, schedule, schedule["id"])


async def _read(engine: Engine, grant: Grant, type_: str, id_: str) -> Resource | None:
    found = await reading.read(engine.database.pool, grant, type_, id_)
    return parse(found.body.encode()) if found and found.body else None
