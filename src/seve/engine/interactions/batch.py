"""batch: many requests in one, each on its own (R4, 3.1.0.11.1)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from seve.engine.bundles import response_bundle
from seve.engine.interactions.entries import entry_of, refused_entry, request_of
from seve.engine.refusals import InvalidBundle
from seve.engine.requests import Answer, Request
from seve.kernel.refusals import Refusal

if TYPE_CHECKING:
    from seve.engine.dispatch import Perform
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_AT_ONCE = 16


async def batch(engine: Engine, grant: Grant, request: Request, perform: Perform) -> Answer:
    """200 with a batch-response; a refused entry carries its outcome, the others go on."""
    entries: list[dict[str, Any]] = (request.resource or {}).get("entry", [])
    if len(entries) > engine.limits.bundle_entries:
        raise InvalidBundle("too_many", limit=engine.limits.bundle_entries)
    slots = asyncio.Semaphore(_AT_ONCE)
    with_resource = request.prefer_return == "representation"

    async def one(index: int, entry: dict[str, Any]) -> dict[str, Any]:
        async with slots:
            try:
                asked = request_of(engine, entry, index=index, is_lenient=request.is_lenient)
                if not asked.path and asked.method == "POST":
                    raise InvalidBundle("nested", expression=f"Bundle.entry[{index}]")
                answer = await perform(engine, grant, asked)
            except Refusal as refusal:
                return refused_entry(refusal)
            return entry_of(answer, with_resource=with_resource or asked.method in ("GET", "HEAD") or "$" in asked.path)

    answers = await asyncio.gather(*(one(index, entry) for index, entry in enumerate(entries)))
    return Answer(200, response_bundle("batch", answers))
