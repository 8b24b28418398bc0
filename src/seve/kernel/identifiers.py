"""Identifiers that sort by time: `vid` for versions, UUID version 7 (RFC 9562) for resources."""

from __future__ import annotations

import os
import time
import uuid
from functools import lru_cache

_COUNTER_BITS = 12
_WORKER_BITS = 10
SHIFT = _COUNTER_BITS + _WORKER_BITS
"""How many bits of a `vid` stand below its milliseconds."""

EPOCH_MILLISECONDS = 1_577_836_800_000
"""2020-01-01, in milliseconds since 1970: where `vid`s begin, so that 41 bits reach to 2089."""

_LAST_VID = 2**63 - 1


class VersionClock:
    """Hands out `vid`s: 64-bit signed, milliseconds since 2020 first, then the worker, then a counter.

    They rise within a process even if the machine's clock falls back; `worker` (0 to 1023) keeps processes apart.
    """

    def __init__(self, worker: int) -> None:
        self._worker = worker & ((1 << _WORKER_BITS) - 1)
        self._millisecond = 0
        self._counter = 0

    def next(self, *, after: int = 0) -> int:
        """A new `vid`, later than all before it and than `after`."""
        now = max(
            time.time_ns() // 1_000_000 - EPOCH_MILLISECONDS, self._millisecond, (after >> SHIFT) + 1 if after else 0
        )
        if now > self._millisecond:
            self._millisecond, self._counter = now, 0
        else:
            self._counter += 1
            if self._counter == 1 << _COUNTER_BITS:
                self._millisecond, self._counter = self._millisecond + 1, 0
        return self._millisecond << SHIFT | self._worker << _COUNTER_BITS | self._counter


def millisecond_of(vid: int) -> int:
    """Milliseconds since 1970 that a `vid` carries: its version's `meta.lastUpdated`."""
    return (vid >> SHIFT) + EPOCH_MILLISECONDS


def first_vid_of(millisecond: int) -> int:
    """The least `vid` of a millisecond since 1970; the bounds of all `vid`s for times outside them."""
    return min(max(millisecond - EPOCH_MILLISECONDS, 0) << SHIFT, _LAST_VID)


def instant_of(vid: int) -> str:
    """The FHIR instant of a `vid`, in UTC with milliseconds."""
    seconds, milliseconds = divmod(millisecond_of(vid), 1_000)
    return f"{_second_of(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=256)
def _second_of(seconds: int) -> str:
    """The second since 1970, which many versions share, as a date and time without its zone."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def new_id() -> str:
    """A resource id: UUID version 7, so that neighbours in time are neighbours in the index."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value & (1 << 128) - 1))
