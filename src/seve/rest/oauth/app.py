"""The authorization server's endpoints, and the well-known documents that lead to them."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from seve.engine.identity.applications import asking, describing, inspecting, registry, tokens
from seve.engine.identity.applications.authentication import authenticated, shown
from seve.engine.identity.applications.refusals import (
    InvalidClient,
    OAuthRefusal,
    RedirectMismatch,
    SentBack,
    UnknownClient,
)
from seve.engine.identity.refusals import TooManyAttempts
from seve.kernel.refusals import Refusal
from seve.rest.negotiation import language
from seve.store.database import is_unavailable

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_LOG = logging.getLogger("seve.rest")
_MOST_BYTES = 64 * 1_024
_MOST_FIELDS = 60
_SECRET = {"cache-control": "no-store", "pragma": "no-cache"}
_PUBLIC = {"cache-control": "public, max-age=300"}


def oauth(identity: Identity) -> Starlette:
    """`/oauth/…`, `/.well-known/…` and `/fhir/.well-known/smart-configuration`. Any origin may ask: no cookie counts here."""
    server = _Server(identity)
    made = Starlette(
        routes=[
            Route("/oauth/authorize", server.authorize, methods=["GET", "POST"]),
            Route("/oauth/token", _answered(server.token), methods=["POST"]),
            Route("/oauth/introspect", _answered(server.introspect), methods=["POST"]),
            Route("/oauth/revoke", _answered(server.revoke), methods=["POST"]),
            Route("/oauth/register", _answered(server.register), methods=["POST"]),
            Route("/oauth/jwks", server.jwks),
            Route("/.well-known/oauth-authorization-server", server.metadata),
            Route("/.well-known/openid-configuration", server.metadata),
            Route("/fhir/.well-known/smart-configuration", server.smart_configuration),
        ],
        middleware=[
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"]),
        ],
        exception_handlers={Exception: _broken},
    )
    made.router.redirect_slashes = False  # it would redirect to whatever Host the request names
    return made


def is_mine(path: str) -> bool:
    """Whether a path belongs to this application; asked before the FHIR API and the pages are."""
    return path.startswith(("/oauth/", "/.well-known/")) or path == "/fhir/.well-known/smart-configuration"


class _Server:
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def authorize(self, request: Request) -> Response:
        """Checks the request, then hands the browser to the consent page, or back with an error; a wrong address gets neither."""
        tongue = language(request.headers.get("accept-language", ""))
        try:
            pairs = await _pairs(request) if request.method == "POST" else request.query_params.multi_items()
            token, _ = await asking.begin(self._identity, pairs)
        except SentBack as sent:
            return RedirectResponse(sent.address, 303, _SECRET)
        except (UnknownClient, RedirectMismatch, OAuthRefusal) as refusal:
            told = " ".join(issue.text("fr" if tongue == "fr" else "en") for issue in refusal.issues)
            return PlainTextResponse(told, 400, _SECRET)
        return RedirectResponse(f"/signin/consent?request={quote(token)}", 303, _SECRET)

    async def token(self, request: Request) -> Response:
        """RFC 6749, 5."""
        form = await _form(request)
        client = await authenticated(self._identity, shown(form, request.headers.get("authorization", "")))
        return JSONResponse(await tokens.answer(self._identity, client, form), headers=_SECRET)

    async def introspect(self, request: Request) -> Response:
        """RFC 7662."""
        form = await _form(request)
        client = await authenticated(self._identity, shown(form, request.headers.get("authorization", "")))
        return JSONResponse(await inspecting.introspect(self._identity, client, form.get("token", "")), headers=_SECRET)

    async def revoke(self, request: Request) -> Response:
        """RFC 7009."""
        form = await _form(request)
        client = await authenticated(self._identity, shown(form, request.headers.get("authorization", "")))
        await inspecting.revoke(self._identity, client, form.get("token", ""))
        return Response(status_code=200, headers=_SECRET)

    async def register(self, request: Request) -> Response:
        """RFC 7591."""
        try:
            asked = json.loads(await _body(request))
        except ValueError as error:
            raise OAuthRefusal(parameter="JSON") from error
        if not isinstance(asked, dict):
            raise OAuthRefusal(parameter="JSON")
        return JSONResponse(await registry.register(self._identity, asked), 201, _SECRET)

    async def jwks(self, request: Request) -> Response:
        """RFC 7517."""
        del request
        return JSONResponse(self._identity.keys.public(), headers=_PUBLIC)

    async def metadata(self, request: Request) -> Response:
        """RFC 8414."""
        del request
        return JSONResponse(describing.metadata(self._identity), headers=_PUBLIC)

    async def smart_configuration(self, request: Request) -> Response:
        """SMART App Launch 2.2, “Conformance”."""
        del request
        return JSONResponse(describing.smart_configuration(self._identity), headers=_PUBLIC)


def _answered(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Refusals in the form of RFC 6749, 5.2."""

    async def answer(request: Request) -> Response:
        tongue = "fr" if language(request.headers.get("accept-language", "")) == "fr" else "en"
        try:
            return await endpoint(request)
        except Refusal as refusal:
            error = refusal.error if isinstance(refusal, OAuthRefusal) else "invalid_request"
            if isinstance(refusal, TooManyAttempts):
                error = "temporarily_unavailable"
            told = " ".join(issue.text(tongue) for issue in refusal.issues)
            headers = {**_SECRET, **({"www-authenticate": "Basic"} if isinstance(refusal, InvalidClient) else {})}
            return JSONResponse({"error": error, "error_description": told}, refusal.status, headers)

    return answer


async def _broken(request: Request, error: Exception) -> Response:
    """A lost database, or a bug: told without its cause."""
    del request
    is_passing = is_unavailable(error)
    _LOG.error("authorization server: %s", type(error).__name__)
    word = "temporarily_unavailable" if is_passing else "server_error"
    return JSONResponse({"error": word}, 503 if is_passing else 500, _SECRET)


async def _form(request: Request) -> Mapping[str, str]:
    """The form in the body; a parameter that comes twice is refused (RFC 6749, 3.2)."""
    pairs = await _pairs(request)
    if len({name for name, _ in pairs}) != len(pairs):
        raise OAuthRefusal(parameter="repeated")
    return dict(pairs)


async def _pairs(request: Request) -> list[tuple[str, str]]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/x-www-form-urlencoded":
        raise OAuthRefusal(parameter="Content-Type")
    try:
        return parse_qsl((await _body(request)).decode(), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise OAuthRefusal(parameter="form") from error


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise OAuthRefusal(parameter="body")
    return bytes(body)
