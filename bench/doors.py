"""`python -m bench.doors recorded|unrecorded`: `seve serve` but for one thing, so that `bench.access` can tell what costs what.

`recorded` gives everything to everyone, as `--open` does, and keeps the trail; `unrecorded` has access control and keeps no trail.
Both listen on loopback only.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from seve.engine.engine import Engine
from seve.engine.identity.service import Identity
from seve.main.asgi import Application
from seve.main.commands.serve import listen, stop_on_sigterm
from seve.main.holding import running_store
from seve.main.settings import Settings
from seve.rest.gate import BearerGate, Gate
from seve.store.audit.traces import Trace
from seve.store.grant import Grant

DOORS = ("recorded", "unrecorded")


class _Recorded:
    """Everything to everyone, in the name of one physician."""

    async def __call__(self, headers: Mapping[str, str], *, source: str) -> Grant:
        del headers
        return _everything(source)


@cache
def _everything(source: str) -> Grant:
    """The entries of `bench.access`'s physician: as long as those that access control makes."""
    agent = "PractitionerRole/bench-role"
    trace = Trace(agent=agent, display="", role="10", session=2**62, purpose="TREAT", client="bench", source=source)
    return Grant(holder=agent, trace=trace)


class _Unrecorded:
    """Access control as it is, without entries."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._last: tuple[Grant, Grant] | None = None

    async def __call__(self, headers: Mapping[str, str], *, source: str) -> Grant:
        grant = await self._gate(headers, source=source)
        if self._last is None or self._last[0] is not grant:
            self._last = grant, replace(grant, trace=None)
        return self._last[1]


class _RecordedApplication(Application):
    def gate(self, engine: Engine, identity: Identity) -> Gate:
        del engine, identity
        return _Recorded()


class _UnrecordedApplication(Application):
    def gate(self, engine: Engine, identity: Identity) -> Gate:
        return _Unrecorded(BearerGate(engine, identity))


recorded, unrecorded = _RecordedApplication(), _UnrecordedApplication()


def main(arguments: list[str]) -> int:
    """Serves until it is told to stop."""
    if len(arguments) != 1 or arguments[0] not in DOORS:
        print("usage: python -m bench.doors recorded|unrecorded")
        return 2
    settings = Settings.read()
    stop_on_sigterm()
    with running_store(settings):
        listen(settings, address="127.0.0.1", is_open=False, application=f"bench.doors:{arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
