"""Introspection (RFC 7662) and revocation (RFC 7009): a client asks about, or gives back, its own tokens only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from seve.engine.identity.applications.tokens import fhir_user
from seve.engine.identity.tokens import digest
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import applications, sessions
from seve.store.identity.applications import Client

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_INACTIVE: dict[str, Any] = {"active": False}


async def introspect(identity: Identity, client: Client, token: str) -> dict[str, Any]:
    """What a token stands for; `{"active": false}` for one that is not in force or not the client's."""
    key = digest(token)
    session = await sessions.find(identity.database.pool, key)
    if session is None or session.client != client.id:
        return await _refresh(identity, client, key)
    found: dict[str, Any] = {
        "active": True,
        "scope": session.scopes or "",
        "client_id": session.client,
        "sub": session.account,
        "iss": identity.issuer,
        "aud": identity.fhir_url,
        "token_type": "Bearer",
        "iat": int(session.created.timestamp()),
        "exp": int(time.time() + session.seconds),
    }
    if session.patient:
        found["patient"] = session.patient.removeprefix("Patient/")
    if "fhirUser" in Scopes.parse(session.scopes or ""):
        found["fhirUser"] = fhir_user(identity, {"person": session.person, "role": session.role})
    return found


async def revoke(identity: Identity, client: Client, token: str) -> None:
    """Ends an access token; for a refresh token, the whole grant with its access tokens. Unknown ones are no error."""
    pool, key = identity.database.pool, digest(token)
    if await sessions.end_token(pool, key, client.id):
        identity.held.clear()
        return
    found = await applications.see_refresh(pool, key)
    if found is not None and found["client"] == client.id:
        await applications.end_grant(pool, found["application_grant"], why="revoked")
        identity.held.clear()


async def _refresh(identity: Identity, client: Client, key: bytes) -> dict[str, Any]:
    found = await applications.see_refresh(identity.database.pool, key)
    if found is None or found["client"] != client.id:
        return _INACTIVE
    return {"active": True, "scope": found["scopes"], "client_id": client.id, "exp": found["expires"]}
