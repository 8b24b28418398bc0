"""`$meta`, `$meta-add`, `$meta-delete`: profiles, security labels and tags, without the rest of the resource."""

from __future__ import annotations

from typing import Any

from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import Gone, NotFound
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.store import reading
from seve.store.deeds import Current, Deed, Draft

_DEFINITION = "http://hl7.org/fhir/OperationDefinition/Resource-meta"
_LABELS = ("profile", "security", "tag")


async def meta(call: Call) -> Resource:
    """The labels of one resource, or those in use in a type or everywhere."""
    if call.id:
        stored = await call.engine.reads.read(call.grant, call.type, call.id)
        if stored is None:
            raise NotFound(type=call.type, id=call.id)
        if stored.body is None:
            raise Gone(type=call.type, id=call.id)
        return _returned(parse(stored.body.encode()).get("meta", {}))
    found: dict[str, Any] = {}
    for used in await reading.labels(call.engine.database.pool, call.grant, type_=call.type):
        found = _joined(found, parse(used.encode()))
    return _returned(found)


async def meta_add(call: Call) -> Resource:
    """Adds labels as a new version."""
    return await _changed(call, _joined)


async def meta_delete(call: Call) -> Resource:
    """Removes labels as a new version."""
    return await _changed(call, _without)


async def _changed(call: Call, change: Any) -> Resource:
    asked = call.one("meta")

    def decide(current: Current | None) -> Draft:
        if current is None:
            raise NotFound(type=call.type, id=call.id)
        if current.body is None:
            raise Gone(type=call.type, id=call.id)
        resource = parse(current.body.encode())
        resource["meta"] = change(resource.get("meta", {}), asked)
        call.engine.checker.check(resource)
        return Draft("PUT", resource, call.engine.entries(resource))

    [written] = await call.engine.lane.commit(call.grant, [Deed(call.type, call.id, decide)])
    return _returned(parse((written.body or "{}").encode()).get("meta", {}))


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    joined = dict(one)
    for name in _LABELS:
        known = list(one.get(name, ()))
        known += [label for label in other.get(name, ()) if not any(_is_same(label, k) for k in known)]
        if known:
            joined[name] = known
    return joined


def _without(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    left = dict(one)
    for name in _LABELS:
        kept = [label for label in one.get(name, ()) if not any(_is_same(label, o) for o in other.get(name, ()))]
        left.pop(name, None)
        if kept:
            left[name] = kept
    return left


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return (one.get("system"), one.get("code")) == (other.get("system"), other.get("code"))
    return one == other


def _returned(found: dict[str, Any]) -> Resource:
    return {"resourceType": "Parameters", "parameter": [{"name": "return", "valueMeta": found}]}


OPERATIONS = (
    Operation(_DEFINITION, meta),
    Operation(f"{_DEFINITION}-add", meta_add),
    Operation(f"{_DEFINITION}-delete", meta_delete),
)
