"""Signing in through another provider: OpenID Connect Core 1.0, authorization code flow, with PKCE, state and nonce.

Every answer is checked against what was asked: state (bound to the browser by a cookie), issuer, audience, authorised party,
times, nonce, `acr`, and a signature by a key of the provider's, of an asymmetric algorithm only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from seve.engine.identity.providers import Provider
from seve.engine.identity.refusals import (
    ProviderRefused,
    ProviderUnreachable,
    StepExpired,
    UnknownIdentity,
)
from seve.engine.identity.sessions import Proof
from seve.engine.identity.tokens import challenge_of, digest, new_token
from seve.france.identity.professionals import RPPS_SYSTEM
from seve.france.pro_sante_connect import UserInfo, read_userinfo
from seve.store.identity import accounts, credentials
from seve.store.identity.accounts import Account

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

ALGORITHMS = ("RS256", "PS256", "ES256")
_LEEWAY_SECONDS = 30
_TIMEOUT_SECONDS = 10.0
_MOST_BYTES = 512 * 1_024
_KEPT_SECONDS = 3_600.0
_ASK_AGAIN_SECONDS = 10.0


class Documents:
    """What providers publish of themselves, kept for an hour; keys are asked for again when an unknown one signs."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    async def get(self, url: str, *, at_most_seconds: float = _KEPT_SECONDS) -> dict[str, Any]:
        """A JSON document. Raises ProviderUnreachable."""
        kept = self._kept.get(url)
        if kept is None or time.monotonic() - kept[0] > at_most_seconds:
            kept = (time.monotonic(), await _asked("GET", url))
            self._kept[url] = kept
        return kept[1]

    async def keys(self, url: str, kid: str) -> KeySet:
        """The key set that has a key; asked for again, but not in quick succession, when the one that is kept has not."""
        found = await self.get(url)
        if kid not in {key.get("kid") for key in found.get("keys", ())}:
            found = await self.get(url, at_most_seconds=_ASK_AGAIN_SECONDS)
        usable = [key for key in found.get("keys", ()) if key.get("kty") in ("RSA", "EC") and key.get("use") != "enc"]
        return KeySet.import_key_set({"keys": usable})


_DOCUMENTS = Documents()


