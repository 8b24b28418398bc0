"""Agendas and appointments in the store, read and written by the platform in the name of who asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from seve.engine.interactions import create, update
from seve.engine.interactions.search import parsed
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.store import reading
from seve.store.search import running
from seve.store.writing import Taken

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.fhir.search.query import Query
    from seve.store.database import Connection
    from seve.store.deeds import Deed, Written
    from seve.store.grant import Grant
    from seve.store.writing import Writing

PEOPLE: Final = ("PractitionerRole", "Practitioner", "Device")
"""Who gives time; places only tell where."""
_MOST: Final = 200
"""Appointments of one patient that are looked at: more than any limit."""


@dataclass(frozen=True, slots=True)
class Alone:
    """Patients (references) for whom nobody else books meanwhile. `check` is shown what is theirs to come at `now` or was written
    since `since`, by reference, and raises what it refuses: so a limit holds for requests that come at once, too.
    """

    patients: tuple[str, ...]
    now: datetime
    since: datetime
    check: Callable[[Mapping[str, Sequence[Resource]]], None]


async def read(engine: Engine, grant: Grant, type_: str, id_: str) -> Resource | None:
    """A resource as it stands, as far as the grant sees it."""
    found = await reading.read(engine.database.pool, grant, type_, id_)
    return parse(found.body.encode()) if found and found.body else None


async def written(engine: Engine, grant: Grant, *resources: Resource, is_own: bool = False) -> Resource:
    """New resources, or next versions of those that were read (`meta.versionId`), all or none; the last as stored. Access was decided
    before, unless `is_own`: then the grant itself must be let.

    Raises InvalidContent, VersionMismatch, Taken.
    """
    for one in resources:
        await engine.check(one)
    writer = grant if is_own else elevated(grant)
    return _stored((await engine.lane.commit(writer, [deed(engine, one) for one in resources]))[-1])


async def first_written(engine: Engine, grant: Grant, tries: Sequence[Resource], alone: Alone | None) -> Resource:
    """The first of several that takes time which nobody has, as stored. With `alone`, nobody books for these patients meanwhile.

    Raises Taken when all of it is taken, what the check refuses, InvalidContent, VersionMismatch.
    """
    for one in tries:
        await engine.check(one)
    if alone is None:
        return await _first(tries, lambda one: engine.lane.commit(elevated(grant), [deed(engine, one)]))
    queries = {one: await _queries(engine, one, alone) for one in alone.patients}
    async with engine.writing(locks=[value_key(f"books {one}") for one in alone.patients]) as writing:
        alone.check({one: await _theirs(writing.connection, grant, asked) for one, asked in queries.items()})
        return await _first(tries, lambda one: _alone(writing, grant, deed(engine, one)))


async def _first(tries: Sequence[Resource], write: Callable[[Resource], Awaitable[list[Written]]]) -> Resource:
    for one in tries[:-1]:
        with suppress(Taken):
            return _stored((await write(one))[-1])
    return _stored((await write(tries[-1]))[-1])


async def _alone(writing: Writing, grant: Grant, wanted: Deed) -> list[Written]:
    [outcome] = await writing.write([(elevated(grant), [wanted])])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def _queries(engine: Engine, patient: str, alone: Alone) -> list[Query]:
    """What is theirs to come, and what was made or changed lately."""
    asked = (("date", f"ge{_said(alone.now)}"), ("_lastUpdated", f"ge{_said(alone.since)}"))
    requests = [Request("GET", "Appointment", query=(("patient", patient), one)) for one in asked]
    return [await parsed(engine, one, types=("Appointment",)) for one in requests]


async def _theirs(connection: Connection, grant: Grant, queries: Iterable[Query]) -> tuple[Resource, ...]:
    """In the connection of the lock: who waited for it sees what was written under it."""
    pages = [await running.search(connection, grant, one, count=_MOST) for one in queries]
    found = {one.id: parse(one.body.encode()) for page in pages for one in page.matches}
    return tuple(found.values())


def elevated(grant: Grant) -> Grant:
    """The platform's own eyes and hands, in the name of who asked, for what was decided before; the trail says who."""
    return replace(grant, sight=None, scopes=None)


def _stored(one: Written) -> Resource:
    assert one.body is not None
    return parse(one.body.encode())


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def people(schedule: Resource | None) -> list[str]:
    """References to who gives time in an agenda."""
    found = [str(one.get("reference", "")) for one in schedule.get("actor", ())] if schedule else []
    return [one for one in found if one.partition("/")[0] in PEOPLE]


def deed(engine: Engine, resource: Resource) -> Deed:
    """What writes a checked resource: a new one (under the id that the platform gave it already, if it did), or the next version of the
    one that was read.
    """
    if "versionId" not in resource.get("meta", {}):
        return create.deed(engine, resource, resource.get("id") or new_id())
    path = f"{resource['resourceType']}/{resource['id']}"
    request = Request("PUT", path, resource=resource, if_match=f'W/"{resource["meta"]["versionId"]}"')
    return update.deed(engine, request, resource, resource["id"])
