"""identities: find the patients who seem to have two records.

`duplicates` compares every patient with those who are like them, and puts each pair that is certain or probable into the queue:
a Task with the code `duplicate-patients`. Nothing is merged: a person decides, with Patient/$merge.
"""

from __future__ import annotations

import argparse
import asyncio
import time

from seve.engine.access import open_grant
from seve.engine.identity.merging.duplicates import Tally, find_duplicates
from seve.main.holding import running_store
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.wiring import open_engine
from seve.store import reading


def declare(parser: argparse.ArgumentParser) -> None:
    """`duplicates`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("duplicates", help="queue the suspected duplicates", description=__doc__)


def run(options: argparse.Namespace) -> int:
    """Looks through all patients."""
    del options
    settings, started = Settings.read(), time.monotonic()
    with running_store(settings), Progress("duplicates") as progress:
        tally = asyncio.run(_found(settings, progress))
    say(f"{tally} in {time.monotonic() - started:,.1f} s")
    return 0


async def _found(settings: Settings, progress: Progress) -> Tally:
    before = 0
    async with open_engine(settings, connections=4) as engine:
        counts = await reading.counts_by_type(engine.database.pool, open_grant())
        progress.begin(counts.get("Patient", 0))

        def looked_at(tally: Tally) -> None:
            nonlocal before
            progress.advance(tally.resources - before, tally)
            before = tally.resources

        return await find_duplicates(engine, open_grant(), looked_at=looked_at)
