"""The queue's tables, by procrastinate's own means: its schema, then its migrations, in the PostgreSQL schema `jobs`.

They are its own, so that a new release of it brings them along; copied into our migrations they would have to be compared
line by line. Its functions name their tables without a schema: each is told to look in `jobs`, so that they can be called in any
transaction of the store.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from procrastinate.schema import SchemaManager

_LOCK = 0x5EFE_10B5
_PIN = """
DO $$
DECLARE f record;
BEGIN
    FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'jobs'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = jobs, pg_temp', f.name);
    END LOOP;
END $$
"""


async def prepare(url: str) -> None:
    """Brings the queue up to the release of procrastinate that is installed; several processes may ask at once."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        if await _is_there(connection):  # a server's role need not be one that may make tables
            return
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        await connection.execute("CREATE SCHEMA IF NOT EXISTS jobs")
        await connection.execute("CREATE TABLE IF NOT EXISTS jobs.release (version text NOT NULL)")
        await connection.execute("SET LOCAL search_path = jobs")
        row = await (await connection.execute("SELECT version FROM release")).fetchone()
        installed = version("procrastinate")
        for sql in _missing(row[0] if row else None, installed):
            await connection.execute(sql)
        if row is None or row[0] != installed:
            await connection.execute(_PIN)
            await connection.execute("DELETE FROM release")
            await connection.execute("INSERT INTO release VALUES (%s)", (installed,))


async def _is_there(connection: psycopg.AsyncConnection) -> bool:
    known = await (await connection.execute("SELECT to_regclass('jobs.release') IS NOT NULL")).fetchone()
    if known is None or not known[0]:
        return False
    row = await (await connection.execute("SELECT version FROM jobs.release")).fetchone()
    return row is not None and row[0] == version("procrastinate")


def _missing(there: str | None, installed: str) -> list[LiteralString]:
    """All of the schema, or the migrations of releases since (their files are named `03.02.00_01_pre_…`)."""
    if there is None:
        return [SchemaManager.get_schema()]
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    wanted = [file for file in files if _number(there) < _number(file.name.partition("_")[0]) <= _number(installed)]
    return [cast("LiteralString", file.read_text(encoding="utf-8")) for file in wanted]


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")[:3])
