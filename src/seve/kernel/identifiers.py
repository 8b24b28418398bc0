"""Identifiers that sort by time: `vid` for versions, UUID version 7 (RFC 9562) for resources."""

from __future__ import annotations

import os
import time
import uuid

_COUNTER_BITS = 12
_WORKER_BITS = 10
_SHIFT = _COUNTER_BITS + _WORKER_BITS


class VersionClock:
    """Hands out `vid`s: 64-bit signed, milliseconds since 1970 first, then the worker, then a counter.

    They rise within a process even if the machine's clock falls back; `worker` (0 to 1023) keeps processes apart.
    """

    def __init__(self, worker: int) -> None:
        self._worker = worker & ((1 << _WORKER_BITS) - 1)
        self._millisecond = 0
        self._counter = 0

    def next(self, *, after: int = 0) -> int:
        """A new `vid`, later than all before it and than `after`."""
        now = max(time.time_ns() // 1_000_000, self._millisecond, (after >> _SHIFT) + 1 if after else 0)
        if now > self._millisecond:
            self._millisecond, self._counter = now, 0
        else:
            self._counter += 1
            if self._counter == 1 << _COUNTER_BITS:
                self._millisecond, self._counter = self._millisecond + 1, 0
        return self._millisecond << _SHIFT | self._worker << _COUNTER_BITS | self._counter


def millisecond_of(vid: int) -> int:
    """Milliseconds since 1970 that a `vid` carries: its version's `meta.lastUpdated`."""
    return vid >> _SHIFT


def first_vid_of(millisecond: int) -> int:
    """The least `vid` of a millisecond."""
    return millisecond << _SHIFT


def instant_of(vid: int) -> str:
    """The FHIR instant of a `vid`, in UTC with milliseconds."""
    seconds, milliseconds = divmod(vid >> _SHIFT, 1_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{milliseconds:03d}Z"


def new_id() -> str:
    """A resource id: UUID version 7, so that neighbours in time are neighbours in the index."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value & (1 << 128) - 1))
