"""Pages under gzip, where no other site has a hand in what they say.

A page carries secrets: the token of its forms, a person's data. Whoever can put words into a page again and again and see how long it gets
under compression may guess them (BREACH). So only a page that was asked for from one of ours, or by hand, and without a query is
packed: browsers say so in `Sec-Fetch-Site`, which no script can set. From whoever doesn't say, nothing is packed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seve.web.security import styles_of

_SMALLEST, _LEVEL = 1_000, 6
_OWN = {"same-origin", "none"}
_GZIP_WINDOW = 31
_STYLE_END = b"</style>"


class Packing:
    """ASGI middleware that packs such pages; documents and tables pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if not may_be_packed(scope):
            await self._app(scope, receive, send)
            return
        held = list[Message]()

        async def packed(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)  # until it is known how long the page is
                return
            if held:
                start = held.pop()
                if not message.get("more_body") and len(message["body"]) >= _SMALLEST:
                    message = {**message, "body": gzipped(message["body"], carries_style=bool(styles_of(scope)))}
                    headers = MutableHeaders(scope=start)
                    headers["content-encoding"], headers["content-length"] = "gzip", str(len(message["body"]))
                    headers.add_vary_header("accept-encoding")
                await send(start)
            await send(message)

        await self._app(scope, receive, packed)


def may_be_packed(scope: Scope) -> bool:
    """Whether the page that a request is answered with would be packed."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
        return False
    headers = Headers(scope=scope)
    sites = headers.getlist("sec-fetch-site")
    return len(sites) == 1 and sites[0] in _OWN and "gzip" in headers.get("accept-encoding", "")


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


def gzipped(page: bytes, *, carries_style: bool) -> bytes:
    """A page under gzip. Those that carry their style begin alike up to its end, before anything about a person: that is packed once."""
    end = page.find(_STYLE_END) if carries_style else -1
    return _begun(page[:end])(page[end:]) if end >= 0 else zlib.compress(page, _LEVEL, wbits=_GZIP_WINDOW)


@lru_cache(maxsize=16)
def _begun(beginning: bytes) -> Callable[[bytes], bytes]:
    """Packs what follows a beginning, of which there is one for each language, theme and density."""
    begun = zlib.compressobj(_LEVEL, wbits=_GZIP_WINDOW)
    first = begun.compress(beginning)

    def packed(rest: bytes) -> bytes:
        going_on = begun.copy()
        return first + going_on.compress(rest) + going_on.flush()

    return packed
