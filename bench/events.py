"""`python -m bench.events [--rate 500] [--seconds 20]`: from a write to its delivery, and what it costs who doesn't listen.

The time of an event is counted from the moment its version was stamped, just before it is committed, to its arrival at an endpoint on
the same machine: commit, routing, numbering, the trail and the call are all in it. Creates are measured in turns, with nobody
subscribed and with the trigger and the index taken away.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from contextlib import suppress
from datetime import datetime
from statistics import median

import asyncpg
import httpx
import uvloop

from bench.client import Ask, run
from seve.fhir.subscriptions.backport import GUIDE
from seve.fhir.subscriptions.topics import TOPICS
from seve.main.commands.serve import stop_on_sigterm
from seve.store.embedded import Embedded
from seve.testing.serving import Served, served

_CALLERS = 16
_PATIENTS = 200
_TURNS = 5
_CREATES = 3_000
_WITHOUT = "DROP TRIGGER version_is_told ON version; DROP INDEX version_by_xid"
_WITH = """CREATE TRIGGER version_is_told AFTER INSERT ON version FOR EACH STATEMENT EXECUTE FUNCTION tell_of_change();
CREATE INDEX version_by_xid ON version (xid, vid)"""


class Endpoint:
    """Takes notifications; keeps how long each event took, in milliseconds."""

    def __init__(self) -> None:
        self.milliseconds = dict[int, float]()
        self.calls = 0
        self._writers = list[asyncio.StreamWriter]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        with suppress(asyncio.IncompleteReadError):  # whoever called, or `close`, hung up
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:"))
                body = await reader.readexactly(length)
                now = time.time()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                self.calls += 1
                for parameter in json.loads(body)["entry"][0]["resource"]["parameter"]:
                    if parameter["name"] == "notification-event":
                        self._take(parameter["part"], now)

    async def close(self) -> None:
        """Hangs up."""
        for writer in self._writers:
            writer.close()
            await writer.wait_closed()

    def _take(self, parts: list[dict[str, str]], now: float) -> None:
        number = int(parts[0]["valueString"])
        made = datetime.fromisoformat(parts[1]["valueInstant"]).timestamp()
        self.milliseconds.setdefault(number, (now - made) * 1_000)


def observation(turn: int) -> bytes:
    """A small Observation of one of some patients."""
    return json.dumps(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "subject": {"reference": f"Patient/{turn % _PATIENTS}"},
            "valueQuantity": {"value": 54, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
        }
    ).encode()


async def creates(base: str) -> float:
    """Creates a second, as fast as they go."""
    asks = [Ask("POST", "Observation", observation(turn)) for turn in range(_CREATES)]
    result = await run(base, asks, connections=_CALLERS)
    assert not result.wrong, result.wrong[0]
    return result.per_second


async def unheard(server: Served) -> None:
    connection = await asyncpg.connect(Embedded(server.data / "postgres").url())
    rates: dict[str, list[float]] = {"with": [], "without": []}
    await creates(server.base)
    for _ in range(_TURNS):
        rates["with"].append(await creates(server.base))
        await connection.execute(_WITHOUT)
        rates["without"].append(await creates(server.base))
        await connection.execute(_WITH)
    await connection.close()
    told = {name: f"{median(found):,.0f} ({min(found):,.0f} to {max(found):,.0f})" for name, found in rates.items()}
    print(f"creates a second, nobody subscribed: {told['with']}; without trigger and index: {told['without']}")


async def heard(server: Served, *, rate: int, seconds: int) -> None:
    endpoint = Endpoint()
    listening = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    await _subscribe(server.base, f"http://127.0.0.1:{port}/hook")
    number = rate * seconds
    asks = [Ask("POST", "Observation", observation(turn)) for turn in range(number)]
    result = await run(server.base, asks, connections=_CALLERS, per_second=rate)
    assert not result.wrong, result.wrong[0]
    while len(endpoint.milliseconds) < number:
        await asyncio.sleep(0.05)
    found = sorted(endpoint.milliseconds.values())
    shares = {share: found[min(int(len(found) * share), len(found) - 1)] for share in (0.5, 0.95, 0.99)}
    print(
        f"{result.per_second:,.0f} writes a second (asked: {rate}) for {result.seconds:.0f} s, {endpoint.calls:,} calls: "
        + ", ".join(f"p{share * 100:.0f} {ms:.0f} ms" for share, ms in shares.items())
        + f", longest {found[-1]:.0f} ms; writes answered within {result.percentile(0.99):.0f} ms (p99)"
    )
    listening.close()
    await endpoint.close()


async def _subscribe(base: str, endpoint: str) -> None:
    payload = {"extension": [{"url": f"{GUIDE}backport-payload-content", "valueCode": "id-only"}]}
    channel = {"type": "rest-hook", "endpoint": endpoint, "payload": "application/fhir+json", "_payload": payload}
    wanted = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "bench",
        "criteria": f"{TOPICS}Observation",
    }
    async with httpx.AsyncClient(base_url=base + "/") as client:
        made = (await client.post("Subscription", json={**wanted, "channel": channel})).json()
        while (await client.get(f"Subscription/{made['id']}")).json()["status"] != "active":
            await asyncio.sleep(0.1)


async def measured(server: Served, *, rate: int, seconds: int) -> None:
    await unheard(server)
    await heard(server, rate=rate, seconds=seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    os.environ["SEVE_HOOK_HOSTS"] = "127.0.0.1"
    stop_on_sigterm()  # or the server would be left running
    with served(workers=1) as server:
        uvloop.run(measured(server, rate=options.rate, seconds=options.seconds))


if __name__ == "__main__":
    main()
