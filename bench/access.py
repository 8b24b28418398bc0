"""`python -m bench.access`: what access control and the audit trail cost: reads and searches, open and under a professional's grant.

The same store is served in turn, as often as `--rounds` says: by `serve --open`, then with access control to a physician who takes
care of 1,000 of the patients, whose access token every request carries. Every answer is checked; under the grant, each leaves an audit
entry. Told is the median of the rounds, and each round: a store that was just loaded, or sealed a long trail, is slower for a while.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path

import asyncpg
import msgspec
import uvloop

from bench import data, queries
from bench.client import Ask, Result, run
from bench.data import written
from seve.store.embedded import Embedded
from seve.testing.serving import Served, command, free_port, start, stop

CONNECTIONS = 96
"""Enough callers to keep both cores busy while most wait for the disk: with half as many, a quarter of their time is idle."""

_LOOK_SECONDS, _RESTING_SECONDS = 5, 0.5
_REACHED = 1_000
_SAMPLE = 100
_ROLE, _PERSON = "PractitionerRole/bench-role", "Practitioner/bench"
_CLIENT = """
INSERT INTO client (id, name, state, method, grant_types, redirect_uris, scopes, purpose, owner)
VALUES ('bench', 'bench', 'approved', 'none', '{}', '{}', 'user/*.rs', 'TREAT', 'bench') ON CONFLICT DO NOTHING
"""
_SESSION = """
INSERT INTO session (token, account, kind, role, person, organization, profession, related, delegated_by, purpose, client,
    scopes, patient, idle_seconds, expires, until)
VALUES ($1, 'bench', 'professional', $2, $3, '', '10', '{}', '', 'TREAT', 'bench', 'user/*.rs', '', 0,
    now() + interval '1 day', now() + interval '1 day')
"""


async def main() -> None:
    """Prints each figure beside the open one."""
    parser = argparse.ArgumentParser(prog="python -m bench.access", description=__doc__)
    parser.add_argument("--patients", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="keep the loaded store here, and use it when it is there")
    options = parser.parse_args()
    os.environ |= {"SEVE_SESSION_REQUESTS_PER_SECOND": "60000", "SEVE_ADDRESS_REQUESTS_PER_SECOND": "60000"}
    folder: Path = options.data or Path(tempfile.mkdtemp(prefix="seve-access-"))
    try:
        is_loaded = (folder / "postgres").exists()
        server = start(folder, port=free_port(), workers=options.workers)
        if not is_loaded:
            await _load(server, options.patients)
        token = await _sign_in(server)
        _rest(server)
        stop(server)
        rounds = [await _round(folder, options, token) for _ in range(options.rounds)]
        for what in rounds[0]:
            open_, bound = (statistics.median(one[what][n] for one in rounds) for n in (0, 1))
            each = ", ".join(f"{one[what][1] / one[what][0]:.0%}" for one in rounds)
            print(f"{what:32} open {open_:8,.1f}  with access control {bound:8,.1f}  {bound / open_:.0%} ({each})")
    finally:
        if options.data is None:
            shutil.rmtree(folder, ignore_errors=True)


async def _round(folder: Path, options: argparse.Namespace, token: str) -> dict[str, tuple[float, float]]:
    """Each figure, open and with access control."""
    server = start(folder, port=free_port(), workers=options.workers)
    open_ = await _measured(server, options, headers="")
    stop(server)
    server = start(folder, port=free_port(), workers=options.workers, is_open=False)
    bound = await _measured(server, options, headers=f"Authorization: Bearer {token}\r\n")
    stop(server)
    return {what: (open_[what], bound[what]) for what in open_}


async def _load(server: Served, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder), data.copies(data.thin_bundles(), number), with_extra=True)
        (Path(folder) / "care.ndjson").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in _care(number)))
        command(server, "load", folder)


def _rest(server: Served) -> None:
    """Waits until the server is done with what a load and a start leave to do: events are routed, the trail is sealed and looked at."""

    def used() -> float:
        return sum(sum(worker.cpu_times()[:2]) for worker in server.workers)

    before = -1.0
    while used() - before > _RESTING_SECONDS:
        before = used()
        time.sleep(_LOOK_SECONDS)


def _care(number: int) -> list[dict[str, object]]:
    """The physician, and a care team for each of 1,000 patients, evenly among all."""
    rows: list[dict[str, object]] = [
        {"resourceType": "Practitioner", "id": "bench", "active": True},
        {
            "resourceType": "PractitionerRole",
            "id": "bench-role",
            "active": True,
            "practitioner": {"reference": _PERSON},
        },
    ]
    for turn, raw in enumerate(_reached(number)):
        patient = next(r["id"] for r in data.resources(raw) if r["resourceType"] == "Patient")
        rows.append(
            {
                "resourceType": "CareTeam",
                "id": f"care-{turn}",
                "status": "active",
                "subject": {"reference": f"Patient/{patient}"},
                "participant": [{"member": {"reference": _ROLE}}],
            }
        )
    return rows


def _reached(number: int) -> Iterator[bytes]:
    """The bundles of the patients whom the physician reaches."""
    return islice(data.copies(data.thin_bundles(), number), 0, None, max(number // _REACHED, 1))


async def _sign_in(server: Served) -> str:
    """A session as an access token would make it; its token."""
    token = secrets.token_urlsafe(32)
    connection = await asyncpg.connect(Embedded(server.data / "postgres").url())
    try:
        await connection.execute("INSERT INTO account (id, name) VALUES ('bench', 'bench') ON CONFLICT DO NOTHING")
        await connection.execute(_CLIENT)
        await connection.execute(_SESSION, sha256(token.encode()).digest(), _ROLE, _PERSON)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return token


async def _measured(server: Served, options: argparse.Namespace, *, headers: str) -> dict[str, float]:
    _rest(server)
    seconds: float = options.seconds
    sample = [r for raw in islice(_reached(options.patients), _SAMPLE) for r in data.resources(raw)]
    patients = [r["id"] for r in sample if r["resourceType"] == "Patient"]
    reads = [
        Ask("GET", f"{r['resourceType']}/{r['id']}", is_right=lambda s, b: s == 200 and b[:1] == b"{", headers=headers)
        for r in sample
        if r["resourceType"] in ("Observation", "Condition", "Encounter", "Patient")
    ]
    found = {"reads a second": (await _repeated(server, reads, seconds / 3)).per_second}
    searched = sample + [row for turn, id_ in enumerate(patients) for row in queries.extra(id_, turn)]
    timed = await queries.verified(server.base, queries.searches(searched), headers=headers)
    asks = [replace(ask, headers=headers) for _, ask in timed]
    random.Random(3).shuffle(asks)
    result = await _repeated(server, asks, seconds)
    assert not result.wrong, result.wrong[:1]
    found["searches a second"] = result.per_second
    alone = await run(server.base, asks[:360], connections=1)
    found["searches a second, one caller"] = 1_000 / statistics.median(alone.milliseconds)
    return found


async def _repeated(server: Served, asks: list[Ask], seconds: float) -> Result:
    await run(server.base, asks, connections=CONNECTIONS)  # warm
    total = Result()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        part = await run(server.base, asks, connections=CONNECTIONS)
        total.seconds += part.seconds
        total.milliseconds += part.milliseconds
        total.wrong += part.wrong
    return total


if __name__ == "__main__":
    uvloop.run(main())
