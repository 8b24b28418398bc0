"""A professional lets a secretary or a replacement act in one of their activities: dated, seen by both, ended at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from seve.engine.identity.holding import Held
from seve.engine.identity.refusals import DelegationRefused
from seve.engine.identity.sessions import check_fresh
from seve.fhir.search.keys import fold
from seve.store.identity import accounts, sessions

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity


async def give(
    identity: Identity,
    held: Held,
    *,
    to: str,
    kind: Literal["secretary", "replacement"],
    since: datetime,
    until: datetime,
) -> int:
    """Delegates the activity of this session to the account with a login. Raises DelegationRefused, ProofTooOld.

    A delegate can't delegate further, and a patient's session has nothing to delegate here (mandates are RelatedPersons).
    """
    principal, pool = held.principal, identity.database.pool
    check_fresh(identity, held)
    delegate = await accounts.by_login(pool, fold(to))
    latest = datetime.now(UTC) + timedelta(seconds=identity.policy.delegation_most_seconds)
    if principal.kind != "professional" or principal.delegated_by or principal.client:
        raise DelegationRefused
    if delegate is None or delegate.is_blocked or delegate.id == principal.account:
        raise DelegationRefused
    if not (since < until <= latest and until > datetime.now(UTC)):
        raise DelegationRefused
    async with identity.database.transaction() as connection:
        key = await sessions.delegate(
            connection,
            delegator=principal.account,
            delegate_=delegate.id,
            role=principal.role,
            kind=kind,
            since=since,
            until=until,
        )
        for account in (principal.account, delegate.id):
            await accounts.tell(connection, account, "delegation_given", by=principal.account)
    return key


async def end(identity: Identity, held: Held, key: int) -> bool:
    """Ends a delegation from either side, and in the same transaction the sessions held through it."""
    by = held.principal.account
    async with identity.database.transaction() as connection:
        sides = await sessions.end_delegation(connection, key, by=by)
        for account in sides or ():
            await accounts.tell(connection, account, "delegation_ended", by=by)
    return sides is not None
