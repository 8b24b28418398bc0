"""`Composition/$document`: a document Bundle of a composition and all that it refers to, directly or through others."""

from __future__ import annotations

from seve.engine.interactions.create import deed
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import Gone, InvalidParameter, NotFound, TooCostly
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.kernel.identifiers import instant_of, new_id
from seve.store import reading

_REFERRING = ("subject", "encounter", "author", "attester", "custodian", "event", "section")


async def document(call: Call) -> Resource:
    """The document; with `persist` it is stored as a Bundle too."""
    id_ = call.id or call.one("id", "").rpartition("/")[2]
    if not id_:
        raise InvalidParameter(name="id", value="", expression="http.id")
    stored = await call.engine.reads.read(call.grant, "Composition", id_)
    if stored is None:
        raise NotFound(type="Composition", id=id_)
    if stored.body is None:
        raise Gone(type="Composition", id=id_)
    composition = parse(stored.body.encode())
    found = await _referred(call, composition)
    base = call.engine.base_url
    bundle: Resource = {
        "resourceType": "Bundle",
        "id": new_id(),
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{new_id()}"},
        "type": "document",
        "timestamp": instant_of(call.engine.database.clock.next()),
        "entry": [{"fullUrl": f"{base}/{r['resourceType']}/{r['id']}", "resource": r} for r in (composition, *found)],
    }
    if call.one("persist"):
        call.engine.checker.check(bundle)
        await call.engine.lane.commit(call.grant, [deed(call.engine, bundle, bundle["id"])])
    return bundle


async def _referred(call: Call, composition: Resource) -> list[Resource]:
    seen = {f"Composition/{composition['id']}"}
    base = f"{call.engine.base_url}/"
    frontier = _references({name: composition[name] for name in _REFERRING if name in composition}, base) - seen
    found: list[Resource] = []
    while frontier:
        seen |= frontier
        rows = await reading.several(call.engine.database.pool, call.grant, sorted(frontier))
        fresh = [parse((row.body or "{}").encode()) for row in rows]
        found += fresh
        if len(found) > call.engine.limits.included_most:
            raise TooCostly(limit=call.engine.limits.included_most)
        frontier = (
            set[str]().union(*(_references(r, base) for r in fresh if r["resourceType"] == "List" or "section" in r))
            - seen
        )
    return found


def _references(value: object, base: str) -> set[str]:
    """The references in a value, those below `base` relative to it."""
    if isinstance(value, dict):
        own = {value["reference"].removeprefix(base)} if isinstance(value.get("reference"), str) else set[str]()
        return own.union(*(_references(part, base) for part in value.values()))
    if isinstance(value, list):
        return set[str]().union(*(_references(part, base) for part in value))
    return set()


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/Composition-document", document),)
