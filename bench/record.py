"""`python -m bench.record`: the shared record of one patient with 5,000 resources, as their doctor opens it in a browser.

A server with access control and its audit trail, on a store of its own; pages are asked for one after the other by HTTP, under a
session of a physician of the patient's care team. Target of the issue: the
timeline within 150 ms at the 95th centile.
"""

from __future__ import annotations

import argparse
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import uvloop

from bench.client import Ask, run
from seve.store.embedded import Embedded
from seve.testing.serving import Served, command, free_port, start, stop

_ROLE, _PERSON = "PractitionerRole/bench-role", "Practitioner/bench"
_SHARES = (
    ("Observation", 60), ("Encounter", 10), ("MedicationRequest", 8), ("MedicationDispense", 8), ("Condition", 4), ("Procedure", 4),
    ("Immunization", 2), ("DocumentReference", 4),
)  # fmt: skip
_SESSION = """
INSERT INTO session (token, account, kind, role, person, organization, profession, related, delegated_by, purpose, client,
    scopes, patient, idle_seconds, expires, until, csrf, proven)
VALUES ($1, 'bench', 'professional', $2, $3, '', '10', '{}', '', 'TREAT', '', NULL, '', 86400,
    now() + interval '1 day', now() + interval '1 day', '\\x00'::bytea, now())
"""
_PAGES = {
    "timeline": "timeline", "timeline, one class": "timeline?class=results", "timeline, a word": "timeline?words=mesure",
    "timeline, a period": "timeline?since=2020-01-01&until=2020-12-31", "overview": "", "trends": "trends", "documents": "documents",
    "treatments": "treatments",
}  # fmt: skip


async def main() -> None:
    """Prints the median and the 95th centile of each page."""
    parser = argparse.ArgumentParser(prog="python -m bench.record", description=__doc__)
    parser.add_argument("--resources", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=200)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="seve-record-"))
    try:
        server = start(folder, port=free_port(), workers=1)
        try:
            _load(server, options.resources)
            token = await _sign_in(server)
        finally:
            stop(server)
        server = start(folder, port=free_port(), workers=1, is_open=False)
        try:
            for name, path in _PAGES.items():
                await _measure(server, name, path, token=token, times=options.times)
            await _measure_next(server, token=token, times=options.times)
        finally:
            stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(server: Served, name: str, path: str, *, token: str, times: int) -> None:
    site = server.base.removesuffix("/fhir")
    headers = f"Cookie: seve={token}\r\n"
    ask = Ask(
        "GET",
        f"shared-record/big/{path}".rstrip("/"),
        is_right=lambda s, b: s == 200 and b"Vieux" in b,
        headers=headers,
    )
    await run(site, [ask] * 10, connections=1)
    result = await run(site, [ask] * times, connections=1)
    assert not result.wrong, result.wrong[:1]
    print(f"{name:24} p50 {result.percentile(0.5):7.1f} ms   p95 {result.percentile(0.95):7.1f} ms", flush=True)


async def _measure_next(server: Served, *, token: str, times: int) -> None:
    """The fifth page of the timeline, by the tokens that the pages give."""
    site, path, found = server.base.removesuffix("/fhir"), "timeline", b""

    def keep(status: int, body: bytes) -> bool:
        nonlocal found
        found = body
        return status == 200

    for _ in range(4):
        await run(
            site,
            [Ask("GET", f"shared-record/big/{path}", is_right=keep, headers=f"Cookie: seve={token}\r\n")],
            connections=1,
        )
        following = re.search(rb'rel="next" href="/shared-record/big/([^"]+)"', found)
        assert following, "the record has more than four pages"
        path = following[1].decode().replace("&amp;", "&")
    await _measure(server, "timeline, fifth page", path, token=token, times=times)


def _load(server: Served, number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = [*_people(), *_record(number)]
        (Path(folder) / "big.ndjson").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
        command(server, "load", folder)


def _people() -> Iterator[dict[str, Any]]:
    yield {
        "resourceType": "Patient",
        "id": "big",
        "name": [{"family": "Vieux", "given": ["Dossier"]}],
        "birthDate": "1950-01-01",
    }
    yield {"resourceType": "Practitioner", "id": "bench", "active": True, "name": [{"family": "Martin"}]}
    yield {
        "resourceType": "PractitionerRole",
        "id": "bench-role",
        "active": True,
        "practitioner": {"reference": _PERSON},
    }
    yield {
        "resourceType": "CareTeam", "id": "big-care", "status": "active", "subject": {"reference": "Patient/big"},
        "participant": [{"member": {"reference": _ROLE}}],
    }  # fmt: skip


def _record(number: int) -> Iterator[dict[str, Any]]:
    """Resources of twenty years, in the shares of a long illness."""
    kinds = [type_ for type_, share in _SHARES for _ in range(share)]
    for turn in range(number):
        day = f"{2006 + turn % 20}-{1 + turn // 20 % 12:02}-{1 + turn // 240 % 28:02}T09:{turn % 60:02}:00Z"
        yield {"id": f"big-{turn}", **_made(kinds[turn * 37 % 100], day, turn)}


def _made(type_: str, day: str, turn: int) -> dict[str, Any]:
    words, who, by = {"text": f"mesure {turn % 40}"}, {"reference": "Patient/big"}, {"reference": _ROLE}
    shapes: dict[str, dict[str, Any]] = {
        "Observation": {
            "status": "final", "code": words, "subject": who, "effectiveDateTime": day, "performer": [by],
            "valueQuantity": {"value": turn % 200, "unit": "mmol/L"},
        },
        "Encounter": {"status": "finished", "class": {"code": "AMB"}, "subject": who, "period": {"start": day}},
        "MedicationRequest": {
            "status": "completed", "intent": "order", "medicationCodeableConcept": words, "subject": who, "authoredOn": day, "requester": by,
        },
        "MedicationDispense": {"status": "completed", "medicationCodeableConcept": words, "subject": who, "whenHandedOver": day},
        "Condition": {"code": words, "subject": who, "recordedDate": day, "asserter": by},
        "Procedure": {"status": "completed", "code": words, "subject": who, "performedDateTime": day},
        "Immunization": {"status": "completed", "vaccineCode": words, "patient": who, "occurrenceDateTime": day},
        "DocumentReference": {
            "status": "current", "description": f"Compte rendu {turn}", "subject": who, "date": day, "author": [by],
            "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
            "content": [{"attachment": {"contentType": "text/plain", "data": "YQ=="}}],
        },
    }  # fmt: skip
    return {"resourceType": type_, **shapes[type_]}


async def _sign_in(server: Served) -> str:
    """The cookie of a session as signing in would make it."""
    token = secrets.token_urlsafe(32)
    connection = await asyncpg.connect(Embedded(server.data / "postgres").url())
    try:
        await connection.execute("INSERT INTO account (id, name) VALUES ('bench', 'bench') ON CONFLICT DO NOTHING")
        await connection.execute(_SESSION, sha256(token.encode()).digest(), _ROLE, _PERSON)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    return token


if __name__ == "__main__":
    uvloop.run(main())
