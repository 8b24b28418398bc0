"""Analytics beside the store: views over files of resources, by compiled Python, DuckDB or Spark, to Arrow tables."""

from seve.lake.encoding import Format
from seve.lake.problems import Problem, Problems, RowsRefused
from seve.lake.running import Run, Runner, explain, run_view
from seve.lake.sources import Documents, Ndjson, Resources, Source, Stream
from seve.lake.writing import write

__all__ = [
    "Documents",
    "Format",
    "Ndjson",
    "Problem",
    "Problems",
    "Resources",
    "RowsRefused",
    "Run",
    "Runner",
    "Source",
    "Stream",
    "explain",
    "run_view",
    "write",
]
