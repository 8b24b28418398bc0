"""Whether codes are in a value set (R4, 4.9.5): three answers, since a code system may be unknown here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from seve.fhir.terminology.composition import Composition, Part
from seve.fhir.terminology.concepts import Coding, Concepts, Selection, Sources
from seve.fhir.terminology.refusals import CircularValueSet


@dataclass(slots=True)
class Verdicts:
    """Of the codes asked about: the members, and those of which nothing can be said because `missing` isn't known here."""

    members: set[Coding] = field(default_factory=set[Coding])
    undecided: set[Coding] = field(default_factory=set[Coding])
    missing: set[str] = field(default_factory=set[str])

    def add(self, other: Verdicts) -> None:
        """One include more."""
        self.members |= other.members
        self.undecided = (self.undecided | other.undecided) - self.members
        self.missing |= other.missing


async def among(
    sources: Sources, value_set: Composition, codings: Iterable[Coding], *, trail: frozenset[str] = frozenset()
) -> Verdicts:
    """Which of `codings` are in the value set. Raises CircularValueSet, WrongFilter, EmptyComposition."""
    asked = set(codings)
    found = await _union(sources, value_set.includes, asked, trail=deeper(value_set, trail))
    if value_set.excludes:
        left = found.members | found.undecided
        without = await _union(sources, value_set.excludes, left, trail=deeper(value_set, trail))
        doubted = (found.members & without.undecided) | found.undecided
        found.members -= without.members | without.undecided
        found.undecided = doubted - without.members
        found.missing |= without.missing
    if not value_set.has_inactive:
        found.members &= await active(sources, found.members)
    return found


def deeper(value_set: Composition, trail: frozenset[str]) -> frozenset[str]:
    """The value sets on the way down, this one too. Raises CircularValueSet."""
    if value_set.canonical in trail:
        raise CircularValueSet(canonical=value_set.canonical)
    return trail | {value_set.canonical} if value_set.canonical else trail


async def systems(sources: Sources, value_set: Composition, *, trail: frozenset[str] = frozenset()) -> set[str]:
    """The code systems that the codes of a value set come from."""
    found = set[str]()
    for part in value_set.includes:
        if part.system:
            found.add(part.system)
            continue
        for canonical in part.value_sets:
            if nested := await sources.value_set(canonical):
                found |= await systems(sources, nested, trail=deeper(value_set, trail))
    return found


async def active(sources: Sources, codings: Iterable[Coding]) -> set[Coding]:
    """Those that are not known to be inactive."""
    kept = set[Coding]()
    for system, codes in by_system(codings).items():
        concepts = await sources.code_system(system)
        inactive = set[str]()
        if concepts:
            found = await concepts.select(Selection(codes=tuple(codes)))
            inactive = {concepts.header.key(c.code) for c in found if not c.is_active}
            kept |= {(system, code) for code in codes if concepts.header.key(code) not in inactive}
        else:
            kept |= {(system, code) for code in codes}
    return kept


def by_system(codings: Iterable[Coding]) -> dict[str, list[str]]:
    """Codes by their system."""
    found = dict[str, list[str]]()
    for system, code in codings:
        found.setdefault(system, []).append(code)
    return found


async def within(
    sources: Sources, value_sets: Sequence[str], codings: set[Coding], *, trail: frozenset[str]
) -> Verdicts:
    """Those that are in every one of the value sets."""
    verdicts = Verdicts(members=set(codings))
    for canonical in value_sets:
        nested = await sources.value_set(canonical)
        left = verdicts.members | verdicts.undecided
        if nested is None:
            found = Verdicts(undecided=set(left), missing={canonical} if left else set())
        else:
            found = await among(sources, nested, left, trail=trail)
        verdicts.undecided = (verdicts.undecided & found.members) | found.undecided
        verdicts.members &= found.members
        verdicts.missing |= found.missing
    return verdicts


async def _union(sources: Sources, parts: Iterable[Part], codings: set[Coding], *, trail: frozenset[str]) -> Verdicts:
    verdicts = Verdicts()
    for part in parts:
        left = codings - verdicts.members
        if not left:
            break
        verdicts.add(await _in_part(sources, part, left, trail=trail))
    return verdicts


async def _in_part(sources: Sources, part: Part, codings: set[Coding], *, trail: frozenset[str]) -> Verdicts:
    own = await _in_system(sources, part, codings) if part.system else Verdicts(members=codings)
    left = own.members | own.undecided
    if not part.value_sets or not left:
        return own
    found = await within(sources, part.value_sets, left, trail=trail)
    sure = found.members & own.members
    return Verdicts(sure, (found.members | found.undecided) - sure, own.missing | found.missing)


async def _in_system(sources: Sources, part: Part, codings: set[Coding]) -> Verdicts:
    mine = {coding for coding in codings if coding[0] == part.system}
    if not mine:
        return Verdicts()
    if part.listed is not None:
        return Verdicts(members={coding for coding in mine if coding[1] in part.listed})
    concepts = await sources.code_system(part.system, part.version)
    if concepts is None:
        return Verdicts(undecided=mine, missing={f"{part.system}|{part.version}" if part.version else part.system})
    return await _in_concepts(concepts, part, mine)


async def _in_concepts(concepts: Concepts, part: Part, codings: set[Coding]) -> Verdicts:
    key = concepts.header.key
    codes = tuple(code for _, code in codings)
    found = {key(c.code) for c in await concepts.select(Selection(filters=part.filters, codes=codes))}
    members = {coding for coding in codings if key(coding[1]) in found}
    if concepts.header.is_complete:
        return Verdicts(members=members)
    known = {key(c.code) for c in await concepts.select(Selection(codes=codes))}
    undecided = {coding for coding in codings if key(coding[1]) not in known}
    return Verdicts(members, undecided, {concepts.header.canonical} if undecided else set())
