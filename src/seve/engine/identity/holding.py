"""Sessions that were looked up a moment ago. Held for seconds, forgotten when they end, never used while endings can't be heard."""

from __future__ import annotations

import time
from dataclasses import dataclass

from seve.engine.identity.principal import Principal
from seve.store.identity.sessions import Session

_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Held:
    """A session with its principal, until a moment of the monotonic clock."""

    principal: Principal
    session: Session
    until: float


class HeldSessions:
    """By the SHA-256 of the token."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._by_token: dict[bytes, Held] = {}
        self._by_key: dict[int, bytes] = {}
        self.forgotten = 0
        """Counts what was forgotten, so that a look-up that began before does not bring it back."""

    def get(self, token: bytes) -> Held | None:
        """What is held and still good."""
        held = self._by_token.get(token)
        return held if held is not None and held.until > time.monotonic() else None

    def put(self, token: bytes, principal: Principal, session: Session, *, since: int) -> None:
        """Holds a session, unless something was forgotten since the look-up began (`forgotten` at that time)."""
        if since != self.forgotten:
            return
        if len(self._by_token) >= _MOST:
            self._by_token.clear()
            self._by_key.clear()
        until = time.monotonic() + min(self._seconds, session.seconds)
        self._by_token[token] = Held(principal, session, until)
        self._by_key[session.key] = token

    def forget(self, key: int) -> None:
        """The session ended."""
        self.forgotten += 1
        if (token := self._by_key.pop(key, None)) is not None:
            self._by_token.pop(token, None)

    def clear(self) -> None:
        """Endings may have been missed."""
        self.forgotten += 1
        self._by_token.clear()
        self._by_key.clear()
