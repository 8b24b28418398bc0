"""The table of policies: read whole, replaced whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool

_SETTING = "policy"


class Habilitation(NamedTuple):
    """What a profession may do with a kind of record, in the order of the table's columns."""

    profession: str
    kind: int
    name: str
    may_read: bool
    may_add: bool
    may_change: bool


async def replace(connection: Connection, rows: Sequence[Habilitation], *, title: str) -> None:
    """Puts policies in force, in the caller's transaction; they hold from its commit on, in every process."""
    await connection.execute(statements("policies")["clear"])
    await connection.copy_records_to_table("habilitation", records=rows, columns=Habilitation._fields)
    await connection.execute(statements("loading")["set"], _SETTING, title)


async def in_force(reader: Connection | Pool) -> tuple[str | None, list[Habilitation]]:
    """The title of the policies in force (None: none was ever set), and their rows."""
    title: str | None = await reader.fetchval(statements("loading")["get"], _SETTING)
    return title, [Habilitation(*row) for row in await reader.fetch(statements("policies")["all"])]
