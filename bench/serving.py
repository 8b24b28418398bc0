"""A Sève of its own for a benchmark: a fresh data directory, `seve serve --open` as a process, and its memory."""

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
from collections.abc import Iterator
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
def served(*, workers: int) -> Iterator[Served]:
    """A server on an empty store, removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix="seve-bench-"))
    port = free_port()
    environment = {**os.environ, "SEVE_PORT": str(port), "SEVE_DATA": str(data), "SEVE_WORKERS": str(workers)}
    command = [str(Path(sys.executable).parent / "seve"), "serve", "--open"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{port}/fhir"
        _wait_for(base, process)
        yield Served(base, data, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        shutil.rmtree(data, ignore_errors=True)


def command(served_: Served, *arguments: str) -> None:
    """Runs a `seve` command on the server's store."""
    seve = str(Path(sys.executable).parent / "seve")
    subprocess.run([seve, *arguments], env=served_.environment(), check=True, stdout=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(base: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/metadata", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
