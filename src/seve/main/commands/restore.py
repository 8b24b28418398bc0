"""restore: make the store from a backup.

Into an empty store only, unless --replace is given: then the backup takes the place of what is there, once it was read
completely. Stop the servers of the store first. Page links made before are answered with 410.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from seve.main.holding import running_store
from seve.main.loading.running import cores
from seve.main.progress import say
from seve.main.settings import Settings
from seve.store import dumping


def declare(parser: argparse.ArgumentParser) -> None:
    """The file, and leave to overwrite."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that `seve backup` wrote")
    parser.add_argument("--replace", action="store_true", help="overwrite a store that is not empty")


def run(options: argparse.Namespace) -> int:
    """Restores."""
    settings, started = Settings.read(), time.monotonic()
    if not options.file.is_file():
        raise ValueError(f"{options.file}: no such file")
    if options.replace:
        say("the backup will take the place of everything that is in the store")
    with running_store(settings):
        file: Path = options.file.absolute()
        asyncio.run(dumping.restore(settings.store_url, file, jobs=cores(), replaces=options.replace))
    say(f"restored in {time.monotonic() - started:,.1f} s")
    return 0
