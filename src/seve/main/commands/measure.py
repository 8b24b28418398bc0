"""measure: count an indicator over views: a share, by strata, its small numbers hidden.

MEASURE is the name of one that Sève ships, or a file with a FHIR Measure whose criteria are SQL over views (docs/how-to/measures.md).
The answer is a FHIR MeasureReport.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seve.fhir.codec import encode_json, encode_json_pretty
from seve.fhir.codec.json import parse
from seve.fhir.measures import Measure, Result, parse_measure, report
from seve.fhir.views import View
from seve.lake.measures import chart
from seve.lake.measures.counting import count
from seve.lake.measures.engines import DuckDb, Engine, Spark
from seve.lake.measures.tables import flatten, shipped_measures, tables_in, views_of
from seve.lake.sources import Source, source_of
from seve.lake.tables.documents import Lake
from seve.main.progress import Progress, say

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def declare(parser: argparse.ArgumentParser) -> None:
    """`run` and `list`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the measures that Sève ships")
    run_ = actions.add_parser("run", help="count one", description=__doc__)
    run_.add_argument("measure", metavar="MEASURE")
    where = run_.add_mutually_exclusive_group(required=True)
    where.add_argument("--lake", metavar="LAKE", help="over the documents of a lake")
    where.add_argument("--documents", type=Path, metavar="PATH", help="over NDJSON or Parquet files of documents")
    where.add_argument("--tables", type=Path, metavar="FOLDER", help="over views written before, as <name>.parquet")
    run_.add_argument(
        "--snapshot", default="", metavar="NAME", help="with --lake: this state instead of the present one"
    )
    run_.add_argument("--from", dest="start", metavar="DAY", help="the first day; default: a year before --to")
    run_.add_argument("--to", dest="end", metavar="DAY", help="the day after the last; default: today")
    run_.add_argument(
        "--view", action="append", default=[], type=Path, metavar="FILE", help="a ViewDefinition that it reads"
    )
    run_.add_argument("--runner", choices=("duckdb", "spark"), default="duckdb", help="what answers the SQL")
    run_.add_argument(
        "--report", type=Path, metavar="FILE", help="the MeasureReport goes there instead of to the terminal"
    )
    run_.add_argument("--chart", type=Path, metavar="FILE", help="bars as SVG")
    run_.add_argument("--language", choices=("fr", "en"), default="fr", help="of the chart")


def run(options: argparse.Namespace) -> int:
    """Counts, or lists."""
    if options.action == "list":
        for name, definition in shipped_measures().items():
            say(f"{name}: {definition['title']}")
        return 0
    started = time.monotonic()
    measure = parse_measure(_definition(options.measure))
    with _engine(options, measure) as engine:
        result = count(measure, engine, start=options.start or _year_before(_end(options)), end=_end(options))
    _answer(options, measure, result)
    Progress("measure").say(f"{measure.name}: counted in {time.monotonic() - started:,.1f} s")
    return 0


def _answer(options: argparse.Namespace, measure: Measure, result: Result) -> None:
    told = report(measure, result, now=datetime.now(UTC).isoformat(timespec="seconds"))
    if options.report:
        _write(options.report, encode_json(told))
    else:
        say(encode_json_pretty(told).decode())
    if options.chart:
        _write(options.chart, chart.svg(measure, result, language=options.language).encode())


@contextmanager
def _engine(options: argparse.Namespace, measure: Measure) -> Generator[Engine, None, None]:
    with ExitStack() as stack:
        views = views_of(measure, _given(options.view))
        tables = _tables(options, measure, views, stack=stack)
        if options.runner == "spark":
            yield Spark(stack.enter_context(_session()), tables)
        else:
            yield stack.enter_context(DuckDb(tables))


def _tables(options: argparse.Namespace, measure: Measure, views: list[View], *, stack: ExitStack) -> dict[str, Path]:
    if options.tables:
        return tables_in(options.tables, views, measure=measure.name)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seve-measure-")))
    progress = stack.enter_context(Progress("measure"))
    return flatten(views, _sources(options), folder, tell=lambda name: progress.say(f"view {name}: done"))


def _sources(options: argparse.Namespace) -> Any:
    if options.documents:
        found = source_of(options.documents)
        return lambda _: found
    lake = Lake.open(options.lake)

    def of_type(type_: str) -> Source:
        return lake.source(type_, snapshot=options.snapshot)

    return of_type


@contextmanager
def _session() -> Generator[SparkSession, None, None]:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("seve measure").getOrCreate()
    try:
        yield session
    finally:
        session.stop()


def _definition(name: str) -> Mapping[str, Any]:
    known = shipped_measures()
    return known[name] if name in known else parse(Path(name).read_bytes())


def _given(files: list[Path]) -> dict[str, Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return {view["url"]: view for view in found}


def _end(options: argparse.Namespace) -> str:
    return options.end or datetime.now(UTC).date().isoformat()


def _year_before(day: str) -> str:
    end = date.fromisoformat(day)
    return (
        end.replace(year=end.year - 1, day=28) if (end.month, end.day) == (2, 29) else end.replace(year=end.year - 1)
    ).isoformat()


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
