"""lake: keep a copy of the store as Parquet (a Delta table), for analysis beside it.

LAKE is a folder, or the URL of object storage (`s3://bucket/path`, its settings in the environment: AWS_ENDPOINT_URL,
AWS_ACCESS_KEY_ID, …). A sync adds what changed since the one before; one that was stopped, by whatever, goes on where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from seve.lake.omop.making import Maker
from seve.lake.omop.vocabulary import Vocabulary
from seve.lake.omop.writing import write
from seve.lake.problems import Problem
from seve.lake.sources import Source
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
    "omop": "write the tables of the OMOP CDM 5.4 as Parquet",
}


def declare(parser: argparse.ArgumentParser) -> None:
    """The actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=__doc__)
        action.add_argument("lake", metavar="LAKE")
        if name in {"snapshot", "drop"}:
            action.add_argument("name", metavar="NAME")
        if name == "omop":
            action.add_argument("folder", type=Path, metavar="FOLDER", help="where the tables go")
            action.add_argument(
                "--vocabulary", type=Path, metavar="FOLDER", help="OHDSI's CONCEPT.csv and CONCEPT_RELATIONSHIP.csv"
            )
            action.add_argument("--snapshot", default="", metavar="NAME", help="this state instead of the present one")


def run(options: argparse.Namespace) -> int:
    """Does the action."""
    {"sync": _sync, "snapshot": _snapshot, "drop": _drop, "list": _list, "omop": _omop}[options.action](options)
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


@dataclass(slots=True)
class _Rows:
    resources: int = 0


def _omop(options: argparse.Namespace) -> None:
    lake, rows = Lake.open(options.lake), _Rows()
    maker = Maker(Vocabulary.read(options.vocabulary) if options.vocabulary else Vocabulary())

    def source(type_: str) -> Source:
        return lake.source(type_, snapshot=options.snapshot)

    with Progress("omop") as progress:
        progress.begin(lake.count(snapshot=options.snapshot))

        def tell(number: int) -> None:
            rows.resources += number
            progress.advance(number, rows)

        def refuse(problem: Problem) -> None:
            progress.say(f"left out: {problem.resource}, {problem.column}: {problem.reason}")

        written = write(options.folder, source, maker=maker, tell=tell, refuse=refuse)
    for table, number in written.items():
        say(f"{table}: {number:,} rows")
    for (table, column), number in sorted(maker.report.left_out.items()):
        say(f"{number:,} left out of {table}: {column} is not known")
    for table, number in sorted(maker.report.refused.items()):
        say(f"{number:,} resources left out of {table}: they don't fit its view")
    for table, number in sorted(maker.report.rounded.items()):
        say(f"{number:,} dates of {table} stand for a month or a year")
    _tell_unmapped(maker.vocabulary)


def _tell_unmapped(vocabulary: Vocabulary) -> None:
    total = sum(vocabulary.unmapped.values())
    if total:
        say(f"{total:,} values have no standard concept (0), most often:")
    for (column, system, code), number in vocabulary.unmapped.most_common(20):
        say(f"  {column}: {system}|{code}, {number:,} times")
