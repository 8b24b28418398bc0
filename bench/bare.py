"""The bare ASGI server of `limits`: `python -m bench.bare PORT URL`. One worker, the same server and driver as Sève."""

from __future__ import annotations

import sys
from typing import Any

import asyncpg
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

_POOL: list[Any] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """GET /n reads document n, POST /n inserts it; each by one statement."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    number = int(scope["path"].lstrip("/"))
    pool = _POOL[0]
    if scope["method"] == "POST":
        body = (await receive())["body"]
        await pool.execute(
            "INSERT INTO bare VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = $2", number, body.decode()
        )
        answer = b""
    else:
        answer = (await pool.fetchval("SELECT body FROM bare WHERE id = $1", number) or "").encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
    await send({"type": "http.response.body", "body": answer})


async def _live(receive: Any, send: Any) -> None:
    while (await receive())["type"] == "lifespan.startup":
        pool = await asyncpg.create_pool(sys.argv[2], min_size=4, max_size=16)
        await pool.execute("CREATE TABLE IF NOT EXISTS bare (id bigint PRIMARY KEY, body text)")
        _POOL.append(pool)
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    Server(
        "bench.bare:app", port=int(sys.argv[1]), interface=Interfaces.ASGI, log_level=LogLevels.error, websockets=False
    ).serve()
