"""Putting a code system into tables, by COPY, in one transaction: readers see the old one or the new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

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
_BOOLEANS = ("f", "t")
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
        lines = _lines(header, distinct, system=before + 1)
        batch = await asyncio.to_thread(_batch, lines)
        while batch:
            source = BytesIO("".join(batch).encode())
            following = asyncio.create_task(asyncio.to_thread(_batch, lines))  # made while the server takes this one
            await connection.copy_to_table("concept", source=source, columns=_COLUMNS, format="text")
            progress(len(batch))
            batch = await following
    await database.pool.execute(statements("terminology")["settle"])
    await database.pool.execute("ANALYZE concept")
    return len(distinct)


def _batch(lines: Iterator[str]) -> list[str]:
    return list(islice(lines, _BATCH))


def _lines(header: Header, concepts: Sequence[Concept], *, system: int) -> Iterator[str]:
    """The rows as COPY reads them: arrays of numbers made of texts cost a fifth of what the driver takes to encode them."""
    numbers = {concept.code: system + place for place, concept in enumerate(concepts, start=1)}
    above = closure({concept.code: concept.parents for concept in concepts})
    grams = _Grams()
    for concept in concepts:
        names = concept.folded
        values = (
            str(numbers[concept.code]),
            str(system),
            _text(header.key(concept.code)),
            _text(concept.code),
            _BOOLEANS[concept.is_abstract],
            _BOOLEANS[concept.is_active],
            _text(_array(_quoted(parent) for parent in concept.parents if parent in numbers)),
            _array(str(numbers[code]) for code in (concept.code, *above[concept.code])),
            _text(encode(_properties(concept)).decode()),
            _text(names),
            _array(grams.of(names)),
            _text(encode({"code": concept.code, **concept.detail}).decode()),
        )
        yield "\t".join(values) + "\n"


class _Grams(dict[str, str]):
    """The numbers of trigrams as texts, each made once."""

    def __missing__(self, gram: str) -> str:
        self[gram] = str(trigrams(gram)[0])
        return self[gram]

    def of(self, folded: str) -> Iterator[str]:
        return map(self.__getitem__, {folded[i : i + 3] for i in range(len(folded) - 2)})


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _array(values: Iterable[str]) -> str:
    return f"{{{','.join(values)}}}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _properties(concept: Concept) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    for name, value in concept.properties:
        found.setdefault(name, []).append(value)
    return {**found, "parent": list(concept.parents)} if concept.parents else found
