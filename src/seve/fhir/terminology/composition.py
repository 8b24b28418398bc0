"""ValueSet.compose as data, and the value sets that have no resource: `[system]?fhir_vs`, those of LOINC (R4, 4.9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seve.fhir import Resource
from seve.fhir.terminology.concepts import Filter
from seve.fhir.terminology.refusals import EmptyComposition

_LOINC = "http://loinc.org"
_LOINC_ALL = "http://loinc.org/vs"
_IMPLICIT = "?fhir_vs"
_IS_A = "=isa/"


@dataclass(frozen=True, slots=True)
class Part:
    """One include or exclude: the codes of its system that are also in all of its value sets.

    `listed` are the concepts it names, by code, in order; None where it takes the system or its `filters`.
    """

    system: str = ""
    version: str = ""
    listed: Mapping[str, Mapping[str, Any]] | None = None
    filters: tuple[Filter, ...] = ()
    value_sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """A value set as the rules see it; `resource` is the ValueSet, or what stands for an implicit one."""

    canonical: str
    resource: Resource
    includes: tuple[Part, ...]
    excludes: tuple[Part, ...] = ()
    has_inactive: bool = True


def composition(resource: Resource) -> Composition:
    """A ValueSet's composition; one that only holds an expansion is read as the list of its codes.

    Raises EmptyComposition when it has neither.
    """
    canonical = resource.get("url", "")
    compose = resource.get("compose")
    if compose and compose.get("include"):
        return Composition(
            canonical=canonical,
            resource=resource,
            includes=tuple(map(_part, compose["include"])),
            excludes=tuple(map(_part, compose.get("exclude", ()))),
            has_inactive=compose.get("inactive", True) is not False,
        )
    if "expansion" in resource:
        return Composition(canonical, resource, tuple(_expanded(resource["expansion"].get("contains", ()))))
    raise EmptyComposition(canonical=canonical)


def whole(system: str, *, version: str = "", canonical: str = "", filters: tuple[Filter, ...] = ()) -> Composition:
    """All codes of a system, or those that `filters` keep."""
    url = canonical or f"{system}{_IMPLICIT}"
    resource = {"resourceType": "ValueSet", "url": url, "status": "active"}
    return Composition(url, resource, (Part(system, version, filters=filters),))


def implicit(canonical: str) -> Composition | None:
    """The value set that a canonical stands for by the rules of its system; None when it follows none."""
    url, _, version = canonical.partition("|")
    if url == _LOINC_ALL:
        return whole(_LOINC, version=version, canonical=url)
    system, mark, rest = url.partition(_IMPLICIT)
    if not mark or not system:
        return None
    if not rest:
        return whole(system, version=version, canonical=url)
    if rest.startswith(_IS_A):
        is_a = Filter("concept", "is-a", rest.removeprefix(_IS_A))
        return whole(system, version=version, canonical=url, filters=(is_a,))
    return None


def _part(include: Mapping[str, Any]) -> Part:
    listed = include.get("concept")
    return Part(
        system=include.get("system", ""),
        version=include.get("version", ""),
        listed={concept["code"]: concept for concept in listed} if listed else None,
        filters=tuple(Filter(f["property"], f["op"], f["value"]) for f in include.get("filter", ())),
        value_sets=tuple(include.get("valueSet", ())),
    )


def _expanded(contains: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    by_system = dict[tuple[str, str], dict[str, Mapping[str, Any]]]()
    for item in _flat(contains):
        if "code" in item:
            kept = {key: item[key] for key in ("code", "display", "designation") if key in item}
            by_system.setdefault((item.get("system", ""), item.get("version", "")), {})[item["code"]] = kept
    for (system, version), listed in by_system.items():
        yield Part(system, version, listed)


def _flat(contains: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for item in contains:
        yield item
        yield from _flat(item.get("contains", ()))
