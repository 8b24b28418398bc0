"""Measures `Patient/$match` on a generated population with known truth: `python -m bench.matching [--people N] [--queries N]`.

Each query is a second record of somebody, as people write them, whose first record is stored among all others, twins included;
as many queries are of persons who are not stored. Figures are of one process, one query after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from bench.people import Being, again, beings
from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.engine.identity.matching.matches import Match, matches
from seve.fhir.definitions import core
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters
from seve.store import loading
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.loading import Loadable
from seve.store.migrate import prepare

_CHUNK = 2_000
_BASE = "http://bench.example/fhir"


async def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=1_000)
    options = parser.parse_args()
    everybody = list(beings(options.people + options.queries, Random(7)))
    stored, absent = everybody[: options.people], everybody[options.people :]
    with tempfile.TemporaryDirectory(prefix="seve-bench-") as folder:
        server = Embedded(Path(folder) / "postgres")
        server.start()
        try:
            await prepare(server.url())
            await _load(server.url(), stored)
            database = await Database.open(server.url(), connections=4)
            engine = await Engine.open(database, core(), keys=Keyring.open(Path(folder)), base_url=_BASE)
            await _measure(engine, Random(11).sample(stored, options.queries), absent)
            await database.close()
        finally:
            server.stop()


async def _load(url: str, people: list[Being]) -> None:
    parameters, connection = SearchParameters(core()), await loading.connect(url)
    clock = await loading.next_clock(connection)
    for start in range(0, len(people), _CHUNK):
        patients = [being.patient(f"p{being.number}") for being in people[start : start + _CHUNK]]
        loadables = [Loadable.of(p, extract(p, parameters=parameters, base_url=_BASE)) for p in patients]
        await loading.write_chunk(connection, clock, loadables, chunk=start)
    await loading.complete(connection)
    await loading.vacuum(connection)
    await connection.close()


async def _measure(engine: Engine, present: list[Being], absent: list[Being]) -> None:
    random, milliseconds = Random(13), list[float]()
    right, wrong = Counter[str](), Counter[str]()
    first = 0
    for being in (*present, *absent):
        patient = again(being, random).patient("asked")
        began = time.perf_counter()
        found = await matches(engine, open_grant(), patient)
        milliseconds.append((time.perf_counter() - began) * 1000)
        _count(being, found, right, wrong)
        first += bool(found) and found[0].found.id == f"p{being.number}"
    print(f"{len(present):,} persons asked for who are stored, {len(absent):,} who are not")
    for grades in (("certain",), ("certain", "probable"), ("certain", "probable", "possible")):
        good, bad = sum(right[grade] for grade in grades), sum(wrong[grade] for grade in grades)
        precision = good / (good + bad) if good + bad else 1.0
        print(f"{' + '.join(grades)}: precision {precision:.4f}, recall {good / len(present):.4f} ({bad} wrong)")
    print(f"the right one stands first: {first / len(present):.4f}")
    last = sorted(milliseconds)[-len(milliseconds) // 100]
    print(f"a query: median {statistics.median(milliseconds):.1f} ms, p99 {last:.1f} ms")


def _count(being: Being, found: list[Match], right: Counter[str], wrong: Counter[str]) -> None:
    for match in found:
        is_right = match.found.id == f"p{being.number}"
        (right if is_right else wrong)[match.likeness.grade] += 1


if __name__ == "__main__":
    asyncio.run(main())
