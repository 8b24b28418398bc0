"""reindex: make the search index anew from the documents, while the store is in use.

Due when search parameters were added or changed; `seve serve` then does it by itself. Stopped by whatever, it goes on where
it was when the same command is given again.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass

from seve.main.holding import running_store
from seve.main.keeping import extraction
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.wiring import definitions_of, prepared
from seve.store import dumping, reindexing


@dataclass(slots=True)
class Reindexed:
    """How many versions were looked at."""

    resources: int = 0


def declare(parser: argparse.ArgumentParser) -> None:
    """The type."""
    parser.add_argument("--type", default="", help="only this resource type")


def run(options: argparse.Namespace) -> int:
    """Reindexes."""
    settings, started = Settings.read(), time.monotonic()
    with running_store(settings), Progress("reindex") as progress:
        number = asyncio.run(_reindex(settings, options.type, progress))
    say(f"{number:,} versions reindexed in {time.monotonic() - started:,.1f} s")
    return 0


async def _reindex(settings: Settings, type_: str, progress: Progress) -> int:
    await prepared(settings)
    connection, done = await dumping.connect(settings.store_url), Reindexed()

    def tell(number: int) -> None:
        done.resources += number
        progress.advance(number, done)

    try:
        definitions = await definitions_of(connection)
        progress.begin(await reindexing.count(connection, type_))
        wanted = reindexing.fingerprint(definitions)
        entries_of = extraction(definitions, settings)
        return await reindexing.reindex(connection, entries_of, wanted=wanted, type_=type_, tell=tell)
    finally:
        await connection.close()
