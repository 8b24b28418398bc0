"""Opening, finding and ending sessions. A session's token changes at sign-in, at each choice of an activity and at step-up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seve.engine.identity.activities import Activity
from seve.engine.identity.holding import Held
from seve.engine.identity.principal import Principal
from seve.engine.identity.refusals import NothingToActAs, ProofTooOld
from seve.engine.identity.telling import tell_sign_in, tell_sign_out
from seve.engine.identity.tokens import digest, new_token
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import accounts
from seve.store.identity import sessions as stored
from seve.store.identity.sessions import NewSession, Session

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_COOKIE_CHARACTERS = 43


@dataclass(frozen=True, slots=True)
class Proof:
    """Who signed in, and how (`methods` are RFC 8176 words, `demo`, or `recovery`); `seconds` ago."""

    account: str
    methods: tuple[str, ...]
    seconds: int = 0


async def principal_of_cookie(identity: Identity, cookie: str) -> Principal | None:
    """Whom a web session stands for; None without a session in force. Use keeps it open, within its limits."""
    held = await session_of_cookie(identity, cookie)
    return held.principal if held else None


async def principal_of_token(identity: Identity, token: str) -> Principal | None:
    """Whom an access token stands for; None unless it is in force. A web session's cookie is no access token."""
    held = await _find(identity, token)
    return held.principal if held and held.principal.client else None


async def session_of_cookie(identity: Identity, cookie: str) -> Held | None:
    """The web session with what its pages need: its CSRF key, how and when it was proven."""
    held = await _find(identity, cookie)
    return held if held and not held.principal.client else None


async def open_session(identity: Identity, proof: Proof, activity: Activity, *, device: str) -> str:
    """Opens a web session as one activity and gives its cookie. The old one, if any, is for the caller to end."""
    token, lifetime = new_token(), identity.policy.lifetimes[activity.kind]
    whole = lifetime.whole_seconds
    if activity.until is not None:
        whole = min(whole, int((activity.until - datetime.now(UTC)).total_seconds()))
    new = NewSession(
        token=digest(token),
        account=proof.account,
        kind=activity.kind,
        purpose=activity.purpose,
        idle_seconds=min(lifetime.idle_seconds, whole),
        expires_seconds=min(lifetime.idle_seconds, whole),
        until_seconds=whole,
        role=activity.role,
        person=activity.person,
        organization=activity.organization,
        profession=activity.profession,
        related=activity.related,
        delegated_by=activity.delegated_by,
        delegation=activity.delegation,
        csrf=os.urandom(32),
        methods=proof.methods,
        device=device,
        proven_seconds=proof.seconds,
    )
    await stored.start(identity.database.pool, new)
    return token


async def sign_in(
    identity: Identity,
    proof: Proof,
    activities: Sequence[Activity],
    *,
    chosen: str,
    device: str,
    address: str,
    old: str = "",
) -> str:
    """Signs in as the chosen activity and ends the session of the `old` cookie; in the audit trail before the token is given.

    Raises NothingToActAs.
    """
    activity = next((a for a in activities if a.key == chosen), None)
    if activity is None:
        raise NothingToActAs
    if old and (held := await session_of_cookie(identity, old)):
        await leave(identity, held.principal)
    token = await open_session(identity, proof, activity, device=device)
    await accounts.tell(identity.database.pool, proof.account, "signed_in", by=proof.account, device=device)
    await tell_sign_in(identity, proof, activity, address=address)
    return token


async def leave(identity: Identity, principal: Principal) -> None:
    """Ends the session that asks."""
    if await end(identity, principal.account, principal.session):
        await tell_sign_out(identity, principal)


async def end(identity: Identity, account: str, key: int) -> bool:
    """Ends a session of an account, here at once and in other processes as soon as they hear of it."""
    is_done = await stored.end(identity.database.pool, account, key)
    identity.held.forget(key)
    return is_done


async def end_all(identity: Identity, account: str, *, but: int = 0) -> int:
    """Signs an account out everywhere, but for one session."""
    number = await stored.end_all(identity.database.pool, account, but=but)
    identity.held.clear()
    return number


def check_fresh(identity: Identity, held: Held) -> None:
    """Raises ProofTooOld when the proof is not of the last minutes."""
    if held.session.proven_seconds > identity.policy.fresh_seconds:
        raise ProofTooOld


async def _find(identity: Identity, token: str) -> Held | None:
    if len(token) != _COOKIE_CHARACTERS:
        return None
    key = digest(token)
    if identity.listener.hears and (held := identity.held.get(key)) is not None:
        return held
    since = identity.held.forgotten
    session = await stored.find(identity.database.pool, key)
    if session is None:
        return None
    if session.idle_seconds:
        await stored.slide(identity.database.pool, session.key)
    principal = _principal(session)
    identity.held.put(key, principal, session, since=since)
    return Held(principal, session, 0.0)


def _principal(session: Session) -> Principal:
    return Principal(
        session=session.key,
        account=session.account,
        kind=session.kind,
        role=session.role,
        person=session.person,
        organization=session.organization,
        profession=session.profession,
        related=session.related,
        delegated_by=session.delegated_by,
        purpose=session.purpose,
        client=session.client,
        scopes=None if session.scopes is None else Scopes.parse(session.scopes),
        patient=session.patient,
        reaches_all=session.reaches_all,
    )
