"""The raw limits that figures are shares of: what PostgreSQL and a bare ASGI server do on this machine, without FHIR."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import asyncpg

from bench.client import Ask, run
from seve.store.embedded import Embedded
from seve.testing.serving import free_port

_ROWS = 20_000


async def copy_per_second(data: Path, documents: list[bytes]) -> float:
    """Documents a second by COPY into a table of one text column, in one transaction."""
    connection = await asyncpg.connect(Embedded(data / "postgres").url("postgres"))
    try:
        await connection.execute("CREATE TEMP TABLE copied (body text)")
        rows = [(document.decode(),) for document in documents]
        began = time.perf_counter()
        await connection.copy_records_to_table("copied", records=rows)
        return len(rows) / (time.perf_counter() - began)
    finally:
        await connection.close()


async def bare_server_per_second(data: Path, documents: list[bytes], *, connections: int) -> tuple[float, float]:
    """Reads and durable inserts a second of an ASGI application that only passes documents to PostgreSQL and back."""
    port = free_port()
    url = Embedded(data / "postgres").url("postgres")
    process = await asyncio.create_subprocess_exec(
        "python", "-m", "bench.bare", str(port), url, env=_environment(), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        base = f"http://127.0.0.1:{port}"
        await _started(base)
        writes = [Ask("POST", f"{n}", documents[n % len(documents)]) for n in range(_ROWS // 2)]
        written = await run(base, writes, connections=connections)
        reads = [Ask("GET", f"{n % len(writes)}", is_right=lambda s, b: s == 200 and bool(b)) for n in range(_ROWS)]
        read = await run(base, reads, connections=connections)
        return read.per_second, written.per_second
    finally:
        process.terminate()
        await process.wait()


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }


async def _started(base: str) -> None:
    for _ in range(100):
        try:
            await run(base, [Ask("GET", "-1")], connections=1)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError("the bare server did not start")
