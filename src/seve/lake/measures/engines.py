"""The engines that answer a measure's SQL: views as tables, over Parquet files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import duckdb

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Row = Sequence[Any]
_MEMORY = "600MB"


class EngineError(ValueError):
    """The engine's own words on why it does not take a query."""


class Engine(Protocol):
    """Answers SQL over the tables that it was given."""

    def columns(self, sql: str) -> list[str]:
        """The names of a query's columns. Raises EngineError."""
        ...

    def rows(self, sql: str) -> Sequence[Row]:
        """All rows of a query. Raises EngineError."""
        ...


class DuckDb:
    """DuckDB in this process. Queries read the tables' files and nothing else on the machine."""

    def __init__(self, tables: Mapping[str, Path]) -> None:
        self._connection = duckdb.connect()
        self._connection.execute(f"SET memory_limit = '{_MEMORY}'")
        self._connection.execute("SET allowed_paths = " + _listed([str(path) for path in tables.values()]))
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        for name, path in tables.items():
            self._connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_text(str(path))})")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def columns(self, sql: str) -> list[str]:
        """See Engine."""
        return [str(row[0]) for row in self.rows(f"DESCRIBE {sql}")]

    def rows(self, sql: str) -> Sequence[Row]:
        """See Engine."""
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise EngineError(" ".join(str(error).split())[:500]) from error


class Spark:
    """A Spark session: the same queries on a cluster."""

    def __init__(self, session: SparkSession, tables: Mapping[str, Path]) -> None:
        self._session = session
        for name, path in tables.items():
            session.read.parquet(str(path)).createOrReplaceTempView(name)

    def columns(self, sql: str) -> list[str]:
        """See Engine."""
        return list(self._asked(sql).columns)

    def rows(self, sql: str) -> Sequence[Row]:
        """See Engine."""
        return [tuple(row) for row in self._asked(sql).collect()]

    def _asked(self, sql: str) -> Any:
        from pyspark.errors import PySparkException

        try:
            return self._session.sql(sql)
        except PySparkException as error:
            raise EngineError(" ".join(str(error).split())[:500]) from error


def _listed(texts: list[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
