"""view: tables from resources by SQL on FHIR views: shown, written as files, or explained.

A view is a file with a ViewDefinition; a source is a file or folder of NDJSON (`seve export` writes one) or of Parquet documents.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seve.fhir.codec.json import parse
from seve.fhir.views import View, parse_view
from seve.main.progress import Progress, say

if TYPE_CHECKING:
    from seve.lake import Run, Source

_RUNNERS = ("auto", "python", "duckdb", "spark")
_FORMATS = ("csv", "ndjson", "json", "parquet")


@dataclass(slots=True)
class Tally:
    """How many rows were written."""

    resources: int = 0


def declare(parser: argparse.ArgumentParser) -> None:
    """One parser an action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = actions.add_parser("run", help="print the rows of a view")
    _add(command, views=1)
    command.add_argument("--format", choices=_FORMATS[:3], default="csv", help="csv (the default), ndjson or json")
    command.add_argument("--limit", type=int, metavar="N", help="at most so many rows")
    command = actions.add_parser("export", help="write the rows of views, a file a view")
    command.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="where the files go (here)")
    command.add_argument(
        "--format", choices=_FORMATS, default="parquet", help="parquet (the default), csv, ndjson, json"
    )
    _add(command, views="+")
    command = actions.add_parser("explain", help="say which runner takes a view, why, and its SQL")
    command.add_argument("view", type=Path, metavar="VIEW", help="a file with a ViewDefinition")
    command.add_argument("source", nargs="?", type=Path, metavar="SOURCE", help="what it would run on")


def _add(command: argparse.ArgumentParser, *, views: Any) -> None:
    command.add_argument("views", nargs=views, type=Path, metavar="VIEW", help="a file with a ViewDefinition")
    command.add_argument("source", type=Path, metavar="SOURCE", help="NDJSON or Parquet documents: a file or a folder")
    command.add_argument(
        "--runner", choices=_RUNNERS, default="auto", help="auto takes what was measured to be quicker"
    )
    command.add_argument("--spark", default="local[*]", metavar="MASTER", help="the cluster of the runner spark")
    command.add_argument("--processes", type=int, metavar="N", help="as many as there are cores otherwise")
    command.add_argument("--report", action="store_true", help="go on without resources that don't fit, and name them")


def run(options: argparse.Namespace) -> int:
    """Does what is asked. 1 when resources were left out."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {"run": _run, "export": _export, "explain": _explain}
    return actions[options.action](options)


def _view(file: Path) -> View:
    return parse_view(parse(file.read_bytes()))


def _source(path: Path, view: View) -> Source:
    from seve.lake.sources import source_of
    from seve.lake.tables.documents import Lake

    return Lake.open(str(path)).source(view.resource) if (path / "_delta_log").is_dir() else source_of(path)


def _started(options: argparse.Namespace, view: View) -> Run:
    from seve.lake import run_view

    spark = None
    if options.runner == "spark":
        from seve.lake.spark_runner import session

        spark = session(options.spark)
    return run_view(
        view,
        _source(options.source, view),
        runner=options.runner,
        processes=options.processes,
        on_error="report" if options.report else "refuse",
        spark=spark,
    )


def _run(options: argparse.Namespace) -> int:
    from seve.lake.encoding import encoded

    found = _started(options, _view(options.views[0]))
    for part in encoded(found.limited(options.limit), found.schema, options.format):
        sys.stdout.buffer.write(part)
    sys.stdout.flush()
    return _told(found)


def _export(options: argparse.Namespace) -> int:
    from seve.lake import write

    views = [(file, _view(file)) for file in options.views]
    options.into.mkdir(parents=True, exist_ok=True)
    left_out = 0
    with Progress("view export", unit="rows") as progress:
        progress.begin(len(views))
        for file, view in views:
            began, tally = time.monotonic(), Tally()
            found, path = _started(options, view), options.into / f"{view.name or file.stem}.{options.format}"
            rows = write(found, path, options.format, tell=_teller(progress, tally))
            progress.advance(1, tally)
            say(f"{rows:,} rows in {path} in {time.monotonic() - began:,.1f} s, by {found.runner}")
            left_out |= _told(found)
    return left_out


def _teller(progress: Progress, tally: Tally) -> Callable[[int], None]:
    def tell(rows: int) -> None:
        tally.resources = rows
        progress.advance(0, tally)

    return tell


def _told(found: Run) -> int:
    """Names the resources that were left out, on stderr."""
    for problem in found.problems.first:
        print(f"left out {problem.resource}, {problem.column}: {problem.reason}", file=sys.stderr)  # noqa: T201 - this is a command line
    if found.problems.count:
        print(f"{found.problems.count:,} resources left out", file=sys.stderr)  # noqa: T201 - this is a command line
    return 1 if found.problems.count else 0


def _explain(options: argparse.Namespace) -> int:
    from seve.lake import explain

    view = _view(options.view)
    choice = explain(view, None if options.source is None else _source(options.source, view))
    say(f"runner: {choice.runner}\nwhy: {choice.reason}")
    if choice.sql is not None:
        say(f"sql: {choice.sql}")
    return 0
