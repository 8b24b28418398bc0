"""What the frame of every page says of who is signed in: name, activity, and the token of the sign-out form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.engine.identity.activities import name_of, title_of
from seve.engine.identity.principal import IDENTITY_DESK, WITHOUT_CARE
from seve.store.identity import accounts
from seve.web.signin.forms import csrf_of

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.engine.identity.principal import Kind
    from seve.store.database import Database


@dataclass(frozen=True, slots=True)
class Badge:
    """`activity` is a professional's: what they are, and where; "" for others. Of those, `is_desk` who settles identities, and
    `cares` who takes care of patients: the others open no record.
    """

    kind: Kind
    name: str
    activity: str
    csrf: str
    is_desk: bool = False
    cares: bool = True


async def badge_of(database: Database, held: Held) -> Badge:
    """The badge of a session."""
    principal = held.principal
    account = await accounts.by_id(database.pool, principal.account)
    parts: tuple[str, ...] = ()
    if principal.kind == "professional":
        place = await name_of(database.pool, principal.organization)
        parts = (await title_of(database.pool, principal.role), place)
    return Badge(
        principal.kind,
        account.name if account else "",
        " · ".join(filter(None, parts)),
        csrf_of(held),
        is_desk=principal.profession == IDENTITY_DESK,
        cares=principal.profession not in WITHOUT_CARE,
    )
