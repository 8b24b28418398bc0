"""ValueSet/$expand: the codes of a value set (R4, ValueSet-expand)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter
from seve.engine.terminology import asking
from seve.fhir import Resource
from seve.fhir.search.keys import fold
from seve.fhir.terminology.expansion import Expansion, Wanted, expand
from seve.fhir.terminology.pinning import PinnedSources, by_url
from seve.fhir.terminology.rendering import Shown, contains

_DEFINITION = ("compose", "text", "expansion", "contained")
_ECHOED = (
    ("filter", "valueString"),
    ("offset", "valueInteger"),
    ("count", "valueInteger"),
    ("includeDesignations", "valueBoolean"),
    ("designation", "valueString"),
    ("activeOnly", "valueBoolean"),
    ("excludeNested", "valueBoolean"),
    ("excludeNotForUI", "valueBoolean"),
    ("displayLanguage", "valueCode"),
    ("exclude-system", "valueUri"),
    ("system-version", "valueUri"),
    ("check-system-version", "valueUri"),
    ("force-system-version", "valueUri"),
)


async def run(call: Call) -> Resource:
    """The value set with its expansion. Raises TooLarge, UnknownValueSet, UnknownCodeSystem, WrongVersion, NotEnumerable."""
    asking.refuse(call, "context", "contextDirection", "date")
    sources = call.engine.terminology.sources(given=asking.given_resources(call))
    value_set = await asking.value_set(call, sources)
    pinned = PinnedSources(
        sources,
        default=by_url(call.parameters.get("system-version", ())),
        forced=by_url(call.parameters.get("force-system-version", ())),
        checked=by_url(call.parameters.get("check-system-version", ())),
    )
    expansion = await expand(pinned, value_set, _wanted(call))
    return _answered(call, value_set.resource, expansion)


def _wanted(call: Call) -> Wanted:
    return Wanted(
        words=tuple(fold(call.one("filter", "")).split()),
        is_active_only=call.one("activeOnly", False),
        is_concrete_only=call.one("excludeNotForUI", False),
        offset=_natural(call, "offset") or 0,
        count=_natural(call, "count"),
        excluded=frozenset(call.parameters.get("exclude-system", ())),
    )


def _natural(call: Call, name: str) -> int | None:
    value = call.one(name)
    if value is not None and value < 0:
        raise InvalidParameter(name=name, value=value, expression=f"http.{name}")
    return value


def _answered(call: Call, resource: Resource, expansion: Expansion) -> Resource:
    is_whole = not (call.one("filter") or call.one("count") is not None or call.one("offset"))
    shown = Shown(
        language=call.one("displayLanguage", ""),
        has_designations=call.one("includeDesignations", False) or bool(call.parameters.get("designation")),
        designations=tuple(call.parameters.get("designation", ())),
    )
    made: dict[str, Any] = {
        "identifier": f"urn:uuid:{uuid4()}",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if expansion.total is not None:
        made["total"] = expansion.total
    if call.one("count") is not None or call.one("offset"):
        made["offset"] = call.one("offset", 0)
    made["parameter"] = list(_echoed(call, expansion))
    made["contains"] = contains(expansion.members, shown, is_nested=is_whole and not call.one("excludeNested", False))
    kept = resource if call.one("includeDefinition") else {k: v for k, v in resource.items() if k not in _DEFINITION}
    return {**kept, "expansion": {key: value for key, value in made.items() if value != []}}


def _echoed(call: Call, expansion: Expansion) -> Iterator[dict[str, Any]]:
    for name, key in _ECHOED:
        for value in call.parameters.get(name, ()):
            yield {"name": name, key: value}
    for canonical in expansion.versions:
        if "|" in canonical:
            yield {"name": "version", "valueUri": canonical}


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/ValueSet-expand", run),)
