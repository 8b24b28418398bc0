"""`python -m bench.spark`: one view over Observations by Spark, on a cluster of one worker of one core and on one of two.

Each cluster is started anew (a master and its workers, on this machine); the first run warms the executors and is told apart.
The rows are compared with those of compiled Python. On two cores that others use too, two workers share them with the driver.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from bench.cluster import Cluster, python_environment, session
from bench.lake import FLAT, observations
from seve.fhir.views import parse_view
from seve.lake import Ndjson, run_view
from seve.lake.spark_runner import PROBLEM, data_frame

_FILES = 8
_RUNS = 3


def measured(source: Path, workers: int) -> dict[str, object]:
    """Seconds of each run with so many workers, and whether the rows are those of compiled Python."""
    with tempfile.TemporaryDirectory(prefix="seve-spark-") as name:
        folder = Path(name)
        cluster = Cluster(folder)
        os.environ.update({**python_environment(), "SPARK_LOCAL_IP": "127.0.0.1"})
        try:
            cluster.start(workers=workers)
            return _runs(source, cluster.url, folder)
        finally:
            cluster.stop()


def _runs(source: Path, url: str, folder: Path) -> dict[str, object]:
    view, seconds, opened = parse_view(FLAT), list[float](), session(url, folder)
    try:
        for number in range(_RUNS):
            began = time.perf_counter()
            rows: Any = data_frame(view, Ndjson((source,)), opened)  # pyspark's own types don't say all of it
            rows.drop(PROBLEM).write.parquet(str(folder / f"out{number}"))
            seconds.append(time.perf_counter() - began)
    finally:
        opened.stop()
    expected = run_view(view, Ndjson((source,)), runner="python").table()
    found = pq.read_table(folder / f"out{_RUNS - 1}").cast(expected.schema)
    return {"seconds": seconds, "is_same": _sorted(found).equals(_sorted(expected)), "rows": found.num_rows}


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by("id").combine_chunks()


def main() -> None:
    """Each cluster in a process of its own; a table at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=int, default=400_000)
    parser.add_argument("--workers", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.workers:
        print(json.dumps(measured(options.source, options.workers)))
        return
    table = Table("workers", "first run s", "best of the next s", "same rows as Python")
    with tempfile.TemporaryDirectory() as folder:
        for number in range(_FILES):
            observations(Path(folder) / f"{number}.ndjson", options.observations // _FILES, start=number << 32)
        for workers in (1, 2):
            command = [sys.executable, "-m", "bench.spark", "--workers", str(workers), "--source", folder]
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            found = json.loads(told.splitlines()[-1])
            seconds = found["seconds"]
            table.add_row(
                str(workers), f"{seconds[0]:.1f}", f"{min(seconds[1:]):.1f}", f"{found['is_same']}, {found['rows']:,}"
            )
            print(workers, found, f"load {os.getloadavg()[0]:.1f}", flush=True)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
