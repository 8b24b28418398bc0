"""The officer reviews glass that was broken: justified, or abusive, which ends the access at once. Each review is in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from seve.engine.access.granting import grant_of
from seve.engine.identity.refusals import OfficerNeeded
from seve.engine.rights.requests import WordsMissing
from seve.fhir.search.keys import value_key
from seve.kernel.refusals import Refusal
from seve.store.access import emergencies
from seve.store.access.emergencies import Emergency, State

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal


class NoSuchEmergency(Refusal):
    """There is no such access, or it was reviewed already."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/rights.refusals.no_such_emergency"


async def waiting(engine: Engine, principal: Principal, *, state: State = "open") -> list[Emergency]:
    """Accesses in a state, the oldest first. Raises OfficerNeeded."""
    if principal.kind != "officer":
        raise OfficerNeeded
    return await emergencies.queue(engine.database.pool, state=state)


async def review(
    engine: Engine,
    principal: Principal,
    vid: int,
    *,
    state: Literal["justified", "abusive"],
    note: str,
    source: str = "",
) -> None:
    """Writes down what the officer found. Raises OfficerNeeded, WordsMissing, NoSuchEmergency."""
    if principal.kind != "officer":
        raise OfficerNeeded
    if not note.strip():
        raise WordsMissing
    grant = grant_of(principal, engine.parameters, base_url=engine.base_url, source=source)
    assert grant.trace is not None
    async with engine.writing(locks=[]) as writing:
        patient = await emergencies.patient_of(writing.connection, vid)
        officer = grant.trace.agent
        if not patient or not await emergencies.review(
            writing.connection, vid, state=state, officer=officer, note=note.strip()
        ):
            raise NoSuchEmergency
        keys = (value_key(patient),)
        act = grant.trace.act(
            "emergency-review", "U", patient_keys=keys, basis=f"{state}: {note.strip()}", detail=str(vid)
        )
        await writing.write([], acts=[act])
