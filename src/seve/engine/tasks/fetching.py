"""Reading the files of an import from other servers, guarded against server-side request forgery.

Only hosts that the administrator allowed are asked, over https; an allowed name that leads to an address that isn't public is
refused unless the address itself is allowed too. The address that was checked is the one connected to (a name can't change in
between), redirects are not followed, and size, time and length of line are bounded. Blocks are read in a thread.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

from seve.engine.tasks.refusals import AddressNotAllowed, HostNotAllowed, InsecureSource, SourceUnreadable

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one file may cost."""

    file_bytes: int = 16 * 2**30
    line_bytes: int = 32 * 2**20
    block_bytes: int = 2**18
    silence_seconds: float = 30.0
    whole_seconds: float = 6 * 3_600.0


def check_source(url: str, hosts: AbstractSet[str]) -> SplitResult:
    """The parts of a URL whose host is allowed. Raises HostNotAllowed, InsecureSource."""
    try:
        parts = urlsplit(url)
        named, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InsecureSource(url=url[:200]) from error
    if named not in hosts and f"{named}:{port or _PORTS.get(parts.scheme)}" not in hosts:
        raise HostNotAllowed(host=named[:200] or url[:200], allowed=", ".join(sorted(hosts)) or "-")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(named)):
        raise InsecureSource(url=url[:200])
    return parts


def registered(url: str, trusted: AbstractSet[str]) -> AbstractSet[str]:
    """The hosts that an address which somebody registered may lead to: the one it names (no address of a private network by it,
    see `connected`), but no bare address unless the operator trusts it. Raises ValueError for what is no URL.
    """
    host = urlsplit(url).hostname or ""
    return trusted if _is_address(host) else trusted | {host}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def lines(url: str, *, hosts: AbstractSet[str], bounds: Bounds) -> AsyncIterator[bytes]:
    """The lines of a file, without those that are blank. Raises what `check_source` refuses, AddressNotAllowed, SourceUnreadable."""
    parts = check_source(url, hosts)
    end = time.monotonic() + bounds.whole_seconds
    response = await asyncio.to_thread(_opened, parts, hosts, bounds)
    try:
        rest, size = b"", 0
        while block := await asyncio.to_thread(_block, response, url, bounds):
            size += len(block)
            *whole, rest = (rest + block).split(b"\n")
            _check_bounds(url, bounds, size=size, line=len(rest), is_late=time.monotonic() > end)
            for line in filter(None, map(bytes.strip, whole)):
                yield line
        if rest.strip():
            yield rest.strip()
    finally:
        response.close()


def _check_bounds(url: str, bounds: Bounds, *, size: int, line: int, is_late: bool) -> None:
    for is_over, reason in (
        (size > bounds.file_bytes, f"> {bounds.file_bytes} bytes"),
        (line > bounds.line_bytes, f"line > {bounds.line_bytes} bytes"),
        (is_late, f"> {bounds.whole_seconds:.0f} s"),
    ):
        if is_over:
            raise SourceUnreadable(url=url[:200], reason=reason)


def _opened(parts: SplitResult, hosts: AbstractSet[str], bounds: Bounds) -> HTTPResponse:
    url = parts.geturl()[:200]
    connection = HTTPConnection(
        parts.hostname or "", parts.port or _PORTS[parts.scheme], timeout=bounds.silence_seconds
    )
    try:
        response = _asked(connection, parts, hosts)
    except (OSError, HTTPException, ValueError) as error:
        connection.close()
        raise SourceUnreadable(url=url, reason=type(error).__name__) from error
    if response.status != 200 or response.headers.get("content-encoding", "identity") != "identity":
        response.close()
        raise SourceUnreadable(url=url, reason=f"HTTP {response.status}")
    return response


def _asked(connection: HTTPConnection, parts: SplitResult, hosts: AbstractSet[str]) -> HTTPResponse:
    stream = connected(connection, hosts)
    connection.sock = stream  # closed with the connection, should what follows fail
    if parts.scheme == "https":
        stream = ssl.create_default_context().wrap_socket(stream, server_hostname=connection.host)
        connection.sock = stream
    target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    headers = {"Accept": "application/fhir+ndjson", "Accept-Encoding": "identity", "Connection": "close"}
    connection.request("GET", target, headers=headers)
    response = connection.getresponse()
    stream.close()  # the response keeps it open until it is closed itself
    return response


def connected(connection: HTTPConnection, hosts: AbstractSet[str]) -> socket.socket:
    """A connection to an address of the host, which was checked."""
    host, port = connection.host, connection.port
    address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    if address not in hosts and not _is_public(address):
        raise AddressNotAllowed(host=host, address=address)
    return socket.create_connection((address, port), timeout=connection.timeout)


def _is_public(address: str) -> bool:
    """Not within a private network, nor a group, nor an address of IPv6 behind which one of IPv4 may hide (RFC 6052, RFC 3056)."""
    found = ipaddress.ip_address(address.partition("%")[0])
    is_wrapped = isinstance(found, ipaddress.IPv6Address) and (found in _NAT64 or found.sixtofour or found.teredo)
    return found.is_global and not found.is_multicast and not is_wrapped


def _block(response: HTTPResponse, url: str, bounds: Bounds) -> bytes:
    try:
        return response.read1(bounds.block_bytes)
    except (OSError, HTTPException) as error:
        raise SourceUnreadable(url=url[:200], reason=type(error).__name__) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
