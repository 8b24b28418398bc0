"""Calls to other servers: signed, https to public addresses only, and to the address that was checked.

The guard against server-side request forgery is that of bulk import (`seve.engine.tasks.fetching`): the host that is named is
allowed, no address of a private network by it, and a bare address not at all, but for those that the operator trusts. A
connection is kept for the next call. Redirects are not followed, and of an answer nothing but its status is looked at.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult

from seve.engine.subscriptions.refusals import CannotCall, EndpointRefused
from seve.engine.tasks.fetching import check_source, connected, registered
from seve.kernel.refusals import Refusal

_PORTS = {"https": 443, "http": 80}
_ANSWER_BYTES = 64 * 1_024
_ONCE_SECONDS = 20.0


def check_endpoint(url: str, trusted: AbstractSet[str]) -> SplitResult:
    """The parts of an address that may be called. Raises EndpointRefused."""
    try:
        return check_source(url, registered(url, trusted))
    except (Refusal, ValueError) as error:
        raise EndpointRefused(endpoint=url[:200], reason=str(error)) from error


def once(url: str, body: bytes, headers: Mapping[str, str], *, trusted: AbstractSet[str]) -> int:
    """The status that one POST is answered with; the connection ends with it. Blocks. Raises CannotCall, EndpointRefused."""
    line = Line(url, trusted, timeout_seconds=_ONCE_SECONDS)
    try:
        return line.post(body, headers)
    finally:
        line.close()


class Line:
    """The way to one endpoint, with its connection. One call at a time."""

    def __init__(self, url: str, trusted: AbstractSet[str], *, timeout_seconds: float) -> None:
        self._parts = check_endpoint(url, trusted)
        self._trusted = trusted
        self._timeout_seconds = timeout_seconds
        self._open: HTTPConnection | None = None
        self._lock = threading.Lock()

    def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Blocks: to be called in a thread. Raises CannotCall, EndpointRefused."""
        with self._lock:
            try:
                return self._posted(body, headers)
            except (OSError, HTTPException, ValueError) as error:
                self._hang_up()
                raise CannotCall(reason=type(error).__name__) from error
            except Refusal as refusal:
                self._hang_up()
                reason = type(refusal).__name__  # not the address: where our names lead is not the subscriber's to know
                raise EndpointRefused(endpoint=self._parts.geturl()[:200], reason=reason) from refusal

    def close(self) -> None:
        """Ends the connection; a call under way ends first."""
        with self._lock:
            self._hang_up()

    def _posted(self, body: bytes, headers: Mapping[str, str]) -> int:
        was_open = self._open is not None
        try:
            return self._asked(body, headers)
        except (OSError, HTTPException):
            self._hang_up()
            if not was_open:
                raise
        return self._asked(body, headers)  # the other side had closed the connection that was kept

    def _asked(self, body: bytes, headers: Mapping[str, str]) -> int:
        if self._open is None:
            self._open = self._connection()
        target = self._parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        self._open.request("POST", target, body, dict(headers))
        response = self._open.getresponse()
        rest = response.read(_ANSWER_BYTES + 1)
        if len(rest) > _ANSWER_BYTES or response.will_close:
            self._hang_up()
        return response.status

    def _connection(self) -> HTTPConnection:
        parts, host = self._parts, self._parts.hostname or ""
        made = HTTPConnection(host, parts.port or _PORTS[parts.scheme], timeout=self._timeout_seconds)
        stream = connected(made, self._trusted)
        made.sock = stream  # closed with the connection, should what follows fail
        if parts.scheme == "https":
            made.sock = ssl.create_default_context().wrap_socket(stream, server_hostname=host)
        return made

    def _hang_up(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
