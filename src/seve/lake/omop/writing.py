"""The CDM's tables as Parquet files, one a table, from any source of resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seve.fhir.views import parse_view
from seve.lake.omop.making import MAKINGS, Maker, Making
from seve.lake.omop.tables import TABLES, schema
from seve.lake.problems import Problem
from seve.lake.running import run_view
from seve.lake.shipped import omop_views
from seve.lake.sources import Source

Sources = Callable[[str], Source]
"""Where the resources of a type come from."""

Refuse = Callable[[Problem], None]

_BATCH = 20_000


def write(
    folder: Path,
    sources: Sources,
    *,
    maker: Maker,
    tell: Callable[[int], None],
    refuse: Refuse,
) -> Counter[str]:
    """Writes all tables; how many rows each has. Files get their names when all are complete. `tell` hears of rows as they come,
    `refuse` of resources that don't fit their view: they are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = Counter[str]()
    with ExitStack() as stack:
        for table in TABLES:
            writer = stack.enter_context(pq.ParquetWriter(_partial(folder, table), schema(table)))
            for batch in _batches(table, sources, maker=maker, refuse=refuse):
                writer.write_table(pa.Table.from_pylist(batch, schema=schema(table)))
                rows[table] += len(batch)
                tell(len(batch))
    for table in TABLES:
        _partial(folder, table).replace(folder / f"{table}.parquet")
    return rows


def _batches(table: str, sources: Sources, *, maker: Maker, refuse: Refuse) -> Iterator[list[dict[str, Any]]]:
    batch = list[dict[str, Any]]()
    for making in (making for making in MAKINGS if making.table == table):
        for row in _rows(making, sources, maker=maker, refuse=refuse):
            batch.append(row)
            if len(batch) >= _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _rows(making: Making, sources: Sources, *, maker: Maker, refuse: Refuse) -> Iterator[dict[str, Any]]:
    view = parse_view(omop_views()[making.view])
    run = run_view(view, sources(view.resource), runner="python", on_error="report")
    for batch in run:
        for source in batch.to_pylist():
            if row := maker.row(making, source):
                yield row
    maker.report.refused[making.table] += run.problems.count
    for problem in run.problems.first:
        refuse(problem)


def _partial(folder: Path, table: str) -> Path:
    return folder / f".{table}.partial"
