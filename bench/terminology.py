"""Measures the terminology: `python -m bench.terminology` (the CIM-10 must be in `../shared/france`).

Questions are asked in process, one after the other, of a store of its own; figures are of one core.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.engine.operations.expand import run as run_expand
from seve.engine.operations.registry import Call
from seve.engine.operations.validate_code import of_value_set
from seve.engine.requests import Request
from seve.engine.terminology.importing import put
from seve.fhir.definitions import core
from seve.fhir.terminology.definitions import DefinitionTerminology
from seve.france import cim10
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.migrate import prepare

FILE = Path(__file__).parents[1] / ".." / "shared" / "france" / "eds-aphp" / "edsnlp-cim10.csv.gz"
STATUS = "http://hl7.org/fhir/ValueSet/observation-status"
STATUS_SYSTEM = "http://hl7.org/fhir/observation-status"
ALL = f"{cim10.URL}?fhir_vs"
DIABETES = f"{cim10.URL}?fhir_vs=isa/E11"
ROUNDS = 300


async def main() -> None:
    """Prints the figures."""
    _memory()
    with tempfile.TemporaryDirectory(prefix="seve-bench-") as folder:
        server = Embedded(Path(folder) / "postgres")
        server.start()
        try:
            await prepare(server.url())
            database = await Database.open(server.url(), connections=4)
            await _store(
                await Engine.open(
                    database, core(), keys=Keyring.open(Path(folder) / "keys"), base_url="http://bench.example/fhir"
                )
            )
            await database.close()
        finally:
            server.stop()


def _memory() -> None:
    began = time.perf_counter()
    terminology = DefinitionTerminology(core())
    terminology.member(STATUS, None, "final")
    print(f"definitions: first answer after {(time.perf_counter() - began) * 1000:.0f} ms")
    began = time.perf_counter()
    for number in range(20_000):
        terminology.member(STATUS, None, f"code{number}")
    print(f"member in memory: {20_000 / (time.perf_counter() - began):,.0f} new answers a second")
    began = time.perf_counter()
    for _ in range(200_000):
        terminology.member(STATUS, None, "final")
    print(f"member in memory: {200_000 / (time.perf_counter() - began):,.0f} kept answers a second")


async def _store(engine: Engine) -> None:
    with gzip.open(FILE, "rt") as file:
        rows = list(csv.DictReader(file))
    began = time.perf_counter()
    count = await put(engine, open_grant(), cim10.code_system(rows, version="PMSI"), progress=lambda _: None)
    print(f"import of the CIM-10: {count:,} concepts in {time.perf_counter() - began:.1f} s")
    in_memory = {"url": STATUS, "system": STATUS_SYSTEM, "code": "final"}
    await _timed(engine, "$validate-code, R4", of_value_set, in_memory)
    await _timed(
        engine, "$validate-code, CIM-10", of_value_set, {"url": DIABETES, "system": cim10.URL, "code": "E11.20"}
    )
    for words in ("chol", "diabete type 2", "tumeur maligne", "tu"):
        await _timed(engine, f"$expand, CIM-10, “{words}”", run_expand, {"url": ALL, "filter": words, "count": 20})
    await _timed(engine, "$expand, CIM-10 below E11", run_expand, {"url": DIABETES})


async def _timed(engine: Engine, title: str, run: Callable[[Call], Awaitable[Any]], given: dict[str, Any]) -> None:
    parameters = {name: [value] for name, value in given.items()}
    call = Call(engine, open_grant(), Request("GET", ""), "ValueSet", "", parameters)
    milliseconds: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await run(call)
        milliseconds.append((time.perf_counter() - began) * 1000)
    median = statistics.median(milliseconds)
    print(
        f"{title}: median {median:.2f} ms, p99 {sorted(milliseconds)[-ROUNDS // 100]:.2f} ms, {1000 / median:,.0f} a second"
    )


if __name__ == "__main__":
    asyncio.run(main())
