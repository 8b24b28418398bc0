"""How many patients a reader has in sight: a hint for the plan of a search, which decides nothing of what is seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from seve.store.search.arguments import Statement

if TYPE_CHECKING:
    from seve.store.database import Connection
    from seve.store.grant import Grant

FEW = 3_000
"""So many patients are worth a set that every entry of an index is held against; it takes about 0.4 µs a patient to make."""
_SECONDS = 60.0
_MOST = 10_000
_known = dict[tuple[int, ...], tuple[float, int]]()


async def patients(connection: Connection, grant: Grant) -> int:
    """How many, as of the last minute; FEW for those and more, and for who sees all."""
    sight = grant.sight
    if sight is None or sight.reaches_all:
        return FEW
    now = time.monotonic()
    until, found = _known.get(sight.readers, (0.0, 0))
    if until < now:
        statement = Statement(grant)
        count = f"SELECT count(*) FROM (SELECT 1 FROM ({statement.patients_in_sight(sight)}) s LIMIT {FEW}) f"
        found = await connection.fetchval(count, *statement.arguments)
        if len(_known) >= _MOST:
            _known.clear()
        _known[sight.readers] = now + _SECONDS, found
    return found
