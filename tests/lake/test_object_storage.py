"""The lake in object storage (the S3 interface of moto's server, on loopback)."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

boto3 = pytest.importorskip("boto3", reason="boto3 and moto[server] come with the development extra")
pytest.importorskip("moto.server", reason="moto[server] comes with the development extra")

from tests.lake.test_documents import put, row, standing  # noqa: E402 - see above

from seve.lake.tables.documents import Lake  # noqa: E402 - after what may skip
from seve.lake.tables.refusals import LakeUnknown, LakeUnwritable  # noqa: E402 - see above
from seve.testing.serving import free_port  # noqa: E402 - see above


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """In a process of its own: the library holds the interpreter's lock while it asks."""
    port = free_port()
    program = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    settings = {"ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test", "REGION": "eu-west-3", "ALLOW_HTTP": "true"}
    for name, value in (settings | {"ENDPOINT_URL": endpoint}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    where = {"LocationConstraint": "eu-west-3"}
    boto3.client("s3", region_name="eu-west-3").create_bucket(Bucket="territory", CreateBucketConfiguration=where)
    return "territory"


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_a_lake_lives_in_object_storage_as_on_disk(bucket: str) -> None:
    url = f"s3://{bucket}/lake"
    with pytest.raises(LakeUnknown):
        Lake.open(url)
    lake = Lake.begin(url, token="store-1")
    put(lake, row("1"), row("2"))
    put(lake, row("1", 2))
    lake.snapshot("first")
    put(lake, row("2", 2, deleted=True))
    assert standing(Lake.open(url)) == {"1": 2}
    assert standing(Lake.open(url), snapshot="first") == {"1": 2, "2": 1}
    with pytest.raises(LakeUnwritable, match="s3://nowhere/lake"):
        Lake.begin("s3://nowhere/lake", token="store-1")
