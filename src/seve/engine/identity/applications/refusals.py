"""What the authorization server says no to. `error` is the word of the RFC that the client gets."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlencode

from seve.kernel.refusals import Refusal


class OAuthRefusal(Refusal):
    """The request lacks something or contradicts itself. Field: `parameter`."""

    error: ClassVar[str] = "invalid_request"
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "engine/identity.oauth.invalid_request"


class UnknownClient(OAuthRefusal):
    """No such application, or not an approved one: the browser is sent nowhere."""

    error: ClassVar[str] = "invalid_client"
    key: ClassVar[str] = "engine/identity.oauth.unknown_client"


class RedirectMismatch(OAuthRefusal):
    """The redirect address is not, character for character, one that was registered: the browser is sent nowhere."""

    key: ClassVar[str] = "engine/identity.oauth.redirect_mismatch"


class UnauthorizedClient(OAuthRefusal):
    """The application may not use this flow."""

    error: ClassVar[str] = "unauthorized_client"
    key: ClassVar[str] = "engine/identity.oauth.unauthorized_client"


class UnsupportedResponseType(OAuthRefusal):
    """Only the code flow exists."""

    error: ClassVar[str] = "unsupported_response_type"
    key: ClassVar[str] = "engine/identity.oauth.unsupported_response_type"


class InvalidScope(OAuthRefusal):
    """Nothing that was asked for can be granted, or a refresh asks for more than was."""

    error: ClassVar[str] = "invalid_scope"
    key: ClassVar[str] = "engine/identity.oauth.invalid_scope"


class WrongAudience(OAuthRefusal):
    """`aud` is not this server's FHIR base: the application may have been misled. Field: `expected`."""

    key: ClassVar[str] = "engine/identity.oauth.wrong_audience"


class PkceNeeded(OAuthRefusal):
    """No S256 code challenge."""

    key: ClassVar[str] = "engine/identity.oauth.pkce_needed"


class AccessDenied(OAuthRefusal):
    """The person said no, or may not grant."""

    status: ClassVar[int] = 403
    error: ClassVar[str] = "access_denied"
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/identity.oauth.access_denied"


class LoginRequired(OAuthRefusal):
    """`prompt=none` and nobody is signed in."""

    error: ClassVar[str] = "login_required"
    key: ClassVar[str] = "engine/identity.oauth.login_required"


class InvalidClient(OAuthRefusal):
    """The client's proof does not hold; nothing tells why."""

    status: ClassVar[int] = 401
    error: ClassVar[str] = "invalid_client"
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.oauth.invalid_client"


class InvalidGrant(OAuthRefusal):
    """A code or refresh token that is unknown, used, expired, withdrawn, or another client's; or a wrong verifier."""

    error: ClassVar[str] = "invalid_grant"
    key: ClassVar[str] = "engine/identity.oauth.invalid_grant"


class UnsupportedGrantType(OAuthRefusal):
    """Not one of authorization_code, refresh_token, client_credentials."""

    error: ClassVar[str] = "unsupported_grant_type"
    key: ClassVar[str] = "engine/identity.oauth.unsupported_grant_type"


class InvalidClientMetadata(OAuthRefusal):
    """A registration that can't be accepted (RFC 7591, 3.2.2). Field: `parameter`."""

    error: ClassVar[str] = "invalid_client_metadata"
    key: ClassVar[str] = "engine/identity.oauth.invalid_client_metadata"


class InvalidRedirectUri(OAuthRefusal):
    """A redirect address that can't be registered. Field: `uri`."""

    error: ClassVar[str] = "invalid_redirect_uri"
    key: ClassVar[str] = "engine/identity.oauth.invalid_redirect_uri"


class InvalidToken(OAuthRefusal):
    """An access token that is not in force (RFC 6750, 3.1)."""

    status: ClassVar[int] = 401
    error: ClassVar[str] = "invalid_token"
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/identity.oauth.invalid_token"


class SentBack(Exception):  # noqa: N818 - not an error of the program: the answer to the application
    """A refusal that the application is told through the browser. `address` carries error, state and issuer (RFC 9207)."""

    def __init__(self, refusal: OAuthRefusal, *, redirect_uri: str, state: str, issuer: str) -> None:
        super().__init__(type(refusal).__name__)
        self.refusal = refusal
        self.address = with_query(redirect_uri, {"error": refusal.error, "state": state, "iss": issuer})


def with_query(address: str, parameters: dict[str, str]) -> str:
    """An address with more parameters; empty ones are left out."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"{address}{'&' if '?' in address else '?'}{query}"
