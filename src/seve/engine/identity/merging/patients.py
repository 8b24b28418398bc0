"""The patients that a merge is about: references read, records fetched, one merge at a time for each."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seve.engine.identity.merging.refusals import ChangedMeanwhile, NoPatientReference, PartOfTheRecord
from seve.engine.refusals import Gone, NotFound
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.store import reading
from seve.store.access.admission import may_merge, seen
from seve.store.deeds import Current, Deed, Draft

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection
    from seve.store.grant import Grant

_REFERENCE = re.compile(r"Patient/[A-Za-z0-9\-.]{1,64}")


def reference_of(engine: Engine, told: Any, *, name: str) -> str:
    """`Patient/id` of a Reference. Raises NoPatientReference."""
    text = told.get("reference", "") if isinstance(told, dict) else ""
    bare = text.removeprefix(f"{engine.base_url}/")
    if not _REFERENCE.fullmatch(bare):
        raise NoPatientReference(name=name, expression=f"Parameters.parameter.where(name = '{name}')")
    return bare


def locks(*references: str) -> list[int]:
    """The advisory locks of these patients: two merges that share one wait for each other, in one order for all."""
    return sorted({value_key(f"merge {reference}") for reference in references})


async def whole_grant(engine: Engine, grant: Grant, *references: str) -> Grant:
    """The grant under which the records of these patients are rewritten whole: who sees a part would leave the rest behind.

    The policies may let a profession merge (`Patient|merge`): then the platform rewrites, in its name, what it does not see itself,
    if it may change each of the patients. Raises PartOfTheRecord, NotFound.
    """
    sight = grant.sight
    if sight is None or (sight.reaches_all and sight.windows is None):
        return grant
    keys = {value_key(reference): reference for reference in references}
    async with engine.database.pool.acquire() as connection:
        if sight.windows is not None or not await may_merge(connection, sight):
            raise PartOfTheRecord
        found = await seen(connection, grant, sight, list(keys))
    for key, reference in keys.items():
        if key not in found:
            type_, _, id_ = reference.partition("/")
            raise NotFound(type=type_, id=id_)
    if not all(found.values()):
        raise PartOfTheRecord
    return replace(grant, sight=None, scopes=None)


async def patient(connection: Connection, grant: Grant, reference: str) -> tuple[Resource, int]:
    """A patient as it stands, with its version. Raises NotFound, Gone."""
    type_, _, id_ = reference.partition("/")
    stored = await reading.read(connection, grant, type_, id_)
    if stored is None:
        raise NotFound(type=type_, id=id_)
    if stored.body is None:
        raise Gone(type=type_, id=id_)
    return parse(stored.body.encode()), stored.version


def change(engine: Engine, resource: Resource, *, version: int) -> Deed:
    """The next version of a resource, if it still is at this one."""
    type_, id_ = resource["resourceType"], resource["id"]
    draft = Draft("PUT", resource, engine.entries(resource))

    def decide(current: Current | None) -> Draft:
        if current is None or current.body is None or current.version != version:
            raise ChangedMeanwhile(reference=f"{type_}/{id_}")
        return draft

    return Deed(type_, id_, decide)
