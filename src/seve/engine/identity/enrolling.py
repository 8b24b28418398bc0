"""Making accounts: the first officer's from the command line, everybody's whom no other provider vouches for."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from seve.engine.identity.policy import Policy
from seve.engine.identity.refusals import InvalidAccount
from seve.engine.identity.signing_in import new_code, typed
from seve.engine.identity.tokens import digest, new_token
from seve.fhir.search.keys import fold
from seve.store.database import Database
from seve.store.identity import accounts, credentials

_ENROLLING = 0xACC0  # one at a time, so that no login is taken twice
_LOGIN = re.compile(r"[a-z0-9][a-z0-9.@_-]{1,99}")
_LINK = re.compile(r"(Practitioner|Patient|RelatedPerson)/[A-Za-z0-9.-]{1,64}")


async def enrol(
    database: Database, *, login: str, name: str, links: Sequence[str] = (), is_officer: bool = False
) -> tuple[str, datetime]:
    """A new account, and the one-time code by which its holder first gets in, with the end of that code.

    Raises InvalidAccount: the login is taken or malformed, the name is empty, or a link is no person's reference.
    """
    folded = fold(login)
    wrong = [link for link in links if not _LINK.fullmatch(link)]
    if not _LOGIN.fullmatch(folded) or not name.strip() or wrong:
        raise InvalidAccount(value=wrong[0] if wrong else login)
    account, code = new_token()[:22], new_code()
    until = datetime.now(UTC) + timedelta(seconds=Policy().help_seconds)
    async with database.transaction(locks=[_ENROLLING]) as connection:
        if await accounts.by_login(connection, folded) is not None:
            raise InvalidAccount(value=login)
        await accounts.add(connection, account, name=name.strip(), login=folded, is_officer=is_officer)
        for link in links:
            await accounts.link(connection, account, link)
        secret = digest(typed(code))
        await credentials.add(
            connection, account, id_=secrets.token_bytes(16), kind="help", secret=secret, expires=until
        )
        await accounts.tell(connection, account, "enrolled", by=account)
    return code, until
