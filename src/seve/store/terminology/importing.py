"""Putting a code system into tables, by COPY, in one transaction: readers see the old one or the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from seve.fhir import Resource
from seve.fhir.codec.json import encode
from seve.fhir.search.keys import trigrams, value_key
from seve.fhir.terminology.concepts import Concept, Header
from seve.fhir.terminology.hierarchy import closure
from seve.fhir.terminology.memory import header_of
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Database

_COLUMNS = (
    "number", "system", "key", "code", "is_abstract", "is_active", "parents", "lineage", "properties", "names", "trigrams",
    "detail",
)  # fmt: skip
_BATCH = 5_000
_LOCK = value_key("\x00terminology import")


async def install(
    database: Database, resource: Resource, concepts: Sequence[Concept], *, progress: Callable[[int], None]
) -> int:
    """Replaces a version of a code system with these concepts; answers how many. A code that comes twice counts once.

    `progress` is told how many concepts more were written.
    """
    header = header_of(resource)
    distinct = list({header.key(concept.code): concept for concept in reversed(concepts)}.values())[::-1]
    async with database.transaction(locks=(_LOCK,)) as connection:
        before: int = await connection.fetchval(statements("terminology")["reserve"], len(distinct) + 1)
        await connection.execute(statements("terminology")["remove"], header.url, header.version)
        text = encode(header.resource).decode()
        added = (before + 1, header.url, header.version, text, len(distinct))
        await connection.execute(statements("terminology")["add"], *added)
        rows = _rows(header, distinct, system=before + 1)
        while batch := list(islice(rows, _BATCH)):
            await connection.copy_records_to_table("concept", records=batch, columns=_COLUMNS)
            progress(len(batch))
    await database.pool.execute("ANALYZE concept")
    return len(distinct)


def _rows(header: Header, concepts: Sequence[Concept], *, system: int) -> Iterator[tuple[Any, ...]]:
    numbers = {concept.code: system + place for place, concept in enumerate(concepts, start=1)}
    above = closure({concept.code: concept.parents for concept in concepts})
    for concept in concepts:
        names = concept.folded
        yield (
            numbers[concept.code],
            system,
            header.key(concept.code),
            concept.code,
            concept.is_abstract,
            concept.is_active,
            [parent for parent in concept.parents if parent in numbers],
            sorted({numbers[code] for code in above[concept.code]} | {numbers[concept.code]}),
            encode(_properties(concept)).decode(),
            names,
            trigrams(names),
            encode({"code": concept.code, **concept.detail}).decode(),
        )


def _properties(concept: Concept) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for name, value in concept.properties:
        found.setdefault(name, []).append(value)
    return {**found, "parent": list(concept.parents)} if concept.parents else found
