"""A subscriber: an endpoint that keeps what it is sent, and can be told to refuse; and Subscriptions to send."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from seve.fhir.subscriptions.backport import GUIDE
from seve.fhir.subscriptions.topics import TOPICS

PATIENCE_SECONDS = 15.0


@dataclass
class Endpoint:
    """What came, with when; `status` is what it answers."""

    port: int = 0
    status: int = 200
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=1"

    @property
    def bundles(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [bundle for bundle in self.bundles if told(bundle)["type"] == kind]

    @property
    def events(self) -> list[dict[str, Any]]:
        """Each event: number, focus, in the order they came."""
        return [event for bundle in self.of("event-notification") for event in events_of(bundle)]

    @property
    def numbers(self) -> list[int]:
        return [int(event["event-number"]) for event in self.events]

    @property
    def focuses(self) -> list[str]:
        return [event["focus"]["reference"] for event in self.events]


def told(bundle: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a notification that have a value, by name."""
    return _values(bundle["entry"][0]["resource"]["parameter"])


def events_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    parameters = bundle["entry"][0]["resource"]["parameter"]
    return [_values(one["part"]) for one in parameters if one["name"] == "notification-event"]


def _values(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        one["name"]: next((value for key, value in one.items() if key.startswith("value")), None)
        for one in parameters
        if "part" not in one
    }


@contextmanager
def listening(port: int = 0) -> Iterator[Endpoint]:
    """An endpoint on loopback."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            endpoint.times.append(time.time())
            endpoint.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(endpoint.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    endpoint.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()


def subscription(
    endpoint: str = "",
    *,
    topic: str = "Observation",
    content: str = "id-only",
    filters: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """A Subscription of the backport profile: rest-hook to an endpoint, websocket without one."""
    channel: dict[str, Any] = {"type": "rest-hook", "endpoint": endpoint} if endpoint else {"type": "websocket"}
    channel |= {
        "payload": "application/fhir+json",
        "_payload": {"extension": [{"url": f"{GUIDE}backport-payload-content", "valueCode": content}]},
    }
    if "heartbeat" in more:
        channel["extension"] = [{"url": f"{GUIDE}backport-heartbeat-period", "valueUnsignedInt": more.pop("heartbeat")}]
    made: dict[str, Any] = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "essai",
        "criteria": f"{TOPICS}{topic}",
        "channel": channel,
        **more,
    }
    if filters:
        url = f"{GUIDE}backport-filter-criteria"
        made["_criteria"] = {"extension": [{"url": url, "valueString": one} for one in filters]}
    return made


async def until(is_so: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Waits for something to come true."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.02)
