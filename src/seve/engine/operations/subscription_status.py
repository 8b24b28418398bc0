"""`Subscription/$status`, `$events`, `$get-ws-binding-token`: how subscriptions go, what they heard, who may bind to them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter, NotFound
from seve.engine.subscriptions.sending import told
from seve.engine.subscriptions.sockets import sealed_token
from seve.fhir import Resource
from seve.fhir.subscriptions.backport import CONTENTS
from seve.fhir.subscriptions.notifications import Status, notification, parameters
from seve.kernel.identifiers import first_vid_of, instant_of
from seve.store.subscriptions import events, registrations

if TYPE_CHECKING:
    from seve.fhir.subscriptions.notifications import Told
    from seve.store.subscriptions.registrations import Registration

_GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"
_MOST = 1_000
_LAST = 2**63 - 1


async def status(call: Call) -> Resource:
    """A searchset of Parameters, one a subscription of the caller's."""
    states = set(call.parameters.get("status", ()))
    found = [one for one in await _own(call) if not states or call.id or one.status in states]
    entries: list[dict[str, Any]] = [
        {
            "fullUrl": f"{call.engine.base_url}/Subscription/{one.id}/$status",
            "resource": parameters(_status(one), "query-status", content="id-only"),
            "search": {"mode": "match"},
        }
        for one in found
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries)} | (
        {"entry": entries} if entries else {}
    )


async def events_since(call: Call) -> Resource:
    """A notification with events that have a number already, as the caller may see them now; at most a thousand."""
    [one] = await _own(call)
    first, last = _number(call, "eventsSinceNumber", 1), _number(call, "eventsUntilNumber", _LAST)
    content = call.one("content", one.content)
    if content not in CONTENTS:
        raise InvalidParameter(name="content", value=content[:50], expression="http.content")
    content = CONTENTS[min(CONTENTS.index(content), CONTENTS.index(one.content))]
    numbered = await events.numbered(call.engine.database.pool, one.id, first=first, last=last, limit=_MOST)
    shown = await _shown(call, numbered)
    instant = instant_of(first_vid_of(time.time_ns() // 1_000_000))
    base_url = call.engine.base_url
    return notification(_status(one), "query-event", content=content, base_url=base_url, instant=instant, events=shown)


async def binding_token(call: Call) -> Resource:
    """A token for the caller's subscriptions whose channel is a websocket."""
    found = [one for one in await _own(call) if one.channel == "websocket"]
    if not found:
        raise NotFound(type="Subscription", id=call.id or "websocket")
    token, until = sealed_token(call.engine.events.secrets, [one.id for one in found])
    url = f"ws{call.engine.base_url.removeprefix('http')}/$websocket"
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "token", "valueString": token},
            {"name": "expiration", "valueDateTime": datetime.fromtimestamp(until, UTC).isoformat()},
            *({"name": "subscription", "valueString": one.id} for one in found),
            {"name": "websocket-url", "valueUrl": url},
        ],
    }


async def _own(call: Call) -> list[Registration]:
    """The subscriptions asked for, of this caller. Raises NotFound for one of somebody else too."""
    pool, owner = call.engine.database.pool, call.grant.holder
    ids = [call.id] if call.id else call.parameters.get("id", [])
    if not ids:
        return await registrations.of_owner(pool, owner)
    found = [one for one in await registrations.read(pool, ids) if one.owner == owner]
    if call.id and not found:
        raise NotFound(type="Subscription", id=call.id)
    return found


async def _shown(call: Call, numbered: Sequence[tuple[int, int]]) -> list[Told]:
    seen = await events.visible(call.engine.database.pool, call.grant, [vid for vid, _ in numbered])
    shown = [(number, seen[vid]) for vid, number in numbered if vid in seen]
    if call.grant.trace is not None and shown:
        entities = tuple(f"{s.type}/{s.id}/_history/{s.version}" for _, s in shown)
        patients = tuple(sorted({s.patient for _, s in shown} - {0}))
        act = call.grant.trace.act("notification", "R", entities=entities, patient_keys=patients)
        await call.engine.ledger.record([act])
    return [told(number, stored) for number, stored in shown]


def _status(one: Registration) -> Status:
    return Status(f"Subscription/{one.id}", one.topic, one.status, one.events, one.reason)


def _number(call: Call, name: str, default: int) -> int:
    text = str(call.one(name, default))
    if not (text.isascii() and text.isdigit() and int(text) <= _LAST):
        raise InvalidParameter(name=name, value=text[:50], expression=f"http.{name}")
    return int(text)


OPERATIONS = (
    Operation(f"{_GUIDE}backport-subscription-status", status),
    Operation(f"{_GUIDE}backport-subscription-events", events_since),
    Operation(f"{_GUIDE}backport-subscription-get-ws-binding-token", binding_token),
)
