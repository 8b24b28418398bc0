"""`:in`, `:not-in`, `:above` and `:below` on tokens (R4, 3.1.1.5.3): value sets and hierarchies turned into codes before SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from seve.engine.terminology.sources import StoreSources
from seve.fhir.search.query import Query, ValueSetMatch, resolved, unresolved
from seve.fhir.terminology.composition import Composition, whole
from seve.fhir.terminology.concepts import Coding, Filter
from seve.fhir.terminology.expansion import codings
from seve.fhir.terminology.refusals import TooLarge, UnknownCodeSystem, UnknownValueSet
from seve.kernel.refusals import Refusal

LIMIT = 10_000
"""The most codes that a search may stand for."""


class UnknownSearched(Refusal):
    """A search names a value set or code system that isn't known here. Fields: `text`, `canonical`."""

    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine.terminology.unknown_searched"


class SearchedTooLarge(Refusal):
    """A search stands for too many codes. Fields: `text`, `count`, `limit`."""

    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "engine.terminology.searched_too_large"


async def settled(query: Query, open_sources: Callable[[], StoreSources], *, base_url: str) -> Query:
    """The query with every criterion that a terminology decides replaced. Raises UnknownSearched, SearchedTooLarge."""
    asked = unresolved(query)
    if not asked:
        return query
    sources = open_sources()
    return resolved(query, {match: match.matched(await _all(sources, match, base_url)) for match in asked})


async def _all(sources: StoreSources, match: ValueSetMatch, base_url: str) -> set[Coding]:
    found = set[Coding]()
    for value in match.values:
        try:
            found |= await _codings(sources, match, value, base_url=base_url)
        except TooLarge as refusal:
            raise SearchedTooLarge(text=match.text, count=refusal.fields["count"], limit=LIMIT) from refusal
        except (UnknownValueSet, UnknownCodeSystem) as refusal:
            name = refusal.fields.get("canonical") or refusal.fields.get("url")
            raise UnknownSearched(text=match.text, canonical=name) from refusal
    return found


async def _codings(sources: StoreSources, match: ValueSetMatch, value: str, *, base_url: str) -> set[Coding]:
    if match.operator in ("in", "not-in"):
        return set(await codings(sources, await _value_set(sources, value, base_url), limit=LIMIT))
    system, _, code = value.partition("|")
    if match.operator == "below":
        below = whole(system, filters=(Filter("concept", "is-a", code),))
        return {(system, code), *await codings(sources, below, limit=LIMIT)}
    concepts = await sources.code_system(system)
    if concepts is None:
        raise UnknownCodeSystem(url=system, version="")
    return {(system, code), *((system, above) for above in await concepts.ancestors(code))}


async def _value_set(sources: StoreSources, value: str, base_url: str) -> Composition:
    local = value.removeprefix(f"{base_url}/")
    found = await sources.local(local) if local.startswith("ValueSet/") else None
    found = found or await sources.value_set(value)
    if found is None:
        raise UnknownValueSet(canonical=value)
    return found
