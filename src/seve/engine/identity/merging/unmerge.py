"""The reverse of a merge: each resource that it changed is again what it was, if nobody changed it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.identity.merging.patients import change, locks, patient, whole_grant
from seve.engine.identity.merging.records import replacement
from seve.engine.identity.merging.refusals import ChangedSince, NeverMerged
from seve.engine.identity.merging.traces import MERGE, UNMERGE, Change, changes, is_of, patients, provenance
from seve.engine.interactions import create as creating
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.identifiers import new_id
from seve.store import reading

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection
    from seve.store.grant import Grant

_MERGES = 1_000


@dataclass(frozen=True, slots=True)
class Unmerged:
    """What was undone; `restored` is how many resources are as they were, `provenance` the id of the record of it."""

    source: str
    target: str
    restored: int
    provenance: str


async def unmerge(engine: Engine, grant: Grant, *, source: str) -> Unmerged:
    """Undoes the last merge of `source` (`Patient/id`).

    Raises NeverMerged, ChangedSince with every resource that was changed or deleted since, PartOfTheRecord, NotFound.
    """
    asked, grant = grant, await whole_grant(engine, grant, source)
    record, _ = await _read(engine, grant, source)
    target = replacement(record)
    if not target:
        raise NeverMerged(reference=source)
    grant = await whole_grant(engine, asked, source, target)
    async with engine.writing(locks=locks(source, target)) as writing:
        made = await _last_merge(engine, grant, writing.connection, source)
        before = await _restored(grant, writing.connection, made)
        undone = [Change(one.reference, one.after, one.after + 1) for one, _ in before]
        trace = provenance(UNMERGE, undone, holder=grant.holder, source=source, target=target)
        unit, id_ = [change(engine, body, version=one.after) for one, body in before], new_id()
        [outcome] = await writing.write([(grant, [*unit, creating.deed(engine, trace, id_)])])
        if isinstance(outcome, Exception):
            raise outcome
    return Unmerged(source, target, len(before), id_)


async def _read(engine: Engine, grant: Grant, source: str) -> tuple[Resource, int]:
    async with engine.database.pool.acquire() as connection:
        return await patient(connection, grant, source)


async def _last_merge(engine: Engine, grant: Grant, connection: Connection, source: str) -> list[Change]:
    """What the merge that retired the source changed. Raises NeverMerged when another call undid it meanwhile."""
    parameter = engine.parameters.of("Provenance")["target"]
    keys = sorted({parameter.key, *parameter.keys})
    found = await reading.pointing(connection, grant, [source], params=keys, type_="Provenance", limit=_MERGES)
    told = (parse(stored.body.encode()) for stored in found if stored.body)
    last = next((one for one in told if is_of(one, MERGE) or is_of(one, UNMERGE)), None)
    if last is None or not is_of(last, MERGE) or patients(last)[0] != source:
        raise NeverMerged(reference=source)
    return list(changes(last))


async def _restored(grant: Grant, connection: Connection, made: list[Change]) -> list[tuple[Change, Resource]]:
    """Each resource as it was before. Raises ChangedSince."""
    stored = await reading.several(connection, grant, [one.reference for one in made])
    versions = {f"{one.type}/{one.id}": one.version for one in stored}
    if changed := [one.reference for one in made if versions.get(one.reference) != one.after]:
        raise ChangedSince(references=changed)
    found = list[tuple[Change, Resource]]()
    for one in made:
        type_, _, id_ = one.reference.partition("/")
        before = await reading.vread(connection, grant, type_, id_, version=one.before)
        assert before is not None and before.body is not None  # noqa: PT018 - a version is never removed
        found.append((one, parse(before.body.encode())))
    return found
