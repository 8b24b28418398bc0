"""sweep: delete the index rows of versions that were replaced more than a day ago; `seve serve` does it hourly.

The versions stay. Page links older than what was swept are answered with 410.
"""

from __future__ import annotations

import argparse
import asyncio

from seve.main.holding import running_store
from seve.main.keeping import extraction
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import definitions_of, prepared
from seve.store import dumping, sweeping


def declare(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Sweeps."""
    del options
    settings = Settings.read()
    with running_store(settings):
        say(f"{asyncio.run(_sweep(settings)):,} replaced versions swept from the index")
    return 0


async def _sweep(settings: Settings) -> int:
    await prepared(settings)
    connection = await dumping.connect(settings.store_url)
    try:
        return await sweeping.sweep(connection, extraction(await definitions_of(connection), settings))
    finally:
        await connection.close()
