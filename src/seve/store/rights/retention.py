"""Versions whose time is over, and their removal with the entry of the trail that tells it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from seve.kernel.identifiers import first_vid_of
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection

What: TypeAlias = Literal["replaced", "deleted", "unused", "deceased"]


@dataclass(frozen=True, slots=True)
class Past:
    """Versions (`vid`s) past their time, and the keys of whose they are."""

    vids: tuple[int, ...]
    patients: tuple[int, ...]


async def past(connection: Connection, what: What, types: list[str], *, before: datetime, most: int) -> Past:
    """At most `most` versions whose time was over at a rule's bound, oldest first."""
    bound = first_vid_of(int(before.timestamp() * 1_000))
    arguments = [types, bound, most, *([before.date().isoformat()] if what == "deceased" else [])]
    rows = await connection.fetch(statements("rights")[what], *arguments)
    return Past(tuple(row["vid"] for row in rows), tuple(sorted({row["patient"] for row in rows} - {0})))


async def remove(connection: Connection, vids: tuple[int, ...]) -> Counter[str]:
    """Removes versions with all that hangs on them, in the caller's transaction. How many of each type."""
    rows = await connection.fetch(statements("rights")["remove"], list(vids))
    return Counter(row["type"] for row in rows)
