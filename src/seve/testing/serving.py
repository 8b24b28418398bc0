"""A Sève as its users run it: `seve serve --open` as a process on a data directory, for crash tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its FHIR base, its data directory, its process."""

    base: str
    data: Path
    process: subprocess.Popen[bytes]

    @property
    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [p for p in family if "postgres" not in p.name() and "resource_tracker" not in " ".join(p.cmdline())]

    @property
    def memory_mb(self) -> float:
        """The proportional memory of the largest worker, in MB."""
        return max((p.memory_full_info().pss for p in self.workers), default=0) / 2**20

    def environment(self) -> dict[str, str]:
        """The environment that commands on the same store need."""
        return {**os.environ, "SEVE_DATA": str(self.data)}


@contextmanager
def served(*, workers: int = 1) -> Generator[Served]:
    """A server on an empty store, removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix="seve-served-"))
    server = start(data, port=free_port(), workers=workers)
    try:
        yield server
    finally:
        stop(server)
        shutil.rmtree(data, ignore_errors=True)


def start(data: Path, *, port: int, workers: int = 1, is_open: bool = True, program: Sequence[str] = ()) -> Served:
    """Starts a server on a data directory and waits until it answers. Raises RuntimeError when it does not.

    `program` is what is run instead of `seve serve`.
    """
    environment = {**os.environ, "SEVE_PORT": str(port), "SEVE_DATA": str(data), "SEVE_WORKERS": str(workers)}
    command_line = [*program] or [str(Path(sys.executable).parent / "seve"), "serve", *(["--open"] if is_open else [])]
    process = subprocess.Popen(command_line, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - our own command
    base = f"http://127.0.0.1:{port}/fhir"
    _wait_for(base, process)
    return Served(base, data, process)


def stop(server: Served) -> None:
    """Stops it as Ctrl-C does."""
    server.process.send_signal(signal.SIGINT)
    server.process.wait(timeout=60)


def kill(server: Served) -> None:
    """Kills the server's processes at once (SIGKILL); PostgreSQL, a process of its own, lives on."""
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(timeout=60)


def command(served_: Served, *arguments: str) -> None:
    """Runs a `seve` command on the server's store."""
    seve = str(Path(sys.executable).parent / "seve")
    subprocess.run([seve, *arguments], env=served_.environment(), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/metadata", timeout=5):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
