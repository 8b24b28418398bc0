"""load: put FHIR files into the store: JSON, NDJSON, XML, Bundles, and archives of these.

Ids are kept; what is there already with the same content is left alone, what differs becomes a new version. Resources that
break a rule are reported and the others go on; the exit code is then 1. A load that was stopped, by whatever, goes on where
it was when the same command is given again.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from seve.main.holding import running_store
from seve.main.loading.running import Report, load
from seve.main.loading.work import Terms
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.wiring import prepared


def declare(parser: argparse.ArgumentParser) -> None:
    """The paths."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="files, archives (.tar.gz, .tgz, .tar.xz, .zip), folders"
    )
    parser.add_argument(
        "--keep-bundles", action="store_true", help="store Bundles as they are instead of their entries"
    )


def run(options: argparse.Namespace) -> int:
    """Loads, and answers 1 when anything was refused."""
    settings = Settings.read()
    started = time.monotonic()
    with running_store(settings), Progress("load") as progress:
        report = load_into(settings, options.paths, keeps_bundles=options.keep_bundles, progress=progress)
    seconds = time.monotonic() - started
    say(f"{report} in {seconds:,.1f} s ({report.resources / seconds:,.0f} resources/s)")
    return 1 if report.refused else 0


def load_into(settings: Settings, paths: list[Path], *, keeps_bundles: bool, progress: Progress) -> Report:
    """Loads into a started store."""
    terms = Terms(settings.store_url, settings.fhir_url, keeps_bundles)

    async def all_of_it() -> Report:
        await prepared(settings)
        return await load(terms, paths, progress=progress)

    return asyncio.run(all_of_it())
