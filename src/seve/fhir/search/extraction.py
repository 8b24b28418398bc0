"""From a resource to its index entries: the door of extraction.

For each type a function is generated from the expressions of its search parameters and kept with the parameters.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from seve.fhir import Resource
from seve.fhir.access.addressees import addressees
from seve.fhir.access.kinds import kind
from seve.fhir.access.openings import keeper
from seve.fhir.access.reaches import reaches
from seve.fhir.access.subjects import subjects
from seve.fhir.access.veils import veil
from seve.fhir.search.entries import Entries
from seve.fhir.search.general import items
from seve.fhir.search.generation import Reader, Walker, reader, walker
from seve.fhir.search.keys import ADDRESSED, CANONICAL, KEPT, SECURITY_CONTEXT, compartment_key, value_key
from seve.fhir.search.parameters import SearchParameter, SearchParameters, SearchType
from seve.fhir.search.paths import paths
from seve.fhir.search.plan import Collect, Node, endings, plan
from seve.fhir.search.references import target
from seve.fhir.search.texts import canonical_targets

_COMPARTMENTS = frozenset({"Device", "Encounter", "Practitioner", "RelatedPerson"})


def extract(resource: Resource, *, parameters: SearchParameters, base_url: str = "") -> Entries:
    """All index entries of a valid resource. References that begin with `base_url` count as relative."""
    out = Entries(resource)
    _walker(parameters, resource["resourceType"])(resource, out, base_url)
    _post_self(resource, out)
    out.postings = list(set(out.postings))
    out.present = list(set(out.present))
    out.links = list(set(out.links))
    out.strings = list(set(out.strings))
    out.prefixes = list(set(out.prefixes))
    out.moments = list(set(out.moments))
    out.quantities = list(set(out.quantities))
    out.patients = list(dict.fromkeys(out.patients))
    _add_access(resource, out, base_url)
    return out


def _add_access(resource: Resource, out: Entries, base_url: str) -> None:
    if resource["resourceType"] == "Binary" and (text := resource.get("securityContext", {}).get("reference")):
        found = target(text, base_url)
        out.links += [(SECURITY_CONTEXT, link) for link in found.links] if found else []
    for text in addressees(resource):
        found = target(text, base_url)
        out.links += [(ADDRESSED, link) for link in found.links] if found else []
    keeping = _keeping(resource, base_url)
    out.links += [(KEPT, key) for key in keeping]
    out.subjects = subjects(resource, compartments=out.patients, base_url=base_url)
    out.veil = veil(resource, patients=len(out.subjects), is_kept=bool(keeping))
    out.kind = kind(resource)
    out.reaches = reaches(resource, patients=out.subjects, base_url=base_url)


def _keeping(resource: Resource, base_url: str) -> list[int]:
    """The key of the organisation of this server in whose own file a document is; none for others."""
    found = target(keeper(resource), base_url) if keeper(resource) else None
    return [value_key(found.text)] if found and found.type == "Organization" and found.id else []


def _post_self(resource: Resource, out: Entries) -> None:
    type_, id_ = resource["resourceType"], resource.get("id")
    if type_ == "Patient":
        out.patients += [id_] if id_ else []
    elif type_ in _COMPARTMENTS and id_:
        out.links.append((compartment_key(type_), value_key(f"{type_}/{id_}")))
    url = resource.get("url")
    if isinstance(url, str):
        version = resource.get("version")
        canonical = f"{url}|{version}" if version else url
        out.links += [(CANONICAL, key) for key in canonical_targets(canonical)]


@lru_cache(maxsize=4096)
def _walker(parameters: SearchParameters, resource_type: str) -> Walker:
    return walker(plan(parameters, resource_type))


def values(resource: Resource, parameter: SearchParameter, *, base_url: str = "") -> list[Any]:
    """The JSON values that a parameter finds in a resource; those of a composite are the roots of its parts."""
    return [value for _, value in typed_values(resource, parameter, base_url=base_url)]


def typed_values(resource: Resource, parameter: SearchParameter, *, base_url: str = "") -> list[tuple[str, Any]]:
    """The values that a parameter finds, each with the name of its FHIR type before it."""
    read, others = _reader(parameter.expression, parameter.resource_type, type_=parameter.type)
    found = read(resource, base_url)
    for expression in others:
        found.extend(items(expression, resource))
    return found


def references(resource: Resource, parameter: SearchParameter, *, base_url: str = "") -> list[str]:
    """What a reference parameter of a resource points to: `Type/id` on this server, else urls; nothing contained."""
    found = (
        _pointed(type_, value, base_url=base_url)
        for type_, value in typed_values(resource, parameter, base_url=base_url)
    )
    return list(dict.fromkeys(text for text in found if text))


def _pointed(type_: str, value: Any, *, base_url: str) -> str:
    if isinstance(value, str):
        return value
    if type_ != "Reference":
        return f"{value['resourceType']}/{value['id']}" if "resourceType" in value and "id" in value else ""
    text = value.get("reference")
    pointed = target(text, base_url) if text is not None else None
    return pointed.text if pointed else ""


@lru_cache(maxsize=8192)
def _reader(expression: str, resource_type: str, *, type_: SearchType) -> tuple[Reader, tuple[str, ...]]:
    node = Node()
    found = paths(expression, resource_type)
    for path in found.paths:
        for ending in endings(path, type_):
            node.add(ending.accesses, Collect(ending.type))
    return reader(node), found.others
