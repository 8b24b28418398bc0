"""The outermost frame of a server process, for requests and websockets. It costs each a few microseconds, so that it is written flat."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from seve.kernel.refusals import Refusal
from seve.rest import answering
from seve.rest.incidents import told
from seve.rest.negotiation import language
from seve.rest.refusals import MisdirectedRequest, TooManyRequests
from seve.rest.shield.buckets import Buckets
from seve.rest.shield.headers import Headers, preflight, secured, shared
from seve.rest.shield.places import Network, Proxies, is_address, neighbourhood

if TYPE_CHECKING:
    from seve.rest.answering import Send
    from seve.rest.asking import Receive, Scope

App: TypeAlias = Callable[["Scope", "Receive", "Send"], Awaitable[None]]
_API = ("/fhir", "/oauth/", "/.well-known/")
_MOST_HOSTS = 1_000
_TOKEN_CHARACTERS = 43
_NOT_HERE, _BUG = 1008, 1011
"""Codes that end a websocket (RFC 6455, 7.4.1); before it was accepted, the handshake is answered with 403."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`site` is the address that clients see; `proxies` are believed about whom they speak for; `origins` may read the FHIR API's answers.

    Rates are requests a second in this process; 0 for no limit.
    """

    site: str
    proxies: tuple[Network, ...] = ()
    origins: frozenset[str] = frozenset()
    session_rate: int = 0
    address_rate: int = 0


class BrokenOffError(RuntimeError):
    """An answer could not be finished."""


class Shield:
    """Everything passes through it, refusals and errors of whatever part included."""

    def __init__(self, app: App, rules: Rules) -> None:
        self._app = app
        self._proxies = Proxies(rules.proxies)
        self._origins = {origin.encode() for origin in rules.origins}
        self._is_secure = rules.site.startswith("https://")
        self._cookie = b"__Host-seve=" if self._is_secure else b"seve="
        site = urlsplit(rules.site)
        self._site = (site.hostname or "").lower()
        self._own_origin = f"{site.scheme}://{site.netloc}".encode()
        self._hosts: set[bytes] = set()
        self._by_session = Buckets(per_second=rules.session_rate) if rules.session_rate else None
        self._by_address = Buckets(per_second=rules.address_rate) if rules.address_rate else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one websocket."""
        if scope["type"] == "websocket":
            await self._shake_hands(scope, receive, send)
            return
        headers = dict(scope["headers"])
        path: str = scope["path"]
        is_api = path.startswith(_API)
        origin = headers.get(b"origin", b"") if path.startswith("/fhir") else b""
        answer = _Answer(send, self, origin=origin, is_page=not is_api)
        try:
            self._check(scope, headers)
            if scope["method"] == "OPTIONS" and origin in self._origins:
                await send({"type": "http.response.start", "status": 204, "headers": preflight(origin)})
                await send({"type": "http.response.body", "body": b""})
            else:
                await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the last resort: what reaches the server is logged with its message, which may quote a person's data
            refusal = error if isinstance(error, Refusal) else told(error)
            if not answer.is_begun:
                await _refuse(answer, refusal, scope, tongue=headers.get(b"accept-language", b""), is_api=is_api)
            elif not answer.is_whole:
                raise BrokenOffError from None  # the caller must see that the answer is not whole

    async def _shake_hands(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A websocket is opened under the rules of a request, and by pages of ours alone: a handshake counts as a request."""
        try:
            self._check(scope, dict(scope["headers"]))
            is_let_in = self._is_of_ours(scope)
        except Refusal:
            is_let_in = False
        if not is_let_in:
            await receive()
            await send({"type": "websocket.close", "code": _NOT_HERE})
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the last resort, as for requests
            told(error)
            with suppress(OSError, RuntimeError):  # it was closed already
                await send({"type": "websocket.close", "code": _BUG})

    def _is_of_ours(self, scope: Scope) -> bool:
        """Whether the page that opens a websocket is ours, or one that may call the API. Programs name no Origin; who goes by a
        cookie must (`seve.sdk.sockets`).
        """
        listed = self._origins if scope["path"].startswith("/fhir") else set[bytes]()
        named = _all(scope, b"origin")
        return not named or (len(named) == 1 and (named[0] == self._own_origin or named[0] in listed))

    def _check(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        """Settles the caller's address. Raises MisdirectedRequest, TooManyRequests."""
        client = scope.get("client")
        peer = address = str(client[0]) if client else ""
        if b"x-forwarded-for" in headers:
            hops = b",".join(_all(scope, b"x-forwarded-for")).decode("latin-1")
            if (address := self._proxies.client_of(peer, hops)) != peer:
                scope["client"] = (address, 0)
        hosts = _all(scope, b"host")
        host = hosts[0] if len(hosts) == 1 else b"?"  # two hosts are none (RFC 9112, 3.2)
        if host not in self._hosts:
            self._check_host(host, peer)
        credential = (
            headers.get(b"authorization")
            or (headers.get(b"cookie", b"").partition(self._cookie)[2][:_TOKEN_CHARACTERS])
        )
        self._check_rate(address, credential)

    def headers_of(self, headers: Headers, *, origin: bytes, is_page: bool) -> Headers:
        """The headers of an answer, with those that it lacks."""
        made = secured(headers, is_page=is_page, is_secure=self._is_secure)
        if origin in self._origins and not any(name == b"access-control-allow-origin" for name, _ in made):
            return shared(made, origin)
        return made

    def _check_host(self, host: bytes, peer: str) -> None:
        """Raises MisdirectedRequest for a name that is not ours; a trusted proxy may call us as it likes."""
        written = host.decode("latin-1").lower()
        if written.rpartition(":")[0] == self._site or written == self._site or is_address(written):
            if len(self._hosts) < _MOST_HOSTS:
                self._hosts.add(host)
        elif not self._proxies.trusts(peer):
            raise MisdirectedRequest(host=written[:200])

    def _check_rate(self, address: str, credential: bytes) -> None:
        """Raises TooManyRequests. Of a credential only a hash under this process's own key is kept."""
        if self._by_address is None or self._by_session is None:
            return
        now = time.monotonic()
        wait = self._by_address.wait_seconds(neighbourhood(address), now)
        if not wait and credential:
            wait = self._by_session.wait_seconds(hash(credential), now)
        if wait:
            raise TooManyRequests(retry_after_seconds=math.ceil(wait))


class _Answer:
    """What an application sends, on its way out."""

    __slots__ = ("_is_page", "_origin", "_send", "_shield", "is_begun", "is_whole")

    def __init__(self, send: Send, shield: Shield, *, origin: bytes, is_page: bool) -> None:
        self._send, self._shield = send, shield
        self._origin, self._is_page = origin, is_page
        self.is_begun = self.is_whole = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.is_begun = True
            headers = self._shield.headers_of(message["headers"], origin=self._origin, is_page=self._is_page)
            message["headers"] = headers
        elif not message.get("more_body", False):
            self.is_whole = True
        await self._send(message)


def _all(scope: Scope, wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == wanted]


async def _refuse(send: Send, refusal: Refusal, scope: Scope, *, tongue: bytes, is_api: bool) -> None:
    """An OperationOutcome to applications, a sentence to people."""
    wanted = language(tongue.decode("latin-1")) if tongue or is_api else "fr"
    if is_api:
        body = answering.refused(refusal, format_="json", is_pretty=False, language=wanted)
        content_type = answering.content_type_of("json")
    else:
        body = " ".join(issue.text(wanted) for issue in refusal.issues).encode()
        content_type = "text/plain; charset=utf-8"
    await answering.send(
        send,
        refusal.status,
        body,
        content_type=content_type,
        headers=answering.refused_headers(refusal),
        is_head=scope["method"] == "HEAD",
    )
