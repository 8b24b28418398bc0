"""snds: import extracts of the national health data system (beneficiaries, DCIR, PMSI: MCO, SSR, HAD) as FHIR resources.

A row that can't be read, or whose key leads nowhere, is refused with its table, line, column and reason, and the others go on;
the exit code is then 1. Values outside the published constraints are kept and counted as doubts.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from seve.fhir.codec import encode_json
from seve.kernel.refusals import Refusal
from seve.main.holding import running_store
from seve.main.loading.chunks import Document
from seve.main.loading.running import load_documents
from seve.main.loading.work import Terms
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.snds.files import extracts, schemas
from seve.main.snds.joining import Joins
from seve.main.snds.making import TABLES, Import
from seve.main.wiring import prepared

_DOCUMENT_RESOURCES = 500


def declare(parser: argparse.ArgumentParser) -> None:
    """`import` and its folders."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = actions.add_parser("import", help="read the CSV files of one extract", description=__doc__)
    command.add_argument(
        "folder", type=Path, metavar="FOLDER", help="the CSV files, plain or gzip, each named as its table"
    )
    command.add_argument("--schemas", type=Path, metavar="FOLDER", help="the tables' schemas (JSON); default: FOLDER")
    command.add_argument(
        "--to", type=Path, metavar="FOLDER", help="write NDJSON there instead of loading into the store"
    )


def run(options: argparse.Namespace) -> int:
    """Imports, and answers 1 when something was refused."""
    started = time.monotonic()
    found = extracts(options.folder, schemas(options.schemas or options.folder), wanted=TABLES)
    if not found:
        raise ValueError(f"{options.folder} has no file of a table that is imported ({', '.join(TABLES)})")
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="seve-snds-"))
        joins = stack.enter_context(Joins(Path(folder)))
        progress = stack.enter_context(Progress("snds import"))
        reading = Import(found, joins, lambda name, refusal: progress.refuse(_complaint(name, refusal)))
        result, refused = _write(reading, options.to, progress) if options.to else _load(reading, progress)
    _tell(reading)
    say(f"{result} in {time.monotonic() - started:,.1f} s")
    return 1 if refused or reading.refused else 0


def _load(reading: Import, progress: Progress) -> tuple[str, int]:
    settings = Settings.read()

    async def all_of_it() -> tuple[str, int]:
        await prepared(settings)
        progress.begin(reading.bytes)
        terms = Terms(settings.store_url, settings.fhir_url)
        report = await load_documents(terms, _documents(reading), progress=progress)
        return str(report), report.refused

    with running_store(settings):
        return asyncio.run(all_of_it())


def _documents(reading: Import) -> Iterator[Document]:
    lines, weight, number = list[bytes](), 0, 1
    for made in reading.resources():
        lines.append(encode_json(made.resource))
        weight += made.weight
        if len(lines) >= _DOCUMENT_RESOURCES:
            yield Document("snds", "ndjson", b"\n".join(lines), weight, number)
            lines, weight, number = [], 0, number + len(lines)
    if lines:
        yield Document("snds", "ndjson", b"\n".join(lines), weight, number)


@dataclass(slots=True)
class _Written:
    resources: int = 0


def _write(reading: Import, folder: Path, progress: Progress) -> tuple[str, int]:
    """NDJSON, a file a type; files get their names when all are complete."""
    folder.mkdir(parents=True, exist_ok=True)
    progress.begin(reading.bytes)
    written, streams = _Written(), dict[str, IO[bytes]]()
    with ExitStack() as stack:
        for made in reading.resources():
            type_ = made.resource["resourceType"]
            if type_ not in streams:
                streams[type_] = stack.enter_context((folder / f"{type_}.partial").open("wb"))
            streams[type_].write(encode_json(made.resource) + b"\n")
            written.resources += 1
            progress.advance(made.weight, written)
    for type_ in streams:
        (folder / f"{type_}.partial").replace(folder / f"{type_}.ndjson")
    return f"{written.resources:,} resources in {folder}", 0


def _tell(reading: Import) -> None:
    for name in TABLES:
        if name in reading.extracts:
            say(f"{name}: {reading.rows[name]:,} rows read, {reading.refused[name]:,} refused")
    if reading.doubts:
        found = ", ".join(f"{column} {number:,}" for column, number in sorted(reading.doubts.items()))
        say(f"outside the published constraints, but kept: {found}")
    if reading.twins:
        say(f"{reading.twins:,} rows of stays are of twins under one pseudonym: which of them is not known")


@dataclass(frozen=True, slots=True)
class _Complaint:
    name: str
    place: str
    reasons: tuple[str, ...]


def _complaint(name: str, refusal: Refusal) -> _Complaint:
    return _Complaint(name, "", (str(refusal),))  # the sentence says the line
