"""What goes on until it is cancelled ends, though what it awaits swallows the exception that says so."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from seve.kernel.cancelling import check_cancelled, is_cancelled, pause
from seve.store.subscriptions.listening import Bell


async def swallowing() -> None:
    """As a connection does that was just made."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        return


async def cancelled(work: Any) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    return task


async def test_a_loop_ends_at_its_next_pause() -> None:
    turns = list[bool]()

    async def loop() -> None:
        while True:
            await swallowing()
            turns.append(is_cancelled())
            await pause(60)

    task = await cancelled(loop())
    assert task.cancelled()
    assert turns == [True]


async def test_who_was_not_told_to_end_goes_on() -> None:
    check_cancelled()
    await pause(0)
    assert not is_cancelled()


async def test_the_bell_ends_though_connecting_swallowed_that_it_was_told_to() -> None:
    given = list[str]()

    async def acquire() -> Any:
        given.append("connection")
        await swallowing()
        return SimpleNamespace(add_listener=done, fetchval=done, execute=done, terminate=lambda: None)

    async def done(*_: object, **__: object) -> None:
        await asyncio.sleep(0)

    pool = SimpleNamespace(acquire=acquire, release=done)
    task = await cancelled(Bell(cast("Any", SimpleNamespace(pool=pool)), lambda: None).run())
    assert task.done()
    assert given == ["connection"]
    with pytest.raises(asyncio.CancelledError):
        await task
