"""Registering applications (RFC 7591) and deciding on them. What registers itself waits until an officer approves."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from seve.engine.identity.applications.refusals import (
    InvalidClientMetadata,
    InvalidRedirectUri,
)
from seve.engine.identity.holding import Held
from seve.engine.identity.refusals import OfficerNeeded, TooManyAttempts
from seve.engine.identity.tokens import digest, new_token
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import accounts, applications
from seve.store.identity.applications import Client

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

METHODS = ("none", "private_key_jwt", "client_secret_basic")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
PURPOSES = ("", "TREAT", "PATRQT", "HRESCH", "PUBHLTH", "HPAYMT", "HOPERAT")
_PENDING_MOST = 200
_PENDING_PAUSE_SECONDS = 3_600
_MOST_CHARACTERS = 200
_MOST_URIS = 10


async def register(identity: Identity, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A new application that waits for approval; the answer is that of RFC 7591, 3.2.1, with `seve_state`.

    Raises InvalidClientMetadata, InvalidRedirectUri, TooManyAttempts when too many wait already.
    """
    if len(await applications.clients(identity.database.pool, "pending")) >= _PENDING_MOST:
        raise TooManyAttempts(seconds=_PENDING_PAUSE_SECONDS)
    client, secret = read_metadata(asked)
    await applications.add_client(identity.database.pool, client)
    answer = {
        "client_id": client.id,
        "client_name": client.name,
        "grant_types": list(client.grant_types),
        "redirect_uris": list(client.redirect_uris),
        "token_endpoint_auth_method": client.method,
        "scope": client.scopes,
        "seve_state": client.state,
    }
    return {**answer, "client_secret": secret, "client_secret_expires_at": 0} if secret else answer


def read_metadata(asked: Mapping[str, Any]) -> tuple[Client, str]:
    """A pending client, and the secret to hand out ("" for none). Raises InvalidClientMetadata, InvalidRedirectUri."""
    method = _one_of(asked, "token_endpoint_auth_method", METHODS, default="none")
    grant_types = _strings(asked, "grant_types") or ("authorization_code",)
    _check(set(grant_types) <= set(GRANT_TYPES), "grant_types")
    redirect_uris = _strings(asked, "redirect_uris")
    _check(("authorization_code" not in grant_types) or bool(redirect_uris), "redirect_uris")
    for uri in redirect_uris:
        check_redirect_uri(uri)
    jwks, jwks_uri = _keys(asked.get("jwks")), _text(asked, "jwks_uri")
    _check(not jwks_uri or jwks_uri.startswith("https://"), "jwks_uri")
    _check((method != "private_key_jwt") or (bool(jwks) != bool(jwks_uri)), "jwks")
    _check("client_credentials" not in grant_types or method == "private_key_jwt", "token_endpoint_auth_method")
    scopes = Scopes.parse(_text(asked, "scope", most=4_000))
    _check(bool(scopes), "scope")
    secret = new_token() if method == "client_secret_basic" else ""
    client = Client(
        id=new_token()[:22],
        name=_text(asked, "client_name"),
        state="pending",
        method=method,
        grant_types=grant_types,
        redirect_uris=redirect_uris,
        scopes=str(scopes),
        purpose=_one_of(asked, "purpose", PURPOSES, default=""),
        owner=", ".join(_strings(asked, "contacts"))[:_MOST_CHARACTERS] or _text(asked, "client_uri"),
        secret=digest(secret) if secret else b"",
        jwks=jwks,
        jwks_uri=jwks_uri,
        launch_uri=_text(asked, "initiate_login_uri"),
    )
    _check(bool(client.name), "client_name")
    return client, secret


def check_redirect_uri(uri: str) -> None:
    """https; http on loopback; a private scheme with a dot (RFC 8252). Raises InvalidRedirectUri."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError as error:
        raise InvalidRedirectUri(uri=uri[:_MOST_CHARACTERS]) from error
    is_private = "." in parts.scheme and not parts.netloc
    is_web = bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)))
    is_plain = uri.isascii() and uri.isprintable() and " " not in uri and len(uri) <= 2_000
    if not (is_private or is_web) or not is_plain or parts.fragment or "#" in uri or "@" in parts.netloc or "*" in host:
        raise InvalidRedirectUri(uri=uri[:_MOST_CHARACTERS])


async def decide(
    identity: Identity,
    held: Held,
    client_id: str,
    *,
    state: Literal["approved", "refused", "blocked"],
    reaches_all: bool = False,
) -> bool:
    """An officer's decision. A refused or blocked application loses what it holds at once. Raises OfficerNeeded.

    A machine gets its account with the approval, and with `reaches_all` the data of all patients; without it, those of its
    organisation's patients.
    """
    if held.principal.kind != "officer" or held.principal.client:
        raise OfficerNeeded
    async with identity.database.transaction() as connection:
        client = await applications.client(connection, client_id)
        if client is None:
            return False
        if state == "approved" and "client_credentials" in client.grant_types and not client.account:
            account = f"client-{client.id}"
            await accounts.add(connection, account, name=client.name)
            await applications.act_as(connection, client.id, account)
        is_machine = "client_credentials" in client.grant_types
        return await applications.decide(
            connection,
            client_id,
            state=state,
            by=held.principal.account,
            reaches_all=reaches_all and is_machine and state == "approved",
        )


def _keys(found: Any) -> dict[str, Any] | None:
    """A key set with public asymmetric keys only."""
    if found is None:
        return None
    try:
        keys: list[Any] = found["keys"]
        public = [key for key in keys if key["kty"] in ("RSA", "EC") and "d" not in key]
        KeySet.import_key_set({"keys": public})
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise InvalidClientMetadata(parameter="jwks") from error
    _check(0 < len(public) == len(keys) and len(json.dumps(public)) < 50_000, "jwks")
    return {"keys": public}


def _text(asked: Mapping[str, Any], name: str, *, most: int = _MOST_CHARACTERS) -> str:
    value = asked.get(name, "")
    _check(isinstance(value, str) and len(value) <= most and value.isprintable(), name)
    return str(value).strip()


def _strings(asked: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value: Any = asked.get(name, [])
    _check(isinstance(value, Sequence) and not isinstance(value, str) and len(value) <= _MOST_URIS, name)
    _check(all(isinstance(one, str) and one.isprintable() for one in value), name)
    return tuple(dict.fromkeys(value))


def _one_of(asked: Mapping[str, Any], name: str, known: Sequence[str], *, default: str) -> str:
    value = asked.get(name, default)
    _check(value in known, name)
    return str(value)


def _check(is_right: bool, parameter: str) -> None:
    if not is_right:
        raise InvalidClientMetadata(parameter=parameter)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
