"""Views as SQL for DuckDB, where SQL says exactly what the FHIRPath says."""

from seve.lake.sql.refusals import NotInSqlError
from seve.lake.sql.views import Query, query

__all__ = ["NotInSqlError", "Query", "query"]
