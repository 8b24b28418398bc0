"""Messages whose end can be read in two ways, against the real server: one reading, or none; never a request within a request."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from seve.testing.serving import Served, served

pytestmark = pytest.mark.xdist_group("wire")

HIDDEN = b"GET /fhir/metadata?hidden HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
START = b"POST /fhir/Patient/_search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as running:
        yield running


def answers(server: Served, sent: bytes, *, stays: bool = False) -> list[int]:
    """The statuses of what comes back, within five seconds; who `stays` leaves the sending side open, since the server takes
    its closing for a caller who left.
    """
    split = urlsplit(server.base)
    with socket.create_connection((split.hostname, split.port), timeout=5) as connection:
        received = b""
        with suppress(OSError):  # who refuses may hang up before all is said
            connection.sendall(sent)
            if not stays:
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while part := connection.recv(65_536):
                received += part
    return [int(piece[:3]) for piece in received.split(b"HTTP/1.1 ")[1:]]


def test_one_plain_request_has_one_answer(server: Served) -> None:
    assert answers(server, HIDDEN, stays=True) == [200]


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 3\r\nContent-Length: 5\r\n",
        b"Content-Length: 5, 3\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length : 5\r\n",
        b"Content-Length: 0x5\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"X: a\r\n Transfer-Encoding: chunked\r\n",
        b"X\x00Y: a\r\nContent-Length: 5\r\n",
        b"X: a\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"X: a\x00b\r\nContent-Length: 5\r\n",
    ],
)
def test_a_length_that_can_be_read_in_two_ways_is_refused_with_what_follows(server: Served, headers: bytes) -> None:
    found = answers(server, START + headers + b"\r\n" + b"a=b&c" + HIDDEN)
    assert len(found) <= 1
    assert 200 not in found


@pytest.mark.parametrize("size", [b"-1", b"5g", b"0x5", b"fffffffffffffffffff", b"5 5", b""])
def test_a_chunk_of_no_size_ends_the_connection(server: Served, size: bytes) -> None:
    found = answers(server, START + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\na=b&c\r\n0\r\n\r\n" + HIDDEN)
    assert len(found) <= 1
    assert 200 not in found


def test_with_both_lengths_the_chunks_count_and_the_other_is_no_second_request(server: Served) -> None:
    """CL.TE and TE.CL (RFC 9112, 6.3): the hidden request stands within the chunk, so that it is part of the form."""
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
    for lengths in (
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ):
        assert len(answers(server, START + lengths + b"Connection: close\r\n\r\n" + chunk)) <= 1


@pytest.mark.parametrize(
    "line",
    [
        b"GET /fhir/metadata HTTP/1.1 HTTP/1.0\r\n",
        b"GET  /fhir/metadata HTTP/1.1\r\n",
        b"GET /fhir/metadata\x01 HTTP/1.1\r\n",
        b"G\xc3\x89T /fhir/metadata HTTP/1.1\r\n",
        b"GET /fhir/metadata HTTP/9.9\r\n",
    ],
)
def test_a_first_line_that_is_none_is_refused(server: Served, line: bytes) -> None:
    assert 200 not in answers(server, line + b"Host: 127.0.0.1\r\nConnection: close\r\n\r\n")


def test_headers_without_end_are_refused(server: Served) -> None:
    flood = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 500) for number in range(2_000))
    assert 200 not in answers(server, b"GET /fhir/metadata HTTP/1.1\r\nHost: 127.0.0.1\r\n" + flood + b"\r\n")


def test_another_name_is_misdirected_on_an_open_server_too(server: Served) -> None:
    """A page elsewhere whose name is made to lead to this machine (DNS rebinding) reads nothing."""
    assert answers(server, HIDDEN.replace(b"Host: 127.0.0.1", b"Host: rebound.example"), stays=True) == [421]
