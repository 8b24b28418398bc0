"""What the frame of every page says of who is signed in: name, activity, and the token of the sign-out form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.identity.activities import name_of, title_of
from seve.engine.identity.principal import IDENTITY_DESK
from seve.store.identity import accounts
from seve.web.signin.forms import csrf_of

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.engine.identity.principal import Kind
    from seve.store.database import Database


@dataclass(frozen=True, slots=True)
class Badge:
    """`activity` is a professional's: what they are, and where; "" for others. `is_desk`: of those, who settles identities."""

    kind: Kind
    name: str
    activity: str
    csrf: str
    is_desk: bool = False


async def badge_of(database: Database, held: Held) -> Badge:
    """The badge of a session."""
    principal = held.principal
    account = await accounts.by_id(database.pool, principal.account)
    parts: tuple[str, ...] = ()
    if principal.kind == "professional":
        place = await name_of(database.pool, principal.organization)
        parts = (await title_of(database.pool, principal.role), place)
    name = account.name if account else ""
    is_desk = principal.profession == IDENTITY_DESK
    return Badge(principal.kind, name, " · ".join(filter(None, parts)), csrf_of(held), is_desk)
