"""ConceptMap/$translate: what a code corresponds to in another system (R4, ConceptMap-translate)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from seve.engine.operations.registry import Call, Operation
from seve.engine.terminology import asking
from seve.engine.terminology.asking import AskedCode, part, parts
from seve.engine.terminology.maps import Maps
from seve.fhir import Resource
from seve.fhir.terminology.refusals import UnknownConceptMap, UnmappedElsewhere
from seve.fhir.terminology.translation import Asked, Elsewhere, Match, matches


async def run(call: Call) -> Resource:
    """Whether something corresponds, and what. Raises UnknownConceptMap, UnmappedElsewhere."""
    maps = Maps(call.engine)
    found = list[Match]()
    codes = asking.asked_codes(call)
    for code in codes:
        asked = _asked(call, code)
        for concept_map in await _maps(call, maps, asked):
            found += await _followed(maps, concept_map, asked)
    result = any(match.is_match for match in found)
    shown = ", ".join(f"{code.system}|{code.code}" for code in codes)
    return asking.parameters(
        part("result", valueBoolean=result),
        None if result else part("message", valueString=asking.sentence(call, "no_translation", coding=shown)),
        *map(_rendered, _distinct(found)),
    )


def _asked(call: Call, code: AskedCode) -> Asked:
    if not code.system:
        raise asking.ParametersMissing(names="system")
    return Asked(
        system=code.system,
        code=code.code,
        version=call.one("version") or code.version,
        target_system=call.one("targetsystem", ""),
        dependencies=frozenset(_dependencies(call)),
        is_reverse=call.one("reverse", False),
    )


def _dependencies(call: Call) -> Iterator[tuple[str, str, str]]:
    for given in call.parameters.get("dependency", ()):
        for concept in given.get("concept", ()):
            for coding in concept.get("coding", ()):
                yield given.get("element", [""])[0], coding.get("system", ""), coding.get("code", "")


async def _maps(call: Call, maps: Maps, asked: Asked) -> Sequence[Resource]:
    if call.id:
        return [await asking.instance(call)]
    if given := call.one("conceptMap"):
        return [given]
    if url := call.one("url"):
        version = call.one("conceptMapVersion")
        canonical = f"{url}|{version}" if version else url
        found = await maps.by_canonical(canonical)
        if found is None:
            raise UnknownConceptMap(canonical=canonical)
        return [found]
    candidates = await maps.between(asked.system, is_reverse=asked.is_reverse)
    return [
        m for m in candidates if _meets(m, "source", call.one("source")) and _meets(m, "target", call.one("target"))
    ]


def _meets(concept_map: Resource, side: str, value_set: str | None) -> bool:
    stated: str = concept_map.get(f"{side}Uri") or concept_map.get(f"{side}Canonical") or ""
    return value_set is None or stated.partition("|")[0] == value_set.partition("|")[0]


async def _followed(maps: Maps, concept_map: Resource, asked: Asked) -> list[Match]:
    """The matches of a map and of those that it sends unmapped codes to, each map once."""
    found, seen, waiting = list[Match](), set[str](), [concept_map]
    while waiting:
        for match in matches(waiting.pop(0), asked):
            if isinstance(match, Match):
                found.append(match)
            elif match.canonical not in seen:
                seen.add(match.canonical)
                waiting.append(await _other(maps, match))
    return found


async def _other(maps: Maps, elsewhere: Elsewhere) -> Resource:
    found = await maps.by_canonical(elsewhere.canonical)
    if found is None:
        raise UnmappedElsewhere(canonical=elsewhere.canonical)
    return found


def _distinct(found: Iterable[Match]) -> list[Match]:
    """Each match once: two maps between the same systems may say the same."""
    kept = list[Match]()
    for match in found:
        if match not in kept:
            kept.append(match)
    return kept


def _rendered(match: Match) -> dict[str, Any]:
    return parts(
        "match",
        (
            part("equivalence", valueCode=match.equivalence),
            part("concept", valueCoding=match.coding or None),
            *_products(match.products),
            part("source", valueUri=match.source),
        ),
    )


def _products(products: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for product in products:
        coding = {key: product[key] for key in ("system", "display") if key in product} | {"code": product["value"]}
        yield parts("product", (part("element", valueUri=product["property"]), part("concept", valueCoding=coding)))


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/ConceptMap-translate", run),)
