"""`python -m bench.access`: what access control and the audit trail cost, each alone and both together: reads and searches under a professional's grant.

Two servers at a time have the same store: `seve serve`, which a physician asks who takes care of 1,000 of the patients and whose access
token every request carries; and beside it one that lacks access control, the trail (`bench.doors`), or both (`serve --open`). They are asked the same
in turn, a second or two each, so that a machine whose speed changes changes it for both. Every answer is checked. Told is the rate over all rounds,
and between what shares the middle half of the rounds lies.
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import uvloop

from bench import data, queries
from bench.client import Ask, run
from bench.data import written
from seve.store.embedded import Embedded
from seve.testing.serving import Served, command, free_port, start, stop

_ALONE = 360
_LOOK_SECONDS, _RESTING_SECONDS = 5, 0.5
_REACHED = 1_000
_SAMPLE = 100
_WITHOUT = {"access": "access control", "trail": "the trail", "either": "either"}
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
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--callers", type=int, default=96)
    parser.add_argument(
        "--without",
        nargs="+",
        choices=_WITHOUT,
        default=list(_WITHOUT),
        help="what the server beside it lacks (default: each)",
    )
    parser.add_argument("--data", type=Path, help="keep the loaded store here, and use it when it is there")
    options = parser.parse_args()
    os.environ |= {"SEVE_SESSION_REQUESTS_PER_SECOND": "60000", "SEVE_ADDRESS_REQUESTS_PER_SECOND": "60000"}
    folder: Path = options.data or Path(tempfile.mkdtemp(prefix="seve-access-"))
    try:
        if not (folder / "postgres").exists():
            with _running([_started(folder, options, "either")]) as (server,):
                await _load(server, options.patients)
        for without in options.without:
            with _running([_started(folder, options, one) for one in (without, "")]) as servers:
                await _all_compared(servers, options, without=without)
    finally:
        if options.data is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(servers: list[Served]) -> Generator[list[Served]]:
    try:
        yield servers
    finally:
        for server in servers:
            stop(server)


async def _all_compared(servers: list[Served], options: argparse.Namespace, *, without: str) -> None:
    """Prints what the first server, which lacks something, does in a second, and what the second does."""
    bearer = f"Authorization: Bearer {await _sign_in(servers[0])}\r\n"
    for server in servers:
        _rest(server)
    headers = [bearer if without == "trail" else "", bearer]
    ways = {
        "reads": [_reads(*one, options) for one in zip(servers, headers, strict=True)],
        "searches": [await _searches(*one, options) for one in zip(servers, headers, strict=True)],
    }
    print(f"beside a server without {_WITHOUT[without]}:")
    for what, pair in ways.items():
        await _compared(f"{what} a second", pair, options.rounds)
        await _compared(f"{what} a second, one caller", [replace(way, callers=1) for way in pair], options.rounds)


@dataclass(frozen=True, slots=True)
class _Way:
    """What one of the servers is asked, by how many callers."""

    server: Served
    asks: list[Ask]
    callers: int


def _started(folder: Path, options: argparse.Namespace, without: str) -> Served:
    """A server that lacks something. One without a trail seals nothing, since what the other's trail costs is not its own."""
    os.environ["SEVE_SEAL_SECONDS"] = "65535" if without in ("trail", "either") else "5"
    door = {"access": "recorded", "trail": "unrecorded"}.get(without)
    program = [sys.executable, "-m", "bench.doors", door] if door else []
    return start(folder, port=free_port(), workers=options.workers, is_open=without == "either", program=program)


async def _compared(what: str, kinds: list[_Way], rounds: int) -> None:
    """Both ways in turn, a second or two each, so that a machine whose speed changes changes it for both; the first turn warms."""
    seconds = [0.0, 0.0]
    shares = list[float]()
    for turn in range(rounds + 1):
        took = [await _took(*pair) for pair in (kinds, kinds[::-1])]
        if turn:
            seconds = [before + now for before, now in zip(seconds, took, strict=True)]
            shares.append(took[0] / took[1])
    beside, whole = (rounds * _number(kind) / spent for kind, spent in zip(kinds, seconds, strict=True))
    low, _, high = statistics.quantiles(shares, n=4)
    share = f"{whole / beside:.0%} (half of the rounds: {low:.0%} to {high:.0%})"
    print(f"  {what:32} {beside:8,.1f}  as served {whole:8,.1f}  {share}", flush=True)


def _number(way: _Way) -> int:
    return len(way.asks) if way.callers > 1 else min(len(way.asks), _ALONE)


async def _took(way: _Way, other: _Way) -> float:
    """Seconds; every answer is checked. The other server's processes stand still meanwhile, those that seal included."""
    for process in other.server.workers:
        process.suspend()
    try:
        result = await run(way.server.base, way.asks[: _number(way)], connections=way.callers)
    finally:
        for process in other.server.workers:
            process.resume()
    assert not result.wrong, result.wrong[:1]
    return result.seconds


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


def _sample(options: argparse.Namespace) -> list[dict[str, Any]]:
    return [r for raw in islice(_reached(options.patients), _SAMPLE) for r in data.resources(raw)]


def _reads(server: Served, headers: str, options: argparse.Namespace) -> _Way:
    asks = [
        Ask("GET", f"{r['resourceType']}/{r['id']}", is_right=lambda s, b: s == 200 and b[:1] == b"{", headers=headers)
        for r in _sample(options)
        if r["resourceType"] in ("Observation", "Condition", "Encounter", "Patient")
    ]
    return _Way(server, asks, options.callers)


async def _searches(server: Served, headers: str, options: argparse.Namespace) -> _Way:
    sample = _sample(options)
    patients = [r["id"] for r in sample if r["resourceType"] == "Patient"]
    searched = sample + [row for turn, id_ in enumerate(patients) for row in queries.extra(id_, turn)]
    timed = await queries.verified(server.base, queries.searches(searched), headers=headers)
    asks = [replace(ask, headers=headers) for _, ask in timed]
    random.Random(3).shuffle(asks)
    return _Way(server, asks, options.callers)


if __name__ == "__main__":
    uvloop.run(main())
