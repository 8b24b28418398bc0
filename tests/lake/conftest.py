from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from bench.cluster import Cluster, python_environment, session


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session on a cluster of two workers."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not on this machine")
    if find_spec("pyspark") is None or find_spec("pandas") is None:
        pytest.skip("pyspark is not installed: pip install '.[spark]'")
    folder = tmp_path_factory.mktemp("spark")
    cluster = Cluster(folder)
    os.environ.update({**python_environment(), "SPARK_LOCAL_IP": "127.0.0.1"})
    try:
        cluster.start(workers=2)
        opened = session(cluster.url, folder)
        try:
            yield opened
        finally:
            opened.stop()
    finally:
        cluster.stop()
