"""Entries of the audit trail for what is read: an answer leaves only once they are committed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seve.fhir.search.keys import value_key

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant
    from seve.store.reading import Stored
    from seve.store.search.running import Found


async def tell_search(engine: Engine, grant: Grant, path: str, *, query: str, shown: Iterable[Found | Stored]) -> None:
    """A search, and whose data it showed."""
    if grant.trace is not None:
        patients = tuple(sorted({one.patient for one in shown} - {0}))
        await engine.ledger.record(
            [grant.trace.act("search", "E", entities=(path,), patient_keys=patients, query=query)]
        )


async def tell_versions(engine: Engine, grant: Grant, interaction: str, path: str, *, shown: Iterable[Stored]) -> None:
    """Versions that were shown; none means that the answer was a refusal."""
    if grant.trace is not None:
        versions = list(shown)
        patients = tuple(sorted({one.patient for one in versions} - {0}))
        entities = tuple(f"{one.type}/{one.id}/_history/{one.version}" for one in versions) or (path,)
        act = grant.trace.act(interaction, "R", outcome=0 if versions else 4, entities=entities, patient_keys=patients)
        await engine.ledger.record([act])


async def tell_operation(engine: Engine, grant: Grant, name: str, *, type_: str, id_: str, query: str) -> None:
    """An operation that was answered; what it read leaves entries of its own."""
    if grant.trace is not None:
        place = f"{type_}/{id_}".strip("/")
        patients = (value_key(place),) if type_ == "Patient" and id_ else ()
        act = grant.trace.act(f"${name}", "E", entities=(place,) if id_ else (), patient_keys=patients, query=query)
        await engine.ledger.record([act])
