"""Where a request finds code systems and value sets: the definitions in force, the record store, the tables.

What the definitions list completely comes first, so that no write can redefine R4's own codes: another version of it is reached
by naming that version. Then come resources of the record store, then imported tables, then fragments among the definitions.
Each request asks the store which versions are current and parses only those that are new to this process, so that a write
takes effect at once in every server process and nothing has to be told to others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import value_key
from seve.fhir.terminology.composition import Composition, composition
from seve.fhir.terminology.concepts import Concepts
from seve.fhir.terminology.definitions import DefinitionSources
from seve.fhir.terminology.grammars import grammar
from seve.fhir.terminology.memory import MemoryConcepts
from seve.fhir.terminology.supplements import Supplemented
from seve.store.queries import statements
from seve.store.terminology import resources

if TYPE_CHECKING:
    from seve.store.reading import Reader

_KEPT_DOCUMENTS = 512
_KEPT_SYSTEMS = 64


class Documents:
    """Parsed resources by vid, which never change, and code systems indexed from them; the least used are forgotten."""

    def __init__(self) -> None:
        self._documents = OrderedDict[int, Resource]()
        self._systems = OrderedDict[tuple[int, ...], MemoryConcepts]()

    async def read(self, reader: Reader, vids: Sequence[int]) -> dict[int, Resource]:
        """The documents of versions; one that was swept away meanwhile is left out."""
        known = {vid: self._documents[vid] for vid in vids if vid in self._documents}
        known |= await resources.documents(reader, [vid for vid in vids if vid not in known])
        for vid in known:
            self._documents[vid] = known[vid]
            self._documents.move_to_end(vid)
        while len(self._documents) > _KEPT_DOCUMENTS:
            self._documents.popitem(last=False)
        return known

    def indexed(self, vids: Iterable[int], resource: Resource, supplements: Sequence[Resource]) -> MemoryConcepts:
        """A code system with its supplements; `vids` are all of theirs."""
        key = tuple(vids)
        found = self._systems.get(key) or MemoryConcepts(resource, supplements)
        self._systems[key] = found
        self._systems.move_to_end(key)
        if len(self._systems) > _KEPT_SYSTEMS:
            self._systems.popitem(last=False)
        return found


class StoreSources:
    """The sources of one request; what it found once it doesn't ask for again. `given` are resources that came with it."""

    def __init__(
        self, reader: Reader, definitions: DefinitionSources, documents: Documents, *, given: Sequence[Resource] = ()
    ) -> None:
        self._reader = reader
        self._definitions = definitions
        self._documents = documents
        self._given = given
        self._systems = dict[tuple[str, str], Concepts | None]()
        self._value_sets = dict[str, Composition | None]()

    async def code_system(self, url: str, version: str = "") -> Concepts | None:
        """A code system, of a version when one is named."""
        key = (url, version)
        if key not in self._systems:
            self._systems[key] = await self._code_system(url, version)
        return self._systems[key]

    async def value_set(self, canonical: str) -> Composition | None:
        """A value set by canonical. Raises EmptyComposition."""
        if canonical not in self._value_sets:
            self._value_sets[canonical] = await self._value_set(canonical)
        return self._value_sets[canonical]

    async def _code_system(self, url: str, version: str) -> Concepts | None:
        for resource in self._given:
            if _is_version(resource, "CodeSystem", url, version=version):
                return MemoryConcepts(resource)
        vids = await resources.versions_of(self._reader, "CodeSystem", url)
        found = await self.read(vids)
        more = {vid: r for vid, r in found.items() if r.get("content") == "supplement"}
        own = {vid: r for vid, r in found.items() if _is_version(r, "CodeSystem", url, version=version)}
        listed = self._definitions.listed(url, version)
        if listed and listed.header.is_complete:
            return Supplemented(listed, more.values()) if more else listed
        return await self._elsewhere(url, version, own=own, supplements=more) or listed

    async def _elsewhere(
        self, url: str, version: str, *, own: dict[int, Resource], supplements: dict[int, Resource]
    ) -> Concepts | None:
        stored = {vid: r for vid, r in own.items() if r.get("concept") and vid not in supplements}
        if stored:
            vid = preferred(stored)
            return self._documents.indexed((vid, *supplements), stored[vid], list(supplements.values()))
        table = await resources.imported(self._reader, url, version) or (None if version else grammar(url))
        if table is None or not supplements:
            return table
        return Supplemented(table, supplements.values())

    async def _value_set(self, canonical: str) -> Composition | None:
        url, _, version = canonical.partition("|")
        for resource in self._given:
            if _is_version(resource, "ValueSet", url, version=version):
                return composition(resource)
        if stated := self._definitions.stated(canonical):
            return stated
        found = await self.stored("ValueSet", canonical)
        return composition(found) if found else self._definitions.implied(canonical)

    async def local(self, reference: str) -> Composition | None:
        """A value set of this server by `ValueSet/id`. Raises EmptyComposition."""
        row = await self._reader.fetchrow(statements("read")["latest"], value_key(reference), *reference.split("/", 1))
        return composition(parse(row["body"].encode())) if row and row["body"] else None

    async def read(self, vids: Sequence[int]) -> dict[int, Resource]:
        """Documents of the store by vid."""
        return await self._documents.read(self._reader, vids)

    async def stored(self, type_: str, canonical: str) -> Resource | None:
        """The current resource of a type with a canonical: the active one before others, then the one written last."""
        url, _, version = canonical.partition("|")
        vids = await resources.versions_of(self._reader, type_, url)
        found = await self.read(vids)
        own = {vid: r for vid, r in found.items() if _is_version(r, type_, url, version=version)}
        return own[preferred(own)] if own else None


def preferred(found: dict[int, Resource]) -> int:
    """Of several versions of one canonical: the active one before others, then the one written last."""
    return max(found, key=lambda vid: (found[vid].get("status") == "active", vid))


def _is_version(resource: Resource, type_: str, url: str, *, version: str) -> bool:
    is_same = resource["resourceType"] == type_ and resource.get("url") == url
    return is_same and version in ("", resource.get("version", ""))
