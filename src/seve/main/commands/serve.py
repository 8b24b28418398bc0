"""serve: the FHIR API and the pages, until Ctrl-C."""

from __future__ import annotations

import argparse
import ipaddress
import os

from seve.main.settings import Settings
from seve.main.holding import running_store

_BACKLOG = 1_024


def declare(parser: argparse.ArgumentParser) -> None:
    """`--open` and the address."""
    parser.add_argument("--open", action="store_true", help="without access control, on loopback only (the only mode today)")
    parser.add_argument("--address", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")


def run(options: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    if not options.open:
        raise ValueError("access control does not exist yet: say `seve serve --open` to serve on loopback without it")
    if not ipaddress.ip_address(options.address).is_loopback:
        raise ValueError(f"--open gives everyone everything: it listens on loopback only, not on {options.address}")
    settings = Settings.read()
    with running_store(settings):
        listen(settings, address=options.address)
    return 0


def listen(settings: Settings, *, address: str) -> None:
    """Runs the server processes on a started store; returns when they have stopped."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ["SEVE_PORT"], os.environ["SEVE_DATA"] = str(settings.port), str(settings.data)
    print(f"Sève: http://{address}:{settings.port}  (API: {settings.fhir_url}; Ctrl-C stops)", flush=True)  # noqa: T201
    server = Server(
        "seve.main.asgi:app",
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        backlog=_BACKLOG,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=False,
    )
    server.serve()
