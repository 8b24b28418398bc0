"""export: write the resources as NDJSON, a file a type, as they are at one moment.

Others may write meanwhile: everything comes from one snapshot. Deletions have no document, so they are not in the files.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seve.main.holding import running_store
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.wiring import prepared
from seve.store import dumping

if TYPE_CHECKING:
    from seve.store.database import Connection

_TELL_EVERY = 1_000


@dataclass(slots=True)
class Exported:
    """How many documents were written."""

    resources: int = 0


def declare(parser: argparse.ArgumentParser) -> None:
    """The folder and what goes there."""
    parser.add_argument(
        "directory", type=Path, metavar="DIR", help="a folder without .ndjson files; it is made when missing"
    )
    parser.add_argument("--type", action="append", default=[], help="only this resource type (may be repeated)")
    parser.add_argument("--history", action="store_true", help="all versions instead of the current ones")


def run(options: argparse.Namespace) -> int:
    """Exports."""
    settings, started = Settings.read(), time.monotonic()
    directory: Path = options.directory
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.glob("*.ndjson")):
        raise ValueError(f"{directory} holds .ndjson files already: choose another folder")
    with running_store(settings), Progress("export") as progress:
        exported = asyncio.run(_export(settings, options, progress))
    say(f"{exported.resources:,} resources in {directory} in {time.monotonic() - started:,.1f} s")
    return 0


async def _export(settings: Settings, options: argparse.Namespace, progress: Progress) -> Exported:
    await prepared(settings)
    connection, exported = await dumping.connect(settings.store_url), Exported()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            types = await dumping.types(connection, with_history=options.history)
            if unknown := sorted(set(options.type) - set(types)):
                raise ValueError(f"there is nothing of type {', '.join(unknown)}")
            chosen = options.type or types
            progress.begin(await dumping.count(connection, chosen, with_history=options.history))
            for type_ in chosen:
                await _write(connection, type_, options, exported, progress)
    finally:
        await connection.close()
    return exported


async def _write(
    connection: Connection, type_: str, options: argparse.Namespace, exported: Exported, progress: Progress
) -> None:
    file: Path = options.directory / f"{type_}.ndjson"
    partial = file.with_suffix(".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as stream:
        async for body in dumping.documents(connection, type_, with_history=options.history):
            stream.write(body + "\n")
            exported.resources += 1
            if exported.resources % _TELL_EVERY == 0:
                progress.advance(_TELL_EVERY, exported)
    partial.replace(file)
