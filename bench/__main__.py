"""`python -m bench`: what Sève does on this machine, each figure beside the raw limit of the same run.

`--url BASE` measures another FHIR server with the same requests. `--patients N …` are the sizes of the search benchmark.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from bench import data, limits, queries
from bench.client import Ask, Result, run
from seve.testing.serving import Served, command, served

TYPES = (
    "Patient", "Observation", "Encounter", "Condition", "MedicationRequest", "Procedure", "Immunization", "DiagnosticReport", "Claim",
)  # fmt: skip
CONNECTIONS = 16
_CONSOLE = Console(width=150)


class Report:
    """Rows as they come, a table at the end."""

    def __init__(self) -> None:
        self._table = Table("work", "a second", "p50 ms", "p99 ms", "wrong", "beside", title="Sève on this machine")

    def add(self, work: str, result: Result, *, beside: str = "", unit: float = 1.0) -> None:
        """One measured run; `unit` resources a request."""
        row = (
            work,
            f"{result.per_second * unit:,.0f}",
            f"{result.percentile(0.5):.1f}",
            f"{result.percentile(0.99):.1f}",
        )
        self._table.add_row(*row, str(len(result.wrong)), beside)
        _CONSOLE.print(*row, f"wrong: {len(result.wrong)}", *result.wrong[:1])

    def tell(self, work: str, figure: str, beside: str = "") -> None:
        """One figure of another kind."""
        self._table.add_row(work, figure, "", "", "", beside)
        _CONSOLE.print(work, figure, beside)

    def show(self) -> None:
        """The table."""
        _CONSOLE.print(self._table)


def documents() -> dict[str, list[bytes]]:
    """Synthea's resources by type as request bodies, without ids."""
    found: dict[str, list[bytes]] = {}
    for raw in data.bundles()[:12]:
        for resource in data.resources(raw):
            resource.pop("id")
            found.setdefault(resource["resourceType"], []).append(msgspec.json.encode(resource))
    return found


