"""terminology: put code systems, value sets and concept maps into the store.

Reads FHIR JSON and XML (CodeSystem, ValueSet, ConceptMap, Bundles of them), LOINC's tables, the CIM-10 of the PMSI, the value
sets (IHE SVS) and code lists of the ANS, and plain tables (code, display, parent); each may be compressed with gzip. What is
there under the same canonical and version is replaced.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.engine.terminology.importing import put
from seve.fhir import Resource
from seve.france.systems import SystemUrls
from seve.kernel.refusals import Refusal
from seve.main.holding import running_store
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.terminologies import Source, files, read
from seve.main.wiring import open_engine

_REASONS = 3


@dataclass(slots=True)
class Tally:
    """What was stored so far."""

    resources: int = 0
    concepts: int = 0
    refused: int = 0


def declare(parser: argparse.ArgumentParser) -> None:
    """`import` and its files."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = actions.add_parser("import", help="read files and folders", description=__doc__)
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files and folders")
    command.add_argument("--url", default="", help="the url of the code system in a plain table")
    command.add_argument("--version", default="", help="its version, where the file doesn't say")


def run(options: argparse.Namespace) -> int:
    """Imports, and answers 1 when something was refused."""
    settings, started = Settings.read(), time.monotonic()
    with running_store(settings), Progress("terminology import") as progress:
        tally = asyncio.run(_imported(settings, options, progress))
    seconds = time.monotonic() - started
    told = f"{tally.resources:,} resources and {tally.concepts:,} concepts in tables, {tally.refused:,} refused"
    say(f"{told} in {seconds:,.1f} s")
    return 1 if tally.refused else 0


async def _imported(settings: Settings, options: argparse.Namespace, progress: Progress) -> Tally:
    tally = Tally()
    async with open_engine(settings, connections=4) as engine:
        systems = SystemUrls(engine.definitions.resources("CodeSystem").values())
        paths = list(files(options.paths))
        progress.begin(sum(path.stat().st_size for path in paths))
        for path in paths:
            source = Source(path, systems, url=options.url, version=options.version)
            await _file(engine, source, tally, progress)
    return tally


async def _file(engine: Engine, source: Source, tally: Tally, progress: Progress) -> None:
    size, read_before = source.path.stat().st_size, 0
    try:
        found = list(read(source))
    except Refusal as refusal:
        found = list[Resource]()
        _refuse(source, refusal, tally, progress)
    share = size // max(sum(len(r.get("concept", ())) for r in found), 1)

    def written(count: int) -> None:
        nonlocal read_before
        read_before += count * share
        tally.concepts += count
        progress.advance(count * share, tally)

    for place, resource in enumerate(found, start=1):
        try:
            await put(engine, open_grant(), resource, progress=written)
        except Refusal as refusal:
            _refuse(source, refusal, tally, progress, place=f"resource {place}")
        else:
            tally.resources += 1
    progress.advance(max(size - read_before, 0), tally)


def _refuse(source: Source, refusal: Refusal, tally: Tally, progress: Progress, *, place: str = "") -> None:
    tally.refused += 1
    reasons = tuple(issue.text() for issue in refusal.issues[:_REASONS])
    progress.refuse(_Complaint(str(source.path), place, reasons))


@dataclass(frozen=True, slots=True)
class _Complaint:
    name: str
    place: str
    reasons: tuple[str, ...]
