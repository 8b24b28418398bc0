"""Putting code systems, value sets and concept maps into the store, whatever their size."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.terminology.hierarchy import concepts
from seve.kernel.identifiers import new_id
from seve.store.deeds import Deed, Draft
from seve.store.terminology import resources
from seve.store.terminology.importing import install

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

KINDS = frozenset({"CodeSystem", "ValueSet", "ConceptMap"})
IN_TABLES = 1_000
"""Code systems with more concepts lie in tables, and are seen over the API as CodeSystem resources without concepts."""


async def put(engine: Engine, grant: Grant, resource: Resource, *, progress: Callable[[int], None]) -> int:
    """Stores a resource in the place of the one with its canonical and version; answers how many concepts went to tables.

    Raises InvalidContent when it breaks the rules of R4.
    """
    listed = list(concepts(resource)) if resource["resourceType"] == "CodeSystem" else []
    written = 0
    if len(listed) > IN_TABLES and resource.get("content") == "complete":
        resource = {key: value for key, value in resource.items() if key != "concept"} | {"content": "not-present"}
        resource["count"] = len(listed)
        await engine.check(resource)
        written = await install(engine.database, resource, listed, progress=progress)
    else:
        await engine.check(resource)
    named = {**resource, "id": await _id(engine, resource)}
    draft = Draft("PUT", named, engine.entries(named))
    await engine.lane.commit(grant, [Deed(named["resourceType"], named["id"], lambda _: draft)])
    return written


async def _id(engine: Engine, resource: Resource) -> str:
    type_, url = resource["resourceType"], resource.get("url", "")
    found = (
        await resources.named(engine.database.pool, type_, url, version=resource.get("version", "")) if url else None
    )
    return found or resource.get("id") or new_id()
