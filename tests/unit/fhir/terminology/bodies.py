"""Small code systems and value sets in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seve.fhir.definitions import Definitions
from seve.fhir.terminology.composition import Composition, composition
from seve.fhir.terminology.definitions import DefinitionSources
from seve.fhir.terminology.expansion import Wanted, expand
from seve.fhir.terminology.memory import MemoryConcepts
from seve.fhir.terminology.waiting import immediate

URL = "http://seve.example/plants"


def system(*concepts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "url": URL,
        "status": "active",
        "content": "complete",
        "concept": list(concepts),
        **fields,
    }


def concept(code: str, *inner: dict[str, Any], parent: Iterable[str] = (), **properties: Any) -> dict[str, Any]:
    stated = [{"code": "parent", "valueCode": one} for one in parent]
    stated += [{"code": k, "valueBoolean" if isinstance(v, bool) else "valueString": v} for k, v in properties.items()]
    made: dict[str, Any] = {"code": code, "display": code.title()}
    if stated:
        made["property"] = stated
    if inner:
        made["concept"] = list(inner)
    return made


PLANTS = system(
    concept("plant", concept("tree", concept("oak", leaf="wide"), concept("pine", leaf="needle")), abstract=True),
    concept("shrub", parent=["plant"]),
    concept("bonsai", parent=["tree", "shrub"], leaf="any"),
    concept("fern", inactive=True),
)


def sources(*resources: dict[str, Any]) -> DefinitionSources:
    return DefinitionSources(Definitions(added=resources))


def value_set(*, url: str = "http://seve.example/vs", exclude: Any = None, **include: Any) -> dict[str, Any]:
    compose: dict[str, Any] = {"include": [include or {"system": URL}]}
    if exclude:
        compose["exclude"] = exclude
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": compose}


def codes(found: DefinitionSources, resource: dict[str, Any] | Composition, **wanted: Any) -> list[str]:
    composed = resource if isinstance(resource, Composition) else composition(resource)
    return [m.concept.code for m in immediate(expand(found, composed, Wanted(**wanted))).members]


def plants() -> MemoryConcepts:
    return MemoryConcepts(PLANTS)
