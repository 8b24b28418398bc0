"""`python -m bench.audit`: what an act costs: µs of Python, acts a second alone and together, bytes on disk."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import uvloop

from seve.store.audit.acts import Act
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.reading import Wanted, find
from seve.store.audit.rows import insert_from
from seve.store.audit.sealing import seal_all
from seve.store.audit.strands import Strand
from seve.store.audit.verification import verify
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.grant import Grant
from seve.store.migrate import prepare

_ACTS = 20_000
_CALLERS = 16


def act(turn: int) -> Act:
    """A read as a professional's browser makes it."""
    patient = f"Patient/018f3c1e-7a4b-7c11-9c5d-{turn % 5_000:012x}"
    return Act(
        interaction="read",
        action="R",
        agent="Practitioner/018f3c1e-7a4b-7c11-9c5d-0123456789ab",
        display="Dr Zoé Karim",
        role="10",
        client="Device/018f3c1e-7a4b-7c11-9c5d-0123456789ac",
        session=4_611_686_018_427_387_904,
        purpose="TREAT",
        entities=(f"Observation/018f3c1e-7a4b-7c11-9c5d-{turn:012x}/_history/1",),
        patients=(patient,),
        source="192.0.2.17",
        request="018f3c1e-7a4b-7c11-9c5d-0123456789ad",
    )


def python_microseconds(database: Database, keys: Keyring) -> float:
    """From nothing to the arguments of the insert, an act, in batches of 100; the best batch, as others share the machine."""
    strand, best = Strand(database.clock, keys, ()), float("inf")
    for start in range(0, _ACTS, 100):
        began = time.perf_counter()
        strand.rows([act(n) for n in range(start, start + 100)]).arguments()
        best = min(best, (time.perf_counter() - began) / 100 * 1e6)
        strand.advance()
    return best


async def alone(ledger: Ledger) -> float:
    """Acts a second, one after the other, each durable."""
    began = time.perf_counter()
    for turn in range(1_000):
        await ledger.record([act(turn)])
    return 1_000 / (time.perf_counter() - began)


async def together(ledger: Ledger, *, callers: int) -> float:
    """Acts a second with so many callers, each waiting for its own."""

    async def caller(first: int) -> None:
        for turn in range(first, _ACTS, callers):
            await ledger.record([act(turn)])

    began = time.perf_counter()
    await asyncio.gather(*map(caller, range(callers)))
    return _ACTS / (time.perf_counter() - began)


async def statement(database: Database, keys: Keyring, *, acts: int) -> float:
    """Acts a second of one connection that writes `acts` at a time."""
    strand = Strand(database.clock, keys, ())
    async with database.pool.acquire() as connection:
        began = time.perf_counter()
        for start in range(0, _ACTS, acts):
            rows = strand.rows(act(n) for n in range(start, start + acts))
            await connection.execute(insert_from(1), *rows.arguments())
            strand.advance()
        return _ACTS / (time.perf_counter() - began)


async def sealing_and_verifying(database: Database, keys: Keyring) -> tuple[float, float]:
    """Entries a second that are sealed, and then verified."""
    async with database.pool.acquire() as connection:
        began = time.perf_counter()
        count = await seal_all(connection, keys)
        sealed = count / (time.perf_counter() - began)
        began = time.perf_counter()
        report = await verify(connection, keys, tell=lambda _number, _report: None)
        assert report.is_sound, report.faults[0]
        return sealed, report.resources / (time.perf_counter() - began)


async def page_milliseconds(database: Database, wanted: Wanted) -> float:
    """A page of fifty of the trail."""
    times = list[float]()
    for _ in range(20):
        began = time.perf_counter()
        assert await find(database.pool, Grant("bench"), wanted, limit=50)
        times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)


async def bytes_an_act(database: Database) -> str:
    """Of the table and each of its indexes."""
    rows = await database.pool.fetch(
        "SELECT relname, pg_relation_size(oid) AS size, (SELECT count(*) FROM audit) AS count FROM pg_class "
        "WHERE relname IN (SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'audit'::regclass) "
        "OR oid = 'audit'::regclass ORDER BY relname"
    )
    total = sum(row["size"] for row in rows) / rows[0]["count"]
    return f"{total:,.0f} (" + ", ".join(f"{r['relname']} {r['size'] / r['count']:,.0f}" for r in rows) + ")"


async def main() -> None:
    """All of it, on a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory(prefix="seve-bench-") as folder:
        server = Embedded(Path(folder) / "postgres")
        server.start()
        try:
            await prepare(server.url())
            database, keys = await Database.open(server.url()), Keyring.open(Path(folder) / "keys")
            ledger = Ledger(database, keys)
            print(f"Python, µs an act: {python_microseconds(database, keys):,.1f}")
            print(f"recorded alone: {await alone(ledger):,.0f} a second")
            print(f"recorded by {_CALLERS} callers: {await together(ledger, callers=_CALLERS):,.0f} a second")
            print(f"recorded by 128 callers: {await together(ledger, callers=128):,.0f} a second")
            print(f"one connection, 100 a statement: {await statement(database, keys, acts=100):,.0f} a second")
            print(f"bytes an act: {await bytes_an_act(database)}")
            sealed, verified = await sealing_and_verifying(database, keys)
            print(f"sealed: {sealed:,.0f} a second; verified: {verified:,.0f} a second")
            patient, agent = act(7).patients, (act(7).agent,)
            print(f"a patient's page: {await page_milliseconds(database, Wanted(patients=patient)):.1f} ms")
            print(f"a professional's page: {await page_milliseconds(database, Wanted(agents=agent)):.1f} ms")
            await database.close()
        finally:
            server.stop()


if __name__ == "__main__":
    uvloop.run(main())