async def crud(base: str, report: Report, *, limit: tuple[float, float], number: int) -> None:
    """create, read by id, and a mix of create, read, update and delete."""
    bodies = {type_: itertools.cycle(rows) for type_, rows in documents().items()}
    made: list[tuple[str, str, bytes]] = []

    def created(type_: str, body: bytes) -> Callable[[int, bytes], bool]:
        def is_right(status: int, answer: bytes) -> bool:
            resource = msgspec.json.decode(answer)
            made.append((type_, resource["id"], body))
            return status == 201 and resource["resourceType"] == type_

        return is_right

    def creates(count: int) -> list[Ask]:
        chosen = ((type_, next(bodies[type_])) for type_ in itertools.islice(itertools.cycle(TYPES), count))
        return [Ask("POST", type_, body, created(type_, body)) for type_, body in chosen]

    await run(base, creates(number // 5), connections=CONNECTIONS)  # warm
    result = await run(base, creates(number), connections=CONNECTIONS)
    report.add(
        "create, nine types",
        result,
        beside=f"{result.per_second / limit[1]:.0%} of bare durable inserts ({limit[1]:,.0f})",
    )

    def shown(id_: str) -> Callable[[int, bytes], bool]:
        return lambda status, answer: status == 200 and id_.encode() in answer[:200]

    reads = [Ask("GET", f"{t}/{i}", is_right=shown(i)) for t, i, _ in random.Random(1).choices(made, k=number * 3)]
    result = await run(base, reads, connections=CONNECTIONS)
    report.add("read by id", result, beside=f"{result.per_second / limit[0]:.0%} of bare reads ({limit[0]:,.0f})")
    kept = random.Random(2).sample(made, number // 4 * 2)
    updates = [Ask("PUT", f"{t}/{i}", _with_id(b, i), shown(i)) for t, i, b in kept[: number // 4]]
    deletes = [Ask("DELETE", f"{t}/{i}", is_right=lambda s, _: s in (200, 204)) for t, i, _ in kept[number // 4 :]]
    gone = {i for _, i, _ in kept[number // 4 :]}
    others = [Ask("GET", f"{t}/{i}", is_right=shown(i)) for t, i, _ in made if i not in gone][: number // 4]
    mix = [ask for group in zip(creates(number // 4), others, updates, deletes, strict=False) for ask in group]
    report.add("create, read, update, delete", await run(base, mix, connections=CONNECTIONS))


def _with_id(body: bytes, id_: str) -> bytes:
    return b'{"id":"%s",' % id_.encode() + body[1:]


async def transactions(base: str, report: Report, *, number: int) -> None:
    """Synthea's own transaction bundles, each of hundreds of resources."""
    bundles = list(data.copies(data.bundles(), number))
    entries = sum(bundle.count(b'"fullUrl"') for bundle in bundles)
    asks = [Ask("POST", "", b, lambda s, a: s == 200 and b"transaction-response" in a[:200]) for b in bundles]
    result = await run(base, asks, connections=4)
    report.add("transaction bundles, resources", result, unit=entries / len(asks))


async def loading(report: Report, *, number: int, copy_limit: float) -> None:
    """`seve load` of the same bundles into an empty store."""
    with served(workers=1) as server, tempfile.TemporaryDirectory() as folder:
        count = data.written(Path(folder), data.copies(data.bundles(), number))
        began = time.perf_counter()
        command(server, "load", folder)
        seconds = time.perf_counter() - began
        report.tell(
            "seve load, empty store",
            f"{count / seconds:,.0f} a second",
            f"{count / seconds / copy_limit:.0%} of COPY ({copy_limit:,.0f})",
        )


async def searching(report: Report, *, sizes: list[int], seconds: float, workers: int) -> None:
    """The thirty searches at each size."""
    medians: list[float] = []
    for size in sizes:
        with served(workers=workers) as server, tempfile.TemporaryDirectory() as folder:
            count = data.written(Path(folder), data.copies(data.thin_bundles(), size), with_extra=True)
            command(server, "load", folder)
            medians.append(await _searched(server, report, size, f"{count:,} resources", seconds))
    if len(medians) > 1:
        report.tell(
            "median search, growth", f"{medians[-1] / medians[0]:.2f} times", f"{sizes[0]} to {sizes[-1]} patients"
        )


async def _searched(server: Served, report: Report, size: int, loaded: str, seconds: float) -> float:
    sample = [r for raw in data.thin_bundles() for r in data.resources(raw)]
    patients = [r["id"] for r in sample if r["resourceType"] == "Patient"]
    sample += [row for turn, id_ in enumerate(patients) for row in queries.extra(id_, turn)]
    timed = await queries.verified(server.base, queries.searches(sample))
    asks = [ask for _, ask in timed]
    random.Random(3).shuffle(asks)
    await run(server.base, asks, connections=CONNECTIONS)  # warm
    total = Result()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        part = await run(server.base, asks, connections=CONNECTIONS)
        total.seconds += part.seconds
        total.milliseconds += part.milliseconds
        total.wrong += part.wrong
    report.add(f"30 searches, {size:,} patients", total, beside=loaded)
    single: dict[str, list[float]] = {}
    for search, ask in timed:
        part = await run(server.base, [ask, ask, ask], connections=1)
        single.setdefault(search.kind, []).append(statistics.median(part.milliseconds))
    slowest = sorted(((statistics.median(times), kind) for kind, times in single.items()), reverse=True)
    report.tell(f"slowest kinds alone, {size:,}", ", ".join(f"{kind} {ms:.1f} ms" for ms, kind in slowest[:5]))
    report.tell(f"worker memory, {size:,}", f"{server.memory_mb:,.0f} MB")
    return statistics.median(statistics.median(times) for times in single.values())


async def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--url", help="the FHIR base of another server")
    parser.add_argument("--number", type=int, default=6_000, help="creates (default: 6000); the others in proportion")
    parser.add_argument("--patients", type=int, nargs="*", default=[1_000], help="sizes of the search benchmark")
    parser.add_argument("--seconds", type=float, default=15, help="how long searches run at each size")
    parser.add_argument("--workers", type=int, default=2, help="server processes")
    parser.add_argument("--only", choices=("crud", "transactions", "load", "search"), help="one part")
    options = parser.parse_args()
    report = Report()
    parts = [options.only] if options.only else ["crud", "transactions", "load", "search"]
    if options.url:
        await crud(options.url, report, limit=(float("nan"), float("nan")), number=options.number)
        await transactions(options.url, report, number=20)
    else:
        await _own(report, parts, options)
    report.show()


async def _own(report: Report, parts: list[str], options: argparse.Namespace) -> None:
    flat = [body for rows in documents().values() for body in rows]
    with served(workers=options.workers) as server:
        copied = await limits.copy_per_second(server.data, flat * 3)
        report.tell("limit: COPY of the same documents", f"{copied:,.0f} a second")
        if "crud" in parts:
            bare = await limits.bare_server_per_second(server.data, flat, connections=CONNECTIONS)
            report.tell("limit: bare ASGI server", f"{bare[0]:,.0f} reads, {bare[1]:,.0f} inserts a second")
            await crud(server.base, report, limit=bare, number=options.number)
        if "transactions" in parts:
            await transactions(server.base, report, number=40)
        report.tell("worker memory", f"{server.memory_mb:,.0f} MB")
    if "load" in parts:
        await loading(report, number=120, copy_limit=copied)
    if "search" in parts and options.patients:
        await searching(report, sizes=options.patients, seconds=options.seconds, workers=options.workers)


if __name__ == "__main__":
    uvloop.run(main())
