"""view: tables from resources by SQL on FHIR views: shown, written as files, or explained.

A view is a file with a ViewDefinition; a source is a file or folder of NDJSON (`seve export` writes one) or of Parquet documents,
or a lake. Without a source it is the store as it is now: all of it, or with `--as` what an account may read, which the trail tells.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seve.fhir.codec.json import parse
from seve.fhir.views import View, parse_view
from seve.main.progress import Progress, say

if TYPE_CHECKING:
    from seve.lake import Run, Source

_SOURCE = "NDJSON or Parquet documents, a file or a folder, or a lake; without it the store"
_RUNNERS = ("auto", "python", "duckdb", "spark")
_FORMATS = ("csv", "ndjson", "json", "parquet")


@dataclass(slots=True)
class Tally:
    """How many rows were written."""

    resources: int = 0


def declare(parser: argparse.ArgumentParser) -> None:
    """One parser an action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = actions.add_parser("run", help="print the rows of a view", description=__doc__)
    command.add_argument("view", type=Path, metavar="VIEW", help="a file with a ViewDefinition")
    command.add_argument("source", nargs="?", metavar="SOURCE", help=_SOURCE)
    _add(command)
    command.add_argument("--format", choices=_FORMATS[:3], default="csv", help="csv (the default), ndjson or json")
    command.add_argument("--limit", type=int, metavar="N", help="at most so many rows")
    command = actions.add_parser("export", help="write the rows of views, a file a view", description=__doc__)
    command.add_argument(
        "views", nargs="+", metavar="VIEW", help="files with a ViewDefinition; the last may be the source"
    )
    command.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="where the files go (here)")
    command.add_argument(
        "--format", choices=_FORMATS, default="parquet", help="parquet (the default), csv, ndjson, json"
    )
    _add(command)
    command = actions.add_parser("explain", help="say which runner takes a view, why, and its SQL")
    command.add_argument("view", type=Path, metavar="VIEW", help="a file with a ViewDefinition")
    command.add_argument("source", nargs="?", metavar="SOURCE", help="what it would run on")


def _add(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--runner", choices=_RUNNERS, default="auto", help="auto takes what was measured to be quicker"
    )
    command.add_argument("--spark", default="local[*]", metavar="MASTER", help="the cluster of the runner spark")
    command.add_argument("--processes", type=int, metavar="N", help="as many as there are cores otherwise")
    command.add_argument("--report", action="store_true", help="go on without resources that don't fit, and name them")
    command.add_argument("--as", dest="login", default="", metavar="LOGIN", help="read the store as this account")
    command.add_argument(
        "--activity", default="", metavar="ROLE", help="with --as: PractitionerRole/…, Patient/…, officer"
    )


def run(options: argparse.Namespace) -> int:
    """Does what is asked. 1 when resources were left out."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {"run": _run, "export": _export, "explain": _explain}
    return actions[options.action](options)


def _view(file: Path) -> View:
    return parse_view(parse(file.read_bytes()))


def _source(place: str, view: View) -> Source:
    from seve.lake.sources import source_of
    from seve.lake.tables.documents import Lake

    if "://" in place or (Path(place) / "_delta_log").is_dir():
        return Lake.open(place).source(view.resource)
    return source_of(Path(place))


@contextmanager
def _starter(options: argparse.Namespace, place: str | None) -> Generator[Callable[[View], Run], None, None]:
    """How a view is started: on a source, or on the store, which stays open meanwhile."""
    if place is not None:
        if options.login:
            raise ValueError("--as is for the store: whoever has files reads all of them")
        yield lambda view: _started(options, place, view)
        return
    if options.runner not in {"auto", "python"}:
        raise ValueError(f"the store is read by compiled Python: --runner {options.runner} needs a source")
    from seve.main.lake.living import living
    from seve.main.settings import Settings

    with living(Settings.read(), login=options.login, activity=options.activity) as store:
        yield lambda view: store.run(view, on_error="report" if options.report else "refuse")


def _started(options: argparse.Namespace, place: str, view: View) -> Run:
    from seve.lake import run_view

    spark = None
    if options.runner == "spark":
        from seve.lake.spark_runner import session

        spark = session(options.spark)
    return run_view(
        view,
        _source(place, view),
        runner=options.runner,
        processes=options.processes,
        on_error="report" if options.report else "refuse",
        spark=spark,
    )


def _run(options: argparse.Namespace) -> int:
    from seve.lake.encoding import encoded

    view = _view(options.view)
    with _starter(options, options.source) as start:
        found = start(view)
        for part in encoded(found.limited(options.limit), found.schema, options.format):
            sys.stdout.buffer.write(part)
    sys.stdout.flush()
    return _told(found)


def _split(paths: Sequence[str]) -> tuple[list[Path], str | None]:
    """The views, and the source where the last path is one: a folder, a lake, or a file that isn't a definition's JSON."""
    last = paths[-1]
    if "://" in last or Path(last).is_dir() or not last.endswith(".json"):
        return [Path(path) for path in paths[:-1]], last
    return [Path(path) for path in paths], None


def _export(options: argparse.Namespace) -> int:
    files, place = _split(options.views)
    if not files:
        raise ValueError(f"{place} is a source: a view is missing before it")
    views = [(file, _view(file)) for file in files]
    options.into.mkdir(parents=True, exist_ok=True)
    with _starter(options, place) as start, Progress("view export", unit="rows") as progress:
        progress.begin(len(views))
        return max(_written(options, start(view), view.name or file.stem, progress) for file, view in views)


def _written(options: argparse.Namespace, found: Run, name: str, progress: Progress) -> int:
    from seve.lake import write

    began, tally, path = time.monotonic(), Tally(), options.into / f"{name}.{options.format}"
    rows = write(found, path, options.format, tell=_teller(progress, tally))
    progress.advance(1, tally)
    say(f"{rows:,} rows in {path} in {time.monotonic() - began:,.1f} s, by {found.runner}")
    return _told(found)


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
    if options.source is None:
        say("on the store: python, which reads its documents as the access rule lets them through; on files:")
    say(f"runner: {choice.runner}\nwhy: {choice.reason}")
    if choice.sql is not None:
        say(f"sql: {choice.sql}")
    return 0
