"""Which application asks, proven: nothing for a public one, a secret, or a signed assertion (SMART App Launch 2.2, RFC 7523)."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from seve.engine.identity.applications.refusals import InvalidClient, OAuthRefusal
from seve.engine.identity.applications.remote_keys import usable
from seve.engine.identity.tokens import digest
from seve.store.identity import applications
from seve.store.identity.applications import Client

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

ALGORITHMS = ("RS384", "ES384")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_SECONDS = 300
_LEEWAY_SECONDS = 10
_MOST_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request to the token endpoint shows of its client."""

    method: str
    client_id: str
    secret: str = ""
    assertion: str = ""


def shown(form: Mapping[str, str], authorization: str) -> Shown:
    """Reads it; exactly one method may be used (RFC 6749, 2.3). Raises OAuthRefusal, InvalidClient."""
    client_id, assertion = form.get("client_id", ""), form.get("client_assertion", "")
    if "client_secret" in form or (authorization and assertion):
        raise OAuthRefusal(parameter="client authentication")
    if authorization:
        name, secret = _basic(authorization)
        if client_id not in ("", name):
            raise InvalidClient
        return Shown("client_secret_basic", name, secret=secret)
    if assertion:
        if form.get("client_assertion_type") != ASSERTION_TYPE or len(assertion) > _MOST_CHARACTERS:
            raise InvalidClient
        subject = str(_unverified(assertion).get("sub", ""))
        if client_id not in ("", subject):
            raise InvalidClient
        return Shown("private_key_jwt", subject, assertion=assertion)
    return Shown("none", client_id)


async def authenticated(identity: Identity, proof: Shown) -> Client:
    """The approved client whose proof holds, by the method that it registered. Raises InvalidClient, whatever is wrong."""
    client = await applications.client(identity.database.pool, proof.client_id)
    if client is None or client.state != "approved" or client.method != proof.method:
        raise InvalidClient
    if proof.method == "client_secret_basic" and not hmac.compare_digest(client.secret, digest(proof.secret)):
        raise InvalidClient
    if proof.method == "private_key_jwt":
        await _check_assertion(identity, client, proof.assertion)
    return client


def token_endpoint(identity: Identity) -> str:
    """The audience of assertions."""
    return f"{identity.issuer}/oauth/token"


async def _check_assertion(identity: Identity, client: Client, assertion: str) -> None:
    """SMART App Launch 2.2, “Client Authentication: Asymmetric”."""
    try:
        header: dict[str, Any] = dict(extract_compact(assertion.encode()).headers())
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS or not isinstance(kid, str):
            raise InvalidClient
        if header.get("jku", client.jwks_uri) != client.jwks_uri:
            raise InvalidClient
        keys = await identity.remote_keys.get(client.jwks_uri, kid) if client.jwks_uri else usable(client.jwks or {})
        claims: dict[str, Any] = dict(jwt.decode(assertion, keys, algorithms=list(ALGORITHMS)).claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise InvalidClient from error
    expires = _check_claims(claims, client, audience=token_endpoint(identity))
    if not await applications.take_assertion(
        identity.database.pool, client.id, jti=claims["jti"], expires=expires + _LEEWAY_SECONDS
    ):
        raise InvalidClient


def _check_claims(claims: Mapping[str, Any], client: Client, *, audience: str) -> int:
    """Gives `exp`."""
    audiences = claims.get("aud")
    expires, jti, now = claims.get("exp"), claims.get("jti"), time.time()
    is_dated = isinstance(expires, int) and now - _LEEWAY_SECONDS < expires <= now + _MOST_SECONDS + _LEEWAY_SECONDS
    is_named = isinstance(jti, str) and 0 < len(jti) <= 255 and claims.get("iss") == claims.get("sub") == client.id
    is_ours = audience in (audiences if isinstance(audiences, list) else [audiences])
    is_begun = not isinstance(claims.get("nbf"), (int, float)) or claims["nbf"] <= now + _LEEWAY_SECONDS
    if not (is_dated and is_named and is_ours and is_begun):
        raise InvalidClient
    return int(str(expires))


def _unverified(assertion: str) -> dict[str, Any]:
    """The claims as they are said: used to find the client whose key then verifies them."""
    import json

    try:
        found = json.loads(extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError) as error:
        raise InvalidClient from error
    return found if isinstance(found, dict) else {}


def _basic(authorization: str) -> tuple[str, str]:
    """RFC 6749, 2.3.1: name and secret are form-encoded first."""
    scheme, _, value = authorization.partition(" ")
    try:
        name, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidClient from error
    if scheme.lower() != "basic" or not colon:
        raise InvalidClient
    return unquote_plus(name), unquote_plus(secret)
