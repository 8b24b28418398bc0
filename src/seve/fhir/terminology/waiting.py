"""Running the rules where nothing has to be waited for."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def immediate(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine over sources in memory. Raises RuntimeError when it would have to wait after all."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise RuntimeError("a source in memory must not wait")
