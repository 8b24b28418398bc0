"""The embedded server while somebody needs it: the first process starts it, the last one stops it.

Locks on two files in the data directory say who is there; the system lets go of them even when a process is killed.
"""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from seve.main.settings import Settings
from seve.store.embedded import Embedded


@contextmanager
def running_store(settings: Settings) -> Generator[None, None, None]:
    """The store runs within; the embedded server stops afterwards unless another process holds it too."""
    embedded = settings.embedded
    if embedded is None:
        yield
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "holders.lock").open("w") as holders:
        with _turn(settings.data):
            embedded.start()
            fcntl.flock(holders, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with _turn(settings.data):
                _leave(embedded, holders)


@contextmanager
def _turn(directory: Path) -> Generator[None, None, None]:
    """One process at a time starts or stops the server."""
    with (directory / "starting.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _leave(embedded: Embedded, holders: IO[str]) -> None:
    with suppress(BlockingIOError):  # another process holds it
        fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
        embedded.stop()
