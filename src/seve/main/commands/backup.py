"""backup: write the whole store into one file, while it is in use.

The file holds every version of every resource as of the moment the command begins. `seve restore` reads it.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from seve.main.holding import running_store
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import prepared
from seve.store import dumping


def declare(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file, readable by its owner only")


def run(options: argparse.Namespace) -> int:
    """Backs up."""
    settings, started = Settings.read(), time.monotonic()
    file: Path = options.file.absolute()
    if file.exists():
        raise ValueError(f"{options.file} exists already: a backup never overwrites a file")
    with running_store(settings):
        asyncio.run(_backup(settings, file))
    say(f"{options.file}: {file.stat().st_size:,} bytes in {time.monotonic() - started:,.1f} s")
    return 0


async def _backup(settings: Settings, file: Path) -> None:
    await prepared(settings)
    await dumping.backup(settings.store_url, file)
