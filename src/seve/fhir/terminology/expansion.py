"""Expanding value sets (R4, 4.9.7): their codes in order, without doubles, a page at a time where they are many."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from seve.fhir.terminology.composition import Composition, Part
from seve.fhir.terminology.concepts import Coding, Concept, Concepts, Selection, Sources
from seve.fhir.terminology.membership import Verdicts, among, deeper, within
from seve.fhir.terminology.refusals import TooLarge, UnknownCodeSystem, UnknownValueSet

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of an expansion: `words` are folded, `limit` is the most codes that are given at once.

    `excluded` are code systems, as `url` or `url|version`.
    """

    words: tuple[str, ...] = ()
    is_active_only: bool = False
    is_concrete_only: bool = False
    offset: int = 0
    count: int | None = None
    limit: int = 10_000
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """A code of an expansion; `version` is that of its system where the value set pins one. `is_listed`: named one by one."""

    system: str
    version: str
    concept: Concept
    is_listed: bool = False

    @property
    def coding(self) -> Coding:
        """System and code."""
        return self.system, self.concept.code


@dataclass(slots=True)
class Expansion:
    """Codes in order; `total` is None where counting would mean to make it all; `versions` are the systems used."""

    members: list[Member] = field(default_factory=list[Member])
    total: int | None = None
    versions: dict[str, None] = field(default_factory=dict[str, None])


async def expand(sources: Sources, value_set: Composition, wanted: Wanted) -> Expansion:
    """The codes of a value set, or the page of them that is wanted.

    Raises TooLarge, UnknownCodeSystem, UnknownValueSet, NotEnumerable, CircularValueSet, WrongFilter.
    """
    expanding = _Expanding(sources, wanted)
    return await (expanding.plain(value_set) if _is_plain(value_set, wanted) else expanding.page(value_set))


async def codings(sources: Sources, value_set: Composition, *, limit: int) -> list[Coding]:
    """All codes of a value set, for a search. Raises as `expand` does."""
    expansion = await expand(sources, value_set, Wanted(limit=limit))
    return [member.coding for member in expansion.members]


def with_listed(concept: Concept, listed: Mapping[str, Any]) -> Concept:
    """A concept under the names that a value set gives it."""
    more = listed.get("designation")
    if "display" not in listed and not more:
        return concept
    detail = {**concept.detail, "designation": [*more, *concept.designations]} if more else concept.detail
    return replace(concept, display=listed.get("display", concept.display), detail=detail)


def _is_plain(value_set: Composition, wanted: Wanted) -> bool:
    """Whether it is a selection of one system, which the source can page by itself."""
    [first, *others] = value_set.includes
    is_whole = first.listed is None and not first.value_sets and bool(first.system)
    return is_whole and not others and not value_set.excludes and not wanted.excluded


