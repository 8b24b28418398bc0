"""serve: the FHIR API and the pages, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import os
import signal
import socket
import sys

from seve.main.holding import running_store
from seve.main.keeping import keeper
from seve.main.mode import OPEN_MODE
from seve.main.progress import say
from seve.main.settings import Settings
from seve.main.wiring import prepared

APPLICATION = "seve.main.asgi:app"
_BACKLOG = 1_024
_RESPAWN_SECONDS = 1.0
_KILL_SECONDS = 15


def declare(parser: argparse.ArgumentParser) -> None:
    """`--open` and the address."""
    parser.add_argument(
        "--open", action="store_true", help="without access control, on loopback only: for benchmarks and trials"
    )
    parser.add_argument("--address", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")


def run(options: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    settings = Settings.read()
    check_address(options.address, settings.port, is_open=options.open)
    stop_on_sigterm()
    with running_store(settings):
        listen(settings, address=options.address, is_open=options.open)
    return 0


def check_address(address: str, port: int, *, is_open: bool) -> None:
    """Raises ValueError when an open server's address isn't loopback, OSError when the port is in use."""
    if is_open and not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"--open gives everyone everything: it listens on loopback only, not on {address}")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise OSError(
                f"port {port} on {address} can't be had ({error.strerror}): set SEVE_PORT to another one"
            ) from error


def stop_on_sigterm() -> None:
    """SIGTERM unwinds like Ctrl-C, so that the embedded server stops too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def listen(settings: Settings, *, address: str, is_open: bool, application: str = APPLICATION) -> None:
    """Runs the server processes on a started store; returns when they have stopped. `application` is what they run, as `module:name`."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    asyncio.run(prepared(settings))
    os.environ[OPEN_MODE] = "yes" if is_open else ""
    os.environ["SEVE_PORT"], os.environ["SEVE_DATA"] = str(settings.port), str(settings.data)
    site = settings.fhir_url.removesuffix("/fhir")
    say(f"Sève: {site}  (API: {settings.fhir_url}; listening on {address}:{settings.port}; Ctrl-C stops)")
    server = Server(
        application,
        address=address,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        backlog=_BACKLOG,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=True,
        respawn_failed_workers=True,
        respawn_interval=_RESPAWN_SECONDS,
        workers_kill_timeout=_KILL_SECONDS,
    )
    with keeper(settings):
        server.serve()
