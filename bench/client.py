"""A load generator that costs little: HTTP/1.1 over raw asyncio streams, one request at a time on each connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: verb, path below the base, body, and what its answer must satisfy (status and body)."""

    method: str
    path: str
    body: bytes = b""
    is_right: Callable[[int, bytes], bool] = lambda status, _: 200 <= status < 300
    headers: str = ""


@dataclass(slots=True)
class Result:
    """What a run took: seconds in all, milliseconds of each request, and how many answers were wrong."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list[float])
    wrong: list[tuple[str, int, bytes]] = field(default_factory=list[tuple[str, int, bytes]])

    @property
    def per_second(self) -> float:
        """Right answers a second."""
        return (len(self.milliseconds) - len(self.wrong)) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which `share` of the requests were answered."""
        ordered = sorted(self.milliseconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


class _Connection:
    def __init__(self, base: str) -> None:
        split = urlsplit(base)
        self._host, self._port = split.hostname or "127.0.0.1", split.port or 80
        self._prefix = split.path.rstrip("/")
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, ask: Ask) -> tuple[int, bytes]:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=2**26)
        self._writer.write(self._bytes(ask))
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        return status, await self._body(head)

    def _bytes(self, ask: Ask) -> bytes:
        content = f"Content-Type: application/fhir+json\r\nContent-Length: {len(ask.body)}\r\n" if ask.body else ""
        line = f"{ask.method} {self._prefix}/{ask.path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
        return f"{line}Accept: application/fhir+json\r\n{content}{ask.headers}\r\n".encode() + ask.body

    async def _body(self, head: bytes) -> bytes:
        assert self._reader is not None
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            length = int(lower[at + 15 : lower.index(b"\r", at)])
            return await self._reader.readexactly(length) if length else b""
        if b"chunked" not in lower:
            return b""
        parts: list[bytes] = []
        while size := int(await self._reader.readline(), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readline()
        await self._reader.readline()
        return b"".join(parts)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


async def run(base: str, asks: Iterable[Ask], *, connections: int, per_second: float = 0.0) -> Result:
    """Sends every request over `connections`, as fast as they are answered or `per_second`; each answer is checked."""
    result = Result()
    began = time.perf_counter()
    waiting: Iterator[tuple[float, Ask]] = (
        (began + turn / per_second if per_second else 0.0, ask) for turn, ask in enumerate(asks)
    )
    await asyncio.gather(*(_worker(base, waiting, result) for _ in range(connections)))
    result.seconds = time.perf_counter() - began
    return result


async def _worker(base: str, waiting: Iterator[tuple[float, Ask]], result: Result) -> None:
    connection = _Connection(base)
    for due, ask in waiting:
        if due:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        status, body = await connection.ask(ask)
        result.milliseconds.append((time.perf_counter() - began) * 1_000)
        if not ask.is_right(status, body):
            result.wrong.append((f"{ask.method} {ask.path[:80]}", status, body[:300]))
    connection.close()
