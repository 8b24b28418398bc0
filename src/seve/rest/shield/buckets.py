"""Token buckets, each kept as the one moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371)."""

from __future__ import annotations

from collections.abc import Hashable

_MOST = 100_000


class Buckets:
    """One bucket a key, of `burst_seconds` times the rate. Of one process; memory is bounded."""

    def __init__(self, *, per_second: float, burst_seconds: float = 10.0) -> None:
        self._interval_seconds = 1 / per_second
        self._burst_seconds = burst_seconds
        self._full_at: dict[Hashable, float] = {}

    def wait_seconds(self, key: Hashable, now: float) -> float:
        """0.0 and takes a token, or how long until there is one. `now` is of the monotonic clock, in seconds."""
        full = max(self._full_at.get(key, now), now) + self._interval_seconds
        wait = full - now - self._burst_seconds
        if wait > 0:
            return wait
        self._full_at[key] = full
        if len(self._full_at) > _MOST:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Full buckets need no memory; of the others the emptiest half stays, so that nobody is forgiven by a crowd."""
        left = sorted(((full, key) for key, full in self._full_at.items() if full > now), key=lambda one: one[0])
        self._full_at = {key: full for full, key in left[-(_MOST // 2) :]}
