"""Signing in, failing to, and signing out leave their entries in the audit trail (OWASP ASVS 5.0, 16.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from seve.store.audit.acts import Act

if TYPE_CHECKING:
    from seve.engine.identity.activities import Activity
    from seve.engine.identity.principal import Principal
    from seve.engine.identity.service import Identity
    from seve.engine.identity.sessions import Proof


async def tell_sign_in(identity: Identity, proof: Proof, activity: Activity, *, address: str) -> None:
    """Who signed in, as what, proven how; durable when this returns."""
    act = Act(
        interaction="sign-in",
        action="E",
        agent=activity.role or activity.person or f"Account/{proof.account}",
        role=activity.profession or activity.kind,
        delegated_by=activity.delegated_by,
        organization=activity.organization,
        source=address,
        detail=_detail(account=proof.account, methods=proof.methods),
    )
    await identity.ledger.record([act])


async def tell_failure(identity: Identity, *, account: str, address: str) -> None:
    """Somebody did not prove who they are. The name they typed is kept nowhere (it may be a password typed in the wrong
    place); the account is, when the first of two factors was right.
    """
    act = Act(interaction="sign-in", action="E", outcome=4, source=address, detail=_detail(account=account))
    await identity.ledger.record([act])


async def tell_sign_out(identity: Identity, principal: Principal) -> None:
    """A session ended by its holder."""
    act = Act(
        interaction="sign-out",
        action="E",
        agent=principal.role or principal.person or f"Account/{principal.account}",
        role=principal.profession or principal.kind,
        session=principal.session,
        delegated_by=principal.delegated_by,
        organization=principal.organization,
        detail=_detail(account=principal.account),
    )
    await identity.ledger.record([act])


def _detail(**said: object) -> str:
    return msgspec.json.encode({name: value for name, value in said.items() if value}).decode()
