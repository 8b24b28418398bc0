"""Where a request finds concept maps: the record store first, then the definitions in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.store.terminology import resources

if TYPE_CHECKING:
    from seve.engine.engine import Engine

_TYPE = "ConceptMap"


class Maps:
    """The concept maps of one request."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sources = engine.terminology.sources()

    async def by_canonical(self, canonical: str) -> Resource | None:
        """A concept map by `url` or `url|version`."""
        stored = await self._sources.stored(_TYPE, canonical)
        return stored or self._engine.definitions.resource(_TYPE, canonical)

    async def between(self, system: str, *, is_reverse: bool) -> list[Resource]:
        """The maps with a group from a code system, or to it in reverse; one of each canonical."""
        side = "target" if is_reverse else "source"
        vids = await resources.maps_between(self._engine.database.pool, side, system)
        found = {r.get("url") or r["id"]: r for r in (await self._sources.read(vids)).values() if _has(r, side, system)}
        for url, concept_map in self._engine.definitions.resources(_TYPE).items():
            if _has(concept_map, side, system):
                found.setdefault(url, concept_map)
        return list(found.values())


def _has(concept_map: Resource, side: str, system: str) -> bool:
    return any(group.get(side) == system for group in concept_map.get("group", ()))
