"""directory: import published directories of professionals and structures (RPPS, FINESS, FINESS+).

A second import updates what the first one gave. With --full the files are the whole directory: persons, activities and
structures that they no longer list become inactive, and with that lose access. That is not done when a line could not be read,
nor for more than a tenth of all at once, which is more often a truncated file than the truth.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.kernel.refusals import Refusal
from seve.main.directory.making import Import
from seve.main.directory.striking import missing
from seve.main.holding import running_store
from seve.main.loading.chunks import Document
from seve.main.loading.running import Report, load_documents
from seve.main.loading.work import Terms
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.wiring import prepared
from seve.store import dumping

if TYPE_CHECKING:
    from seve.store.database import Connection

_LARGEST_SHARE = 0.1
_DOCUMENT_RESOURCES = 500
_SMALL = 100
"""Up to so many resources in force, any share of them may be struck off: a small directory has no tenth to speak of."""


class TooManyStruckOff(ValueError):  # noqa: N818 - told to the person at the keyboard, who decides
    """A complete file lacks more of what is in force than is likely."""

    def __init__(self, count: int, total: int) -> None:
        super().__init__(
            f"{count:,} of {total:,} would be struck off: the file is probably cut short. Nobody was; --any-number does it"
        )


def declare(parser: argparse.ArgumentParser) -> None:
    """`import` and its files."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = actions.add_parser("import", help="read files of one directory", description=__doc__)
    command.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="PS_LibreAcces_… (those of one extraction together), etalab-…",
    )
    command.add_argument("--full", action="store_true", help="the files list everything: what is missing is struck off")
    command.add_argument("--any-number", action="store_true", help="with --full: strike off more than a tenth too")


def run(options: argparse.Namespace) -> int:
    """Imports, and answers 1 when something was refused."""
    settings, started = Settings.read(), time.monotonic()
    with running_store(settings), Progress("directory import") as progress:
        done = asyncio.run(imported(settings, options, progress))
    seconds = time.monotonic() - started
    say(f"{done} in {seconds:,.1f} s ({done.report.resources / seconds:,.0f} resources/s)")
    return 1 if done.refused or done.report.refused else 0


@dataclass(slots=True)
class Done:
    """What an import did."""

    report: Report
    struck_off: int = 0
    doubts: int = 0
    refused: int = 0

    def __str__(self) -> str:
        parts = [str(self.report)]
        parts += [f"{self.struck_off:,} struck off"] if self.struck_off else []
        parts += [f"{self.doubts:,} doubtful numbers"] if self.doubts else []
        parts += [f"{self.refused:,} lines refused"] if self.refused else []
        return ", ".join(parts)


async def imported(settings: Settings, options: argparse.Namespace, progress: Progress) -> Done:
    """Imports into a started store. Raises DirectoryRefusal, TooManyStruckOff."""
    await prepared(settings)
    reading = Import(options.files, refuse=lambda name, refusal: progress.refuse(_complaint(name, refusal)))
    connection = await dumping.connect(settings.store_url)
    try:
        progress.begin(reading.prepare())
        stored = await _organizations(connection)
        terms = Terms(settings.store_url, settings.fhir_url)
        report = await load_documents(terms, reading.documents(stored=stored.__contains__), progress=progress)
        done = Done(report, doubts=reading.doubts, refused=reading.refused)
        if options.full and not (done.refused or report.refused):
            gone, total = await missing(connection, reading.form, reading.seen)
            if len(gone) > max(total * _LARGEST_SHARE, _SMALL) and not options.any_number:
                raise TooManyStruckOff(len(gone), total)
            done.struck_off = (await load_documents(terms, _documents(gone), progress=progress)).updated
        elif options.full:
            progress.say("nobody was struck off, since lines were refused: what is missing may stand in them")
    finally:
        reading.close()
        await connection.close()
    return done


async def _organizations(connection: Connection) -> set[str]:
    """The references of all Organizations that have a name: those that no stub may replace."""
    found = set[str]()
    async with connection.transaction(readonly=True):
        async for body in dumping.documents(connection, "Organization", with_history=False):
            resource = parse(body.encode())
            if resource.get("name"):
                found.add(f"Organization/{resource['id']}")
    return found


def _documents(resources: list[Resource]) -> Iterator[Document]:
    for start in range(0, len(resources), _DOCUMENT_RESOURCES):
        lines = [encode_json(resource) for resource in resources[start : start + _DOCUMENT_RESOURCES]]
        yield Document("struck off", "ndjson", b"\n".join(lines), 0, start + 1)


@dataclass(frozen=True, slots=True)
class _Complaint:
    name: str
    place: str
    reasons: tuple[str, ...]


def _complaint(name: str, refusal: Refusal) -> _Complaint:
    line = refusal.fields.get("line")
    return _Complaint(name, f"line {line}" if line else "", (str(refusal),))
