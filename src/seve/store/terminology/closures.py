"""Closure tables of clients (R4, 4.7.14): the concepts they told, and the relations they were told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from seve.fhir.terminology.concepts import Coding
from seve.fhir.terminology.subsumption import Relation
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection


async def start(connection: Connection, name: str) -> None:
    """A closure table anew, whatever it held."""
    await connection.execute(statements("terminology")["start_closure"], name)


async def locked(connection: Connection, name: str) -> int | None:
    """The version of a closure table, which nobody else changes until the transaction ends; None when there is none."""
    version: int | None = await connection.fetchval(statements("terminology")["lock_closure"], name)
    return version


async def concepts(connection: Connection, name: str) -> list[Coding]:
    """What it holds."""
    rows = await connection.fetch(statements("terminology")["closure_concepts"], name)
    return [(row["system"], row["code"]) for row in rows]


async def extend(connection: Connection, name: str, added: Sequence[Coding], *, relations: Iterable[Relation]) -> int:
    """Adds concepts and their relations under a new version, which it answers."""
    version: int = await connection.fetchval(statements("terminology")["advance_closure"], name)
    await connection.execute(
        statements("terminology")["add_closure_concepts"], name, [s for s, _ in added], [c for _, c in added]
    )
    rows = [(system, code, above) for (system, code), (_, above) in relations]
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []]
    await connection.execute(statements("terminology")["add_closure_relations"], name, version, *columns)
    return version


async def relations_since(connection: Connection, name: str, version: int) -> list[Relation]:
    """What was told after a version."""
    rows = await connection.fetch(statements("terminology")["closure_relations"], name, version)
    return [((row["system"], row["code"]), (row["system"], row["ancestor"])) for row in rows]
