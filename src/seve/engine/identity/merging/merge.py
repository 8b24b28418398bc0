"""The merge: the source retired, the target with what it gains, every mention rewritten, one Provenance; one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.identity.merging.duplicates import task_id
from seve.engine.identity.merging.mentions import mentions
from seve.engine.identity.merging.patients import change, locks, patient, whole_grant
from seve.engine.identity.merging.records import replacement, retired, united
from seve.engine.identity.merging.refusals import AlreadyMerged, ResultMismatch, SamePatient
from seve.engine.identity.merging.traces import MERGE, Change, provenance
from seve.engine.interactions import create as creating
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.identifiers import new_id
from seve.store import reading

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection
    from seve.store.grant import Grant


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge changes: resources as they become, each with the version that it must still be at."""

    source: str
    target: str
    result: Resource
    changed: tuple[tuple[Resource, int], ...]

    @property
    def changes(self) -> list[Change]:
        """The versions before and after."""
        return [Change(f"{r['resourceType']}/{r['id']}", version, version + 1) for r, version in self.changed]


@dataclass(frozen=True, slots=True)
class Merged:
    """What was done, or with a preview would be: `provenance` is the id of its record, "" for a preview."""

    plan: Plan
    provenance: str


async def merge(
    engine: Engine, grant: Grant, *, source: str, target: str, result: Resource | None, is_preview: bool
) -> Merged:
    """Merges `source` into `target` (`Patient/id` both). `result` replaces what the target says of itself, if given.

    Raises SamePatient, AlreadyMerged, ResultMismatch, PartOfTheRecord, NotFound, ChangedMeanwhile.
    """
    if source == target:
        raise SamePatient
    if result is not None:
        _check_result(result, target)
    grant = await whole_grant(engine, grant, source, target)
    async with engine.writing(locks=locks(source, target)) as writing:
        plan = await _plan(engine, grant, writing.connection, source=source, target=target, result=result)
        if is_preview:
            return Merged(plan, "")
        trace = provenance(MERGE, plan.changes, holder=grant.holder, source=source, target=target)
        id_ = new_id()
        unit = [change(engine, resource, version=version) for resource, version in plan.changed]
        [outcome] = await writing.write([(grant, [*unit, creating.deed(engine, trace, id_)])])
        if isinstance(outcome, Exception):
            raise outcome
        return Merged(plan, id_)


def _check_result(result: Resource, target: str) -> None:
    found = f"{result.get('resourceType', '')}/{result.get('id', '')}"
    if found != target:
        raise ResultMismatch(expected=target, found=found)


async def _plan(
    engine: Engine, grant: Grant, connection: Connection, *, source: str, target: str, result: Resource | None
) -> Plan:
    gone, source_version = await patient(connection, grant, source)
    kept, target_version = await patient(connection, grant, target)
    for reference, record in ((source, gone), (target, kept)):
        if into := replacement(record):
            raise AlreadyMerged(reference=reference, into=into)
    final = united(result or kept, gone, source_reference=source)
    await engine.check(final)
    left = frozenset({source, target})
    found = await mentions(engine, grant, connection, source=source, target=target, left=left)
    changed = [(final, target_version), (retired(gone, target=target), source_version)]
    changed += [(mention.after, mention.version) for mention in found]
    changed += await _task_done(connection, grant, source, target)
    return Plan(source, target, final, tuple(changed))


async def _task_done(connection: Connection, grant: Grant, source: str, target: str) -> list[tuple[Resource, int]]:
    """The Task of the pair in the queue of duplicates, if there is one, completed."""
    stored = await reading.read(connection, grant, "Task", task_id(source, target))
    if stored is None or stored.body is None:
        return []
    return [({**parse(stored.body.encode()), "status": "completed"}, stored.version)]
