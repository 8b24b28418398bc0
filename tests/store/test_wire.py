"""The real server on a real socket: requests that lie about themselves end in bounded time and leave nothing."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from seve.testing.serving import Served, served

pytestmark = pytest.mark.xdist_group("wire")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as running:
        yield running


def exchange(server: Served, sent: bytes, *, then_close: bool = True) -> bytes:
    """Bytes out, bytes back, within ten seconds."""
    split = urlsplit(server.base)
    with socket.create_connection((split.hostname, split.port), timeout=10) as connection:
        connection.sendall(sent)
        if then_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65_536):
            received += part
        return received


def total(server: Served) -> int:
    return httpx.get(f"{server.base}/Patient?_summary=count").json()["total"]


HEAD = b"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/fhir+json\r\nConnection: close\r\n"
BODY = b'{"resourceType":"Patient","gender":"male"}'


def test_a_body_shorter_than_announced_is_not_stored(server: Served) -> None:
    answer = exchange(server, HEAD + b"Content-Length: 5000\r\n\r\n" + BODY)
    assert b" 201 " not in answer[:20]
    assert total(server) == 0


def test_a_body_longer_than_announced_is_cut_and_refused(server: Served) -> None:
    answer = exchange(server, HEAD + b"Content-Length: 20\r\n\r\n" + BODY)
    assert answer.startswith(b"HTTP/1.1 400")
    assert total(server) == 0


@pytest.mark.parametrize("length", [b"-1", b"x", b"1, 2", b"99999999999999999999999"])
def test_a_length_that_is_no_length_is_refused(server: Served, length: bytes) -> None:
    answer = exchange(server, HEAD + b"Content-Length: " + length + b"\r\n\r\n" + BODY)
    assert b" 201 " not in answer[:20]
    assert b" 500 " not in answer[:20]
    assert total(server) == 0


def test_50_megabytes_announced_are_refused_before_they_are_sent(server: Served) -> None:
    began = time.monotonic()
    answer = exchange(server, HEAD + b"Content-Length: 50000000\r\n\r\n" + b" " * 1_000, then_close=False)
    assert answer.startswith(b"HTTP/1.1 413")
    assert time.monotonic() - began < 5


def test_50_megabytes_in_chunks_are_refused_in_bounded_memory(server: Served) -> None:
    before = server.memory_mb

    def chunks() -> Iterator[bytes]:
        for _ in range(50):
            yield b" " * 1_000_000

    headers = {"content-type": "application/fhir+json"}
    try:
        answer = httpx.post(f"{server.base}/Patient", content=chunks(), headers=headers, timeout=30)
        assert answer.status_code == 413
    except httpx.WriteError:
        pass  # the server closed the door while we were still sending: refused all the same
    assert server.memory_mb - before < 150
    assert total(server) == 0


def test_the_server_says_whether_it_is_ready(server: Served) -> None:
    answer = httpx.get(server.base.removesuffix("/fhir") + "/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
