"""The profile `backport-subscription` on Subscription: what a client asks for, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from seve.fhir import Resource
from seve.fhir.subscriptions.refusals import InvalidChannel

Channel: TypeAlias = Literal["rest-hook", "websocket"]
Content: TypeAlias = Literal["empty", "id-only", "full-resource"]
CHANNELS: tuple[Channel, ...] = ("rest-hook", "websocket")
CONTENTS: tuple[Content, ...] = ("empty", "id-only", "full-resource")
GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
_JSON = ("application/fhir+json", "application/json")
_MOST_PER_NOTIFICATION = 250
_TIMEOUT_SECONDS, _LONGEST_TIMEOUT_SECONDS = 10, 60
_LEAST_HEARTBEAT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription as it is asked for. `filters` are searches (`Observation?patient=Patient/1`), all of which an event of
    their type must meet. `heartbeat_seconds` 0: none. `most` is how many events one notification may hold.
    """

    topic: str
    filters: tuple[str, ...]
    channel: Channel
    content: Content
    endpoint: str = ""
    heartbeat_seconds: int = 0
    timeout_seconds: int = _TIMEOUT_SECONDS
    most: int = _MOST_PER_NOTIFICATION
    end: str = ""


def wanted_of(subscription: Resource) -> Wanted:
    """From a Subscription that is valid R4. Raises InvalidChannel."""
    channel: dict[str, Any] = subscription["channel"]
    type_ = _one_of(CHANNELS, channel["type"], "channel.type")
    if "header" in channel:
        raise InvalidChannel(element="channel.header", found="…", wanted="none: calls are signed instead")
    if (payload := channel.get("payload", _JSON[0])) not in _JSON:
        raise InvalidChannel(element="channel.payload", found=payload, wanted=" | ".join(_JSON))
    content = _extension(channel.get("_payload", {}), "backport-payload-content", "empty")
    return Wanted(
        topic=subscription["criteria"],
        filters=_filters(subscription),
        channel=type_,
        content=_one_of(CONTENTS, content, "backport-payload-content"),
        endpoint=_endpoint(channel) if type_ == "rest-hook" else "",
        heartbeat_seconds=_heartbeat(channel),
        timeout_seconds=min(_extension(channel, "backport-timeout", _TIMEOUT_SECONDS), _LONGEST_TIMEOUT_SECONDS) or 1,
        most=min(_extension(channel, "backport-max-count", _MOST_PER_NOTIFICATION), _MOST_PER_NOTIFICATION),
        end=subscription.get("end", ""),
    )


def _filters(subscription: Resource) -> tuple[str, ...]:
    extensions: list[dict[str, Any]] = subscription.get("_criteria", {}).get("extension", [])
    return tuple(one["valueString"] for one in extensions if one.get("url") == f"{GUIDE}backport-filter-criteria")


def _heartbeat(channel: Mapping[str, Any]) -> int:
    seconds: int = _extension(channel, "backport-heartbeat-period", 0)
    return max(seconds, _LEAST_HEARTBEAT_SECONDS) if seconds else 0


def _endpoint(channel: Mapping[str, Any]) -> str:
    endpoint = channel.get("endpoint", "")
    try:
        parts = urlsplit(endpoint)
        is_web = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None
    except ValueError:
        is_web = False
    if not is_web:
        raise InvalidChannel(element="channel.endpoint", found=endpoint[:200], wanted="https://…")
    return endpoint


def _extension(element: Mapping[str, Any], name: str, default: Any) -> Any:
    """The value of an extension of the guide."""
    for one in element.get("extension", ()):
        if one.get("url") == f"{GUIDE}{name}":
            return next((value for key, value in one.items() if key.startswith("value")), default)
    return default


def _one_of(known: tuple[Any, ...], found: str, element: str) -> Any:
    if found not in known:
        raise InvalidChannel(element=element, found=str(found)[:100], wanted=" | ".join(known))
    return found