class _Expanding:
    def __init__(self, sources: Sources, wanted: Wanted) -> None:
        self._sources = sources
        self._wanted = wanted
        self._versions = dict[str, None]()

    async def plain(self, value_set: Composition) -> Expansion:
        part, wanted = value_set.includes[0], self._wanted
        concepts = await self._concepts(part)
        selection = self._selection(part, value_set)
        total = await concepts.count(selection)
        if wanted.count is None and total - wanted.offset > wanted.limit:
            raise TooLarge(canonical=value_set.canonical, count=total, limit=wanted.limit)
        count = wanted.limit if wanted.count is None else min(wanted.count, wanted.limit)
        found = await concepts.select(replace(selection, offset=wanted.offset, limit=count)) if count else ()
        members = [Member(part.system, part.version, concept) for concept in found]
        return Expansion(members, total, self._versions)

    async def page(self, value_set: Composition) -> Expansion:
        wanted, members = self._wanted, list[Member]()
        end = wanted.offset + (wanted.limit if wanted.count is None else min(wanted.count, wanted.limit))
        async for member in self._distinct(value_set):
            members.append(member)
            if len(members) > max(end, wanted.limit):
                break
        if wanted.count is None and len(members) > end:
            raise TooLarge(canonical=value_set.canonical, count=len(members), limit=wanted.limit)
        is_counted = len(members) <= max(end, wanted.limit)
        return Expansion(members[wanted.offset : end], len(members) if is_counted else None, self._versions)

    async def _distinct(self, value_set: Composition) -> AsyncIterator[Member]:
        seen = set[Coding]()
        async for batch in self._batches(value_set, trail=frozenset()):
            for member in batch:
                if member.coding not in seen:
                    seen.add(member.coding)
                    yield member

    async def _batches(self, value_set: Composition, *, trail: frozenset[str]) -> AsyncIterator[list[Member]]:
        below = deeper(value_set, trail)
        without = replace(value_set, canonical="", includes=value_set.excludes, excludes=())
        for part in value_set.includes:
            async for batch in self._part(part, value_set, trail=below):
                verdicts = await among(self._sources, without, [m.coding for m in batch], trail=below)
                _check(verdicts)
                yield [m for m in batch if m.coding not in verdicts.members]

    async def _part(self, part: Part, value_set: Composition, *, trail: frozenset[str]) -> AsyncIterator[list[Member]]:
        own, others = self._own(part, value_set), part.value_sets
        if not part.system:
            own, others = self._nested(part.value_sets[0], trail), part.value_sets[1:]
        async for batch in own:
            kept = [m for m in batch if self._is_wanted(m)]
            if others:
                verdicts = await within(self._sources, others, {m.coding for m in kept}, trail=trail)
                _check(verdicts)
                kept = [m for m in kept if m.coding in verdicts.members]
            yield kept

    async def _nested(self, canonical: str, trail: frozenset[str]) -> AsyncIterator[list[Member]]:
        nested = await self._sources.value_set(canonical)
        if nested is None:
            raise UnknownValueSet(canonical=canonical)
        async for batch in self._batches(nested, trail=trail):
            yield batch

    async def _own(self, part: Part, value_set: Composition) -> AsyncIterator[list[Member]]:
        if part.listed is not None:
            for codes in _chunks(list(part.listed)):
                yield await self._listed(part, part.listed, codes, is_active_only=not value_set.has_inactive)
            return
        concepts, selection = await self._concepts(part), self._selection(part, value_set)
        offset = 0
        while True:
            found = await concepts.select(replace(selection, offset=offset, limit=_BATCH))
            yield [Member(part.system, part.version, concept) for concept in found]
            offset += _BATCH
            if len(found) < _BATCH:
                return

    async def _listed(
        self, part: Part, listed: Mapping[str, Mapping[str, Any]], codes: Sequence[str], *, is_active_only: bool
    ) -> list[Member]:
        concepts = await self._sources.code_system(part.system, part.version)
        known = dict[str, Concept]()
        if concepts:
            self._versions[concepts.header.canonical] = None
            known = {concepts.header.key(c.code): c for c in await concepts.select(Selection(codes=tuple(codes)))}
        key = concepts.header.key if concepts else str
        named = [with_listed(replace(known.get(key(code), Concept(code)), code=code), listed[code]) for code in codes]
        members = [Member(part.system, part.version, concept, is_listed=True) for concept in named]
        return [m for m in members if self._fits(m.concept) and (m.concept.is_active or not is_active_only)]

    def _fits(self, concept: Concept) -> bool:
        wanted = self._wanted
        if (wanted.is_active_only and not concept.is_active) or (wanted.is_concrete_only and concept.is_abstract):
            return False
        folded = concept.folded if wanted.words else ""
        return all(word in folded for word in wanted.words)

    def _is_wanted(self, member: Member) -> bool:
        excluded = self._wanted.excluded
        return member.system not in excluded and f"{member.system}|{member.version}" not in excluded

    def _selection(self, part: Part, value_set: Composition) -> Selection:
        return Selection(
            filters=part.filters,
            words=self._wanted.words,
            is_active_only=self._wanted.is_active_only or not value_set.has_inactive,
            is_concrete_only=self._wanted.is_concrete_only,
        )

    async def _concepts(self, part: Part) -> Concepts:
        concepts = await self._sources.code_system(part.system, part.version)
        if concepts is None:
            raise UnknownCodeSystem(url=part.system, version=part.version)
        self._versions[concepts.header.canonical] = None
        return concepts


def _check(verdicts: Verdicts) -> None:
    if verdicts.undecided:
        raise UnknownCodeSystem(url=", ".join(sorted(verdicts.missing)), version="")


def _chunks(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), _BATCH):
        yield codes[start : start + _BATCH]
