"""Notifications: a Bundle of type `history` whose first entry is a Parameters that tells the status (Backport, 1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.subscriptions.backport import GUIDE, Content

Kind: TypeAlias = Literal["handshake", "heartbeat", "event-notification", "query-status", "query-event"]


@dataclass(frozen=True, slots=True)
class Told:
    """One event: the version of a resource, as the subscriber may see it. `resource` None for a deletion."""

    number: int
    instant: str
    type: str
    id: str
    method: str
    resource: Resource | None

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class Status:
    """What each notification says of its subscription. `events` is how many there have been; `error` why it stands still."""

    subscription: str
    topic: str
    status: str
    events: int
    error: str = ""


def parameters(status: Status, kind: Kind, *, content: Content, events: Sequence[Told] = ()) -> Resource:
    """The Parameters of the profile `backport-subscription-status-r4`. Of an `empty` notification nothing but numbers is told."""
    told: list[dict[str, Any]] = [{"name": "subscription", "valueReference": {"reference": status.subscription}}]
    if content != "empty":
        told.append({"name": "topic", "valueCanonical": status.topic})
    told += [
        {"name": "status", "valueCode": status.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(status.events)},
        *(_event(event, content) for event in events),
    ]
    if status.error:
        told.append({"name": "error", "valueCodeableConcept": {"text": status.error}})
    profile = f"{GUIDE}backport-subscription-status-r4"
    return {"resourceType": "Parameters", "meta": {"profile": [profile]}, "parameter": told}


def notification(
    status: Status, kind: Kind, *, content: Content, base_url: str, instant: str, events: Sequence[Told] = ()
) -> Resource:
    """The Bundle. `instant` is when it is made; entries of events follow in their order, none for `empty` ones."""
    url = f"{base_url}/{status.subscription}/$status"
    first = {
        "resource": parameters(status, kind, content=content, events=events),
        "request": {"method": "GET", "url": url},
        "response": {"status": "200"},
    }
    entries = [] if content == "empty" else [_entry(event, content, base_url) for event in events]
    return {"resourceType": "Bundle", "type": "history", "timestamp": instant, "entry": [first, *entries]}


def _event(event: Told, content: Content) -> dict[str, Any]:
    part: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": event.instant},
    ]
    if content != "empty":
        part.append({"name": "focus", "valueReference": {"reference": event.reference}})
    return {"name": "notification-event", "part": part}


def _entry(event: Told, content: Content, base_url: str) -> dict[str, Any]:
    is_post = event.method == "POST"
    entry: dict[str, Any] = {"fullUrl": f"{base_url}/{event.reference}"}
    if content == "full-resource" and event.resource is not None:
        entry["resource"] = event.resource
    entry["request"] = {"method": event.method, "url": event.type if is_post else event.reference}
    entry["response"] = {"status": "201" if is_post else "204" if event.method == "DELETE" else "200"}
    return entry