async def begin(identity: Identity, provider: Provider, *, link_to: str = "") -> tuple[str, str]:
    """(address to send the browser to, token for its cookie). `link_to` adds the identity to an account that is signed in."""
    described = await _described(provider)
    token, state, nonce, verifier = (new_token() for _ in range(4))
    data = {"provider": provider.id, "state": state, "nonce": nonce, "verifier": verifier, "link_to": link_to}
    await credentials.put_ceremony(
        identity.database.pool, digest(token), "provider", data=data, seconds=identity.policy.ceremony_seconds
    )
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": return_address(identity),
        "scope": provider.scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    if provider.acr_values:
        asked["acr_values"] = " ".join(provider.acr_values)
    address: str = described["authorization_endpoint"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", token


def return_address(identity: Identity) -> str:
    """Where providers send the browser back to; registered with them."""
    return f"{identity.site}/signin/provider"


async def finish(identity: Identity, *, token: str, answer: Mapping[str, str]) -> Proof:
    """Who the provider vouches for. `answer` is the query of the return address.

    Raises StepExpired, ProviderRefused, ProviderUnreachable, UnknownIdentity, UnreadableClaims.
    """
    data = await credentials.take_ceremony(identity.database.pool, digest(token), "provider")
    if data is None or (provider := identity.providers.get(data["provider"])) is None:
        raise StepExpired
    if answer.get("state") != data["state"]:
        raise ProviderRefused(reason="state")
    if answer.get("error") or not answer.get("code"):
        raise ProviderRefused(reason=answer.get("error", "code")[:60])
    if answer.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise ProviderRefused(reason="iss")
    described = await _described(provider)
    tokens = await _exchanged(identity, provider, described, code=answer["code"], verifier=data["verifier"])
    claims = await verified(provider, described, str(tokens.get("id_token", "")), nonce=data["nonce"])
    account = await _recognised(identity, provider, described, claims, tokens, link_to=data["link_to"])
    if account.is_blocked:
        raise UnknownIdentity
    return Proof(account.id, tuple(str(method) for method in claims.get("amr") or ()) or ("provider",))


async def verified(provider: Provider, described: Mapping[str, Any], token: str, *, nonce: str) -> dict[str, Any]:
    """The claims of an id token that holds (OpenID Connect Core 1.0, 3.1.3.7). Raises ProviderRefused with the failed check."""
    claims = await _signed(described, token)
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    now = time.time()
    for is_right, reason in (
        (claims.get("iss") == provider.issuer, "iss"),
        (provider.client_id in audiences, "aud"),
        (len(audiences) == 1 or claims.get("azp") == provider.client_id, "azp"),
        (_is_number(claims.get("exp")) and claims["exp"] > now - _LEEWAY_SECONDS, "exp"),
        (_is_number(claims.get("iat")) and claims["iat"] < now + _LEEWAY_SECONDS, "iat"),
        (claims.get("nonce") == nonce, "nonce"),
        (isinstance(claims.get("sub"), str) and bool(claims["sub"]), "sub"),
        (not provider.acr_values or claims.get("acr") in provider.acr_values, "acr"),
    ):
        if not is_right:
            raise ProviderRefused(reason=reason)
    return claims


async def _signed(described: Mapping[str, Any], token: str) -> dict[str, Any]:
    try:
        header = _header(token)
        if header.get("alg") not in ALGORITHMS:
            raise ProviderRefused(reason="alg")
        keys = await _DOCUMENTS.keys(str(described["jwks_uri"]), str(header.get("kid", "")))
        if header.get("kid") is None and len(keys.keys) != 1:
            raise ProviderRefused(reason="kid")
        return dict(jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderRefused(reason="signature") from error


def _header(token: str) -> dict[str, Any]:
    from joserfc.jws import extract_compact

    return dict(extract_compact(token.encode()).headers())


async def _described(provider: Provider) -> dict[str, Any]:
    """The provider's document; its issuer must be the one that was configured (OpenID Connect Discovery 1.0, 4.3)."""
    document = await _DOCUMENTS.get(provider.document_url)
    if document.get("issuer") != provider.issuer:
        raise ProviderRefused(reason="issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _check_address(str(document.get(name, "")))
    return document


async def _exchanged(
    identity: Identity, provider: Provider, described: Mapping[str, Any], *, code: str, verifier: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_address(identity),
        "code_verifier": verifier,
    }
    return await _asked(
        "POST", str(described["token_endpoint"]), form=form, login=(provider.client_id, provider.client_secret)
    )


async def _recognised(
    identity: Identity,
    provider: Provider,
    described: Mapping[str, Any],
    claims: Mapping[str, Any],
    tokens: Mapping[str, Any],
    *,
    link_to: str,
) -> Account:
    pool, subject = identity.database.pool, str(claims["sub"])
    found = await accounts.by_identity(pool, issuer=provider.issuer, subject=subject)
    if found is None and link_to:
        await accounts.add_identity(pool, link_to, issuer=provider.issuer, subject=subject)
        await accounts.tell(pool, link_to, "identity_added", by=link_to)
        found = await accounts.by_id(pool, link_to)
    if found is not None and link_to not in ("", found.id):
        raise UnknownIdentity  # it is somebody else's
    if provider.claims == "pro-sante-connect":
        return found or await _professional(identity, provider, await _user_info(described, tokens, subject))
    if found is None:
        raise UnknownIdentity
    return found


async def _user_info(described: Mapping[str, Any], tokens: Mapping[str, Any], subject: str) -> UserInfo:
    """The userinfo answer, which must be about the same subject (OpenID Connect Core 1.0, 5.3.2)."""
    bearer = str(tokens.get("access_token", ""))
    claims = await _asked("GET", str(described.get("userinfo_endpoint", "")), bearer=bearer)
    if claims.get("sub") != subject:
        raise ProviderRefused(reason="sub")
    return read_userinfo(claims)


async def _professional(identity: Identity, provider: Provider, person: UserInfo) -> Account:
    """The account of a professional whom the directory knows by the number that Pro Santé Connect vouches for; made at first."""
    pool = identity.database.pool
    reference = await accounts.practitioner_of(pool, system=RPPS_SYSTEM, value=person.rpps) if person.rpps else ""
    if not reference:
        raise UnknownIdentity
    holders = await accounts.by_reference(pool, reference)
    account = holders[0] if holders else None
    async with identity.database.transaction() as connection:
        if account is None:
            id_ = new_token()[:22]
            await accounts.add(connection, id_, name=f"{person.given} {person.family}".strip() or person.login)
            await accounts.link(connection, id_, reference)
            account = await accounts.by_id(connection, id_)
        if account is None:
            raise UnknownIdentity
        await accounts.add_identity(connection, account.id, issuer=provider.issuer, subject=person.subject)
        await accounts.tell(connection, account.id, "identity_added", by=account.id)
    return account


async def _asked(
    method: str, url: str, *, form: dict[str, str] | None = None, login: tuple[str, str] | None = None, bearer: str = ""
) -> dict[str, Any]:
    _check_address(url)
    headers = {"accept": "application/json", **({"authorization": f"Bearer {bearer}"} if bearer else {})}
    authentication = httpx.BasicAuth(*login) if login else None
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
            answer = await client.request(method, url, data=form, headers=headers, auth=authentication)
        found = answer.json() if answer.status_code == 200 and len(answer.content) <= _MOST_BYTES else None
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderUnreachable from error
    if not isinstance(found, dict):
        raise ProviderRefused(reason=f"HTTP {answer.status_code}")
    return found


def _check_address(url: str) -> None:
    """Providers are asked over https; http is for loopback."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")):
        raise ProviderRefused(reason="https")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
