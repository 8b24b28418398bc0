"""Headers that every page carries: one strict policy, no inline script, no style but our own, nothing from elsewhere. Those of every answer are the shield's.

A document that is shown within a page says its own policy, stricter still; it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; style-src {styles}; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_STYLES = "seve.styles"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def allow_style(scope: Scope, source: str) -> None:
    """The page of a request carries a sheet that its policy names by this hash (`'sha256-…'`)."""
    scope.setdefault(_STYLES, []).append(source)


def styles_of(scope: Scope) -> Sequence[str]:
    """The hashes of the sheets that the page of a request carries."""
    return scope.get(_STYLES, ())


class SecurityHeaders:
    """ASGI middleware that adds them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, with the headers added to each answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                styles = " ".join(["'self'", *styles_of(scope)])
                headers.setdefault("content-security-policy", _POLICY.format(styles=styles))
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
