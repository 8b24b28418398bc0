"""Every stored resource that mentions a patient, and the same with another patient in that place.

Found are the patient's compartment and whatever refers to the patient by a search parameter. A reference inside an element that
no search parameter covers is rewritten in these resources too; outside of them it is not found (docs/reference/operations/merge.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.identity.merging.duplicates import is_duplicate_task
from seve.engine.interactions.rewriting import rewritten
from seve.engine.refusals import TooCostly
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.keys import compartment_key
from seve.store import reading

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection
    from seve.store.grant import Grant

MOST = 20_000
_NOT_REWRITTEN = frozenset({"AuditEvent", "Bundle", "Binary", "Provenance"})
"""What was said at its time stays as it was said: audit trail, signed documents, provenance. So do the Tasks of the queue of
duplicates, which would speak of one record twice.
"""


@dataclass(frozen=True, slots=True)
class Mention:
    """A resource as it stands, at its version, and as it becomes."""

    type: str
    id: str
    version: int
    after: Resource


async def mentions(
    engine: Engine, grant: Grant, connection: Connection, *, source: str, target: str, left: frozenset[str]
) -> list[Mention]:
    """All that mention `source`, rewritten to `target`; those whose references are `left` are not. Raises TooCostly."""
    params = _reference_keys(engine)
    found = await reading.pointing(connection, grant, [source], params=params, type_="", limit=MOST + 1)
    if len(found) > MOST:
        raise TooCostly(limit=MOST)
    places = {source: target, f"{engine.base_url}/{source}": f"{engine.base_url}/{target}"}
    changed = list[Mention]()
    for stored in found:
        if stored.type in _NOT_REWRITTEN or f"{stored.type}/{stored.id}" in left or stored.body is None:
            continue
        before = parse(stored.body.encode())
        after = before if is_duplicate_task(before) else rewritten(before, places)
        if after != before:
            changed.append(Mention(stored.type, stored.id, stored.version, after))
    return sorted(changed, key=lambda mention: (mention.type, mention.id))


def _reference_keys(engine: Engine) -> list[int]:
    keys = {compartment_key("Patient")}
    for type_ in engine.definitions.resource_types:
        for parameter in engine.parameters.of(type_).values():
            if parameter.type == "reference":
                keys |= {parameter.key, *parameter.keys}
    return sorted(keys)
