"""A local standalone cluster of Spark, each process of it our own: for measurements, and for the tests of `tests/lake`."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROOT = Path(__file__).parents[1]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Cluster:
    """A local standalone cluster: a master and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.url = f"spark://127.0.0.1:{_free_port()}"

    def start(self, *, workers: int) -> None:
        """Starts a master and workers of one core each; returns when all are registered."""
        port = self.url.rpartition(":")[2]
        self._run("master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", "0", log="master")
        self._wait("master", re.compile(r"I have been elected leader"))
        for number in range(workers):
            options = (
                "--cores",
                "1",
                "--memory",
                "700m",
                "--webui-port",
                "0",
                "--work-dir",
                str(self._folder / "work"),
            )
            self._run("worker.Worker", *options, "--host", "127.0.0.1", self.url, log=f"worker{number}")
        for number in range(workers):
            self._wait(f"worker{number}", re.compile(r"Successfully registered with master"))

    def stop(self) -> None:
        """Ends every process."""
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(20)

    def _run(self, name: str, *arguments: str, log: str) -> None:
        import pyspark

        home = Path(pyspark.__file__).parent
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
        with (self._folder / f"{log}.log").open("wb") as file:
            environment = {
                **os.environ,
                **python_environment(),
                "SPARK_LOCAL_IP": "127.0.0.1",
                "SPARK_DAEMON_MEMORY": "256m",
                "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
            }
            process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=environment)
        self._processes.append(process)

    def _wait(self, log: str, sign: re.Pattern[str]) -> None:
        end = time.monotonic() + 150  # two JVMs on a busy machine
        while time.monotonic() < end:
            if sign.search((self._folder / f"{log}.log").read_text(errors="replace")):
                return
            time.sleep(0.1)
        raise RuntimeError((self._folder / f"{log}.log").read_text(errors="replace")[-2000:])


def python_environment() -> dict[str, str]:
    """What the executors need to run our code."""
    return {"PYTHONPATH": str(ROOT / "src"), "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}


def session(url: str, folder: Path) -> SparkSession:
    """A session on the cluster, one core an executor."""
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder.master(url).appName("seve")
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.memory": "512m",
        "spark.executor.cores": "1",
        "spark.executorEnv.PYTHONPATH": str(ROOT / "src"),
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    opened: SparkSession = builder.getOrCreate()
    return opened
