"""A load from its first file to its last: chunks to the workers, indexes dropped before and made after where that helps."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seve.main.loading.chunks import Chunk, Document, chunks
from seve.main.loading.sources import documents, files
from seve.main.loading.work import Outcome, Terms, start, work
from seve.store import indexes, loading

if TYPE_CHECKING:
    from seve.main.progress import Progress
    from seve.store.database import Connection


@dataclass(slots=True)
class Report:
    """What became of everything."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    resumed: int = 0

    @property
    def resources(self) -> int:
        """All that were looked at in this run."""
        return self.created + self.updated + self.unchanged + self.refused

    def __str__(self) -> str:
        parts = [f"{self.created:,} created", f"{self.updated:,} updated", f"{self.unchanged:,} unchanged"]
        parts += [f"{self.refused:,} refused"] if self.refused else []
        parts += [f"{self.resumed:,} parts were there from an earlier run"] if self.resumed else []
        return ", ".join(parts)


def cores() -> int:
    """How many processes can work at once."""
    return len(os.sched_getaffinity(0))


async def load(terms: Terms, paths: Sequence[Path], *, progress: Progress) -> Report:
    """Loads into a prepared store. Raises SourceError, LoadContendedError, asyncpg.PostgresError; the same load then goes on
    where it stopped.
    """
    found = files(paths)
    progress.begin(sum(path.stat().st_size for _, path in found))
    return await load_documents(terms, documents(found), progress=progress)


async def load_documents(terms: Terms, source: Iterable[Document], *, progress: Progress) -> Report:
    """Loads documents that come from elsewhere than from files; their weights add up to what `progress` was told."""
    connection = await loading.connect(terms.store_url)
    try:
        is_bare = await indexes.lock(connection) and await indexes.drop(connection)
        done = await loading.loaded(connection)
        report = Report()
        with _pool(terms) as pool:
            await _feed(pool, chunks(source), done=done, report=report, progress=progress)
        await _finish(connection, terms, is_bare=is_bare, progress=progress)
    finally:
        await connection.close()
    return report


def _pool(terms: Terms) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(cores(), mp_context=context, initializer=start, initargs=(terms,))


async def _feed(
    pool: ProcessPoolExecutor, source: Iterator[Chunk], *, done: set[int], report: Report, progress: Progress
) -> None:
    """Keeps each worker busy, with one chunk waiting for it."""
    running: dict[asyncio.Future[Outcome], int] = {}
    for chunk in source:
        if chunk.key in done:
            report.resumed += 1
            progress.advance(chunk.weight, report)
            continue
        running[asyncio.get_running_loop().run_in_executor(pool, work, chunk)] = chunk.weight
        while len(running) >= 2 * cores():
            await _settle(running, report, progress)
    while running:
        await _settle(running, report, progress)


async def _settle(running: dict[asyncio.Future[Outcome], int], report: Report, progress: Progress) -> None:
    finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for future in finished:
        weight, outcome = running.pop(future), future.result()
        report.created += outcome.counts.created
        report.updated += outcome.counts.updated
        report.unchanged += outcome.counts.unchanged
        report.refused += len(outcome.refused)
        for refused in outcome.refused:
            progress.refuse(refused)
        progress.advance(weight, report)


async def _finish(connection: Connection, terms: Terms, *, is_bare: bool, progress: Progress) -> None:
    if is_bare:
        await indexes.make(terms.store_url, at_once=cores(), tell=lambda name: progress.say(f"making index {name}"))
        progress.say("gathering statistics")
        await loading.vacuum(connection)
    await loading.complete(connection)
