"""Breaking the glass (*bris de glace*): a professional opens the record of a patient who can't consent, for a few hours.

A reason is required, the patient is told, the officer reviews each case. A patient who shut the professional out, or refused
access in emergencies, stays closed.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from seve.engine.access.finding import NobodyToOpen, Traits, found
from seve.engine.access.granting import grant_of, open_grant
from seve.engine.identity.principal import WITHOUT_CARE
from seve.engine.interactions import create as creating
from seve.fhir import Resource
from seve.fhir.access.reaches import EVERYONE
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.kernel.refusals import Refusal
from seve.kernel.texts import text
from seve.store.access import emergencies
from seve.store.access.emergencies import Opening

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal
    from seve.store.audit.traces import Trace

HOURS = 8
_SHORTEST_REASON = 10
_HOUR_MICROSECONDS = 3_600_000_000


class ReasonMissing(Refusal):
    """Breaking the glass needs a reason in words."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine.refusals.reason_missing"


class NotForYou(Refusal):
    """Only professionals break the glass."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine.refusals.emergency_not_for_you"


async def break_glass(engine: Engine, principal: Principal, traits: Traits, *, reason: str, source: str = "") -> str:
    """Opens the record of the one patient that the traits describe, and says which (`Patient/id`)."""
    if principal.kind != "professional" or not principal.role or principal.profession in WITHOUT_CARE:
        raise NotForYou
    if len(reason.strip()) < _SHORTEST_REASON:
        raise ReasonMissing(least=_SHORTEST_REASON)
    grant = grant_of(principal, engine.parameters, base_url=engine.base_url, source=source)
    trace = grant.trace
    assert trace is not None
    try:
        return await _opened(engine, principal, trace, traits, reason=reason.strip())
    except NobodyToOpen:
        await engine.ledger.record([trace.act("break-glass", "E", outcome=4, basis=reason.strip())])
        raise


async def _opened(engine: Engine, principal: Principal, trace: Trace, traits: Traits, *, reason: str) -> str:
    at = time.time_ns() // 1_000
    async with engine.writing(locks=[value_key(f"emergency {principal.role}")]) as writing:
        patient = await found(engine, writing.connection, traits)
        named = (principal.role, principal.person, principal.organization)
        readers = [*(value_key(reference) for reference in named if reference), EVERYONE]
        if patient is None or await emergencies.is_shut(writing.connection, patient=patient, readers=readers, at=at):
            raise NobodyToOpen
        until = at + HOURS * _HOUR_MICROSECONDS
        vid = engine.database.clock.next()
        opening = Opening(vid, patient, principal.role, principal.person, principal.organization, reason, until)
        await emergencies.open_access(writing.connection, opening)
        notice = _notice(patient, principal, reason)
        act = trace.act("break-glass", "E", patient_keys=(value_key(patient),), basis=reason)
        [outcome] = await writing.write([(open_grant(), [creating.deed(engine, notice, new_id())])], acts=[act])
        if isinstance(outcome, Exception):  # nothing opens unless the patient is told
            raise outcome
    return patient


def _notice(patient: str, principal: Principal, reason: str) -> Resource:
    """What tells the patient; it is in their record, and says no more than they have a right to know."""
    return {
        "resourceType": "Communication",
        "status": "completed",
        "category": [{"text": text("engine.access.glass", {}, "fr")}],
        "subject": {"reference": patient},
        "recipient": [{"reference": patient}],
        "sender": {"reference": principal.role},
        "sent": datetime.now(UTC).isoformat(timespec="seconds"),
        "payload": [{"contentString": text("engine.access.glass_broken", {"reason": reason}, "fr")}],
    }
