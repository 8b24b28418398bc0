"""The token endpoint: a code, a refresh token or a machine's assertion becomes an access token."""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from joserfc import jwt

from seve.engine.identity.activities import activities_of
from seve.engine.identity.applications.refusals import (
    InvalidGrant,
    InvalidScope,
    OAuthRefusal,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from seve.engine.identity.keys import ALGORITHM
from seve.engine.identity.tokens import challenge_of, digest, new_token
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import accounts, applications, sessions
from seve.store.identity.applications import ApplicationGrant, Client, Spent
from seve.store.identity.sessions import NewSession

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")
_GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


async def answer(identity: Identity, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    """The token response for an authenticated client (RFC 6749, 5.1; SMART's launch context beside it).

    Raises InvalidGrant, InvalidScope, UnauthorizedClient, UnsupportedGrantType, OAuthRefusal.
    """
    kind = form.get("grant_type", "")
    if kind not in _GRANT_TYPES:
        raise UnsupportedGrantType
    if kind not in client.grant_types and not (kind == "refresh_token" and "authorization_code" in client.grant_types):
        raise UnauthorizedClient
    if kind == "authorization_code":
        return await _by_code(identity, client, form)
    if kind == "refresh_token":
        return await _by_refresh(identity, client, form)
    return await _by_credentials(identity, client, form)


async def _by_code(identity: Identity, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    pool, verifier = identity.database.pool, form.get("code_verifier", "")
    spent = await applications.use_code(pool, digest(form.get("code", "")))
    if spent is None:
        raise InvalidGrant
    is_proven = bool(_VERIFIER.fullmatch(verifier)) and hmac.compare_digest(spent.challenge, challenge_of(verifier))
    is_theirs = spent.client == client.id and spent.redirect_uri == form.get("redirect_uri")
    if spent.was_used or not (is_proven and is_theirs):
        # A second use, or a use by somebody else, says that the code was stolen: what came of it ends (RFC 6749, 4.1.2).
        await _revoke(identity, spent.grant, why="replayed" if spent.was_used else "stolen")
        raise InvalidGrant
    if not spent.is_fresh:
        raise InvalidGrant
    given = await _in_force(identity, spent.grant)
    return await _issued(identity, client, given, scopes=Scopes.parse(given.scopes), spent=spent, is_first=True)


async def _by_refresh(identity: Identity, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    spent = await applications.use_refresh(identity.database.pool, digest(form.get("refresh_token", "")))
    if spent is None:
        raise InvalidGrant
    if spent.was_used or spent.client != client.id:
        await _revoke(identity, spent.grant, why="replayed" if spent.was_used else "stolen")
        raise InvalidGrant
    if not spent.is_fresh:
        raise InvalidGrant
    given = await _in_force(identity, spent.grant)
    granted = Scopes.parse(spent.scopes)
    scopes = Scopes.parse(form["scope"]) if form.get("scope") else granted
    if not scopes or not scopes.within(granted):
        raise InvalidScope  # the refresh token is spent, as by any use: the application asks the person again
    return await _issued(identity, client, given, scopes=scopes, spent=spent, is_first=False)


async def _by_credentials(identity: Identity, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    """SMART Backend Services, “Issue access token”."""
    if client.method != "private_key_jwt" or not client.account:
        raise UnauthorizedClient
    if not form.get("scope"):
        raise OAuthRefusal(parameter="scope")
    scopes = Scopes.parse(form["scope"]).narrow(Scopes.parse(client.scopes)).only("system")
    if not scopes:
        raise InvalidScope
    token, seconds = new_token(), identity.policy.machine_token_seconds
    await sessions.start(
        identity.database.pool,
        NewSession(
            token=digest(token),
            account=client.account,
            kind="machine",
            purpose=client.purpose or "HOPERAT",
            idle_seconds=0,
            expires_seconds=seconds,
            until_seconds=seconds,
            role=client.role,
            organization=client.organization,
            client=client.id,
            scopes=str(scopes),
            methods=("swk",),
        ),
    )
    return {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": str(scopes)}


async def _in_force(identity: Identity, key: int) -> ApplicationGrant:
    """A grant whose person may still act as what they did when they gave it. Raises InvalidGrant."""
    pool = identity.database.pool
    given = await applications.grant(pool, key)
    account = await accounts.by_id(pool, given.account) if given else None
    if given is None or account is None:
        raise InvalidGrant
    now = {(a.kind, a.role, a.delegation) for a in await activities_of(pool, account)}
    as_what = given.principal
    if (as_what["kind"], as_what["role"], as_what["delegation"]) not in now:
        await _revoke(identity, key, why="role")
        raise InvalidGrant
    return given


async def _issued(
    identity: Identity, client: Client, given: ApplicationGrant, *, scopes: Scopes, spent: Spent, is_first: bool
) -> dict[str, Any]:
    token, policy, pool = new_token(), identity.policy, identity.database.pool
    left = max(1, int(given.until.timestamp() - time.time()))
    seconds = min(policy.access_token_seconds, left)
    await sessions.start(pool, _session(given, client, token=token, scopes=scopes, seconds=seconds))
    found: dict[str, Any] = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": str(scopes),
    }
    if given.patient:
        found["patient"] = given.patient.removeprefix("Patient/")
        found["need_patient_banner"] = not spent.data.get("is_launched", False)
    granted = Scopes.parse(spent.scopes or given.scopes)
    if "offline_access" in granted or "online_access" in granted:
        refresh = new_token()
        data = {**spent.data, "auth_time": _auth_time(spent, is_first=is_first)}
        await applications.add_refresh(
            pool,
            digest(refresh),
            client_=client.id,
            grant_=given.key,
            scopes=str(granted),
            seconds=min(policy.refresh_seconds, left),
            data=data,
        )
        found["refresh_token"] = refresh
    if "openid" in scopes:
        found["id_token"] = await _id_token(identity, client, given, scopes=scopes, spent=spent, is_first=is_first)
    return found


def _session(given: ApplicationGrant, client: Client, *, token: str, scopes: Scopes, seconds: int) -> NewSession:
    as_what = given.principal
    return NewSession(
        token=digest(token),
        account=given.account,
        kind=as_what["kind"],
        purpose=given.purpose,
        idle_seconds=0,
        expires_seconds=seconds,
        until_seconds=seconds,
        role=as_what["role"],
        person=as_what["person"],
        organization=as_what["organization"],
        profession=as_what["profession"],
        related=as_what["related"],
        delegated_by=as_what["delegated_by"],
        delegation=as_what["delegation"],
        client=client.id,
        scopes=str(scopes),
        patient=given.patient,
        grant=given.key,
    )


async def _id_token(
    identity: Identity, client: Client, given: ApplicationGrant, *, scopes: Scopes, spent: Spent, is_first: bool
) -> str:
    """OpenID Connect Core 1.0, 2; `fhirUser` as SMART App Launch 2.2 has it."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": identity.issuer,
        "sub": given.account,
        "aud": client.id,
        "iat": now,
        "exp": now + identity.policy.access_token_seconds,
        "auth_time": _auth_time(spent, is_first=is_first),
        "amr": spent.data.get("amr", []),
    }
    if is_first and spent.data.get("nonce"):
        claims["nonce"] = spent.data["nonce"]
    if "fhirUser" in scopes:
        claims["fhirUser"] = fhir_user(identity, given.principal)
    key = identity.keys.signer()
    header = {"alg": ALGORITHM, "kid": key.kid or ""}
    return await asyncio.to_thread(jwt.encode, header, claims, key, [ALGORITHM])


def fhir_user(identity: Identity, as_what: Mapping[str, Any]) -> str:
    """The absolute address of the person: Practitioner, Patient or RelatedPerson."""
    return f"{identity.fhir_url}/{as_what['person'] or as_what['role']}"


def _auth_time(spent: Spent, *, is_first: bool) -> int:
    return int(time.time()) - int(spent.data.get("auth_age", 0)) if is_first else int(spent.data.get("auth_time", 0))


async def _revoke(identity: Identity, grant: int, *, why: str) -> None:
    """Everything that stems from a grant ends, at once."""
    await applications.end_grant(identity.database.pool, grant, why=why)
    identity.held.clear()
