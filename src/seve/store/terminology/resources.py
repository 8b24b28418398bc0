"""Current CodeSystem, ValueSet and ConceptMap resources by what they link to, and code systems in tables by url."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import CANONICAL, param_key, value_key
from seve.store.queries import statements
from seve.store.terminology.concepts import TableConcepts

if TYPE_CHECKING:
    from seve.store.reading import Reader

_SUPPLEMENTS = param_key("CodeSystem", "supplements")


async def versions_of(reader: Reader, type_: str, url: str) -> list[int]:
    """The vids of the current resources with a canonical url; for a CodeSystem those of its supplements too."""
    params = [CANONICAL, _SUPPLEMENTS] if type_ == "CodeSystem" else [CANONICAL]
    rows = await reader.fetch(statements("terminology")["canonicals"], params, [value_key(url)], type_)
    return [row["vid"] for row in rows]


async def maps_between(reader: Reader, side: str, system: str) -> list[int]:
    """The vids of the current concept maps with a group from (`source`) or to (`target`) a code system."""
    key = param_key("ConceptMap", f"{side}-system") ^ value_key(system)
    rows = await reader.fetch(statements("terminology")["posted"], [key], "ConceptMap")
    return [row["vid"] for row in rows]


async def documents(reader: Reader, vids: Sequence[int]) -> dict[int, Resource]:
    """The documents of versions."""
    rows = await reader.fetch(statements("terminology")["documents"], list(vids)) if vids else []
    return {row["vid"]: parse(row["body"].encode()) for row in rows}


async def imported(reader: Reader, url: str, version: str = "") -> TableConcepts | None:
    """A code system in tables: the version named, else the one imported last."""
    row = await reader.fetchrow(statements("terminology")["code_systems"], url, version)
    return TableConcepts(reader, row) if row else None


async def named(reader: Reader, type_: str, url: str, *, version: str) -> str | None:
    """The id of the current resource with a canonical url and just this version, "" for none."""
    rows = await reader.fetch(statements("terminology")["canonicals"], [CANONICAL], [value_key(url)], type_)
    ids = {row["vid"]: row["id"] for row in rows}
    for vid, resource in (await documents(reader, list(ids))).items():
        if resource.get("url") == url and resource.get("version", "") == version:
            return str(ids[vid])
    return None
