"""lake: keep a copy of the store as Parquet (a Delta table), for analysis beside it.

LAKE is a folder, or the URL of object storage (`s3://bucket/path`, its settings in the environment: AWS_ENDPOINT_URL,
AWS_ACCESS_KEY_ID, …). A sync adds what changed since the one before; one that was stopped, by whatever, goes on where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import time

from seve.lake.tables.documents import Lake, moment_of
from seve.main.holding import running_store
from seve.main.lake.syncing import Synced, sync
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.wiring import prepared
from seve.store import dumping

_SUMMARIES = {
    "sync": "bring the lake up to the store",
    "snapshot": "name the present state, which is kept",
    "drop": "take a snapshot's name away",
    "list": "the snapshots, and how far the lake is",
}


def declare(parser: argparse.ArgumentParser) -> None:
    """The actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=__doc__)
        action.add_argument("lake", metavar="LAKE")
        if name in {"snapshot", "drop"}:
            action.add_argument("name", metavar="NAME")


def run(options: argparse.Namespace) -> int:
    """Does the action."""
    {"sync": _sync, "snapshot": _snapshot, "drop": _drop, "list": _list}[options.action](options)
    return 0


def _sync(options: argparse.Namespace) -> None:
    settings, started = Settings.read(), time.monotonic()

    async def all_of_it() -> Synced:
        await prepared(settings)
        connection = await dumping.connect(settings.store_url)
        try:
            return await sync(connection, options.lake, progress=progress)
        finally:
            await connection.close()

    with running_store(settings), Progress("lake sync") as progress:
        done = asyncio.run(all_of_it())
    say(f"{done} in {time.monotonic() - started:,.1f} s")
    if done.removed and Lake.open(options.lake).snapshots():
        say("older snapshots still hold what was removed for good: drop those that must not")


def _snapshot(options: argparse.Namespace) -> None:
    made = Lake.open(options.lake).snapshot(options.name)
    say(f"{made.name}: {made.documents:,} documents as of {made.moment}")


def _drop(options: argparse.Namespace) -> None:
    Lake.open(options.lake).drop(options.name)
    say(f"{options.name} is no snapshot any more")


def _list(options: argparse.Namespace) -> None:
    lake = Lake.open(options.lake)
    for made in lake.snapshots():
        say(f"{made.name}: {made.documents:,} documents as of {made.moment}, named {made.named}")
    rows, dead = sum(lake.state.rows.values()), sum(lake.state.dead.values())
    whole = "" if lake.state.is_complete else "; its last sync did not end"
    say(f"follows the store up to {moment_of(lake.state.followed.cursor)}: {rows:,} rows, {dead:,} of them dead{whole}")
