"""Brute force is slowed and locked, by name and by address, whether or not the name exists."""

from __future__ import annotations

import hmac
import math
from typing import TYPE_CHECKING

from seve.engine.identity.refusals import TooManyAttempts
from seve.engine.identity.telling import tell_failure
from seve.fhir.search.keys import fold
from seve.store.identity import credentials

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity


class Attempt:
    """One attempt to prove a name from an address. It counts as failed until `succeeded` is said, so that a burst gains nothing."""

    def __init__(self, identity: Identity, *, name: str, address: str) -> None:
        self._identity = identity
        self._name = _key(identity, "name", fold(name))
        self._address = _key(identity, "address", address)
        self._source = address

    async def begin(self) -> None:
        """Counts the attempt. Raises TooManyAttempts while the name or the address is locked."""
        pool, policy = self._identity.database.pool, self._identity.policy
        if (closed := await credentials.closed_seconds(pool, [self._name, self._address])) > 0:
            raise TooManyAttempts(seconds=math.ceil(closed))
        await credentials.fail(
            pool,
            [self._name],
            free=policy.free_failures,
            locked_from=policy.locked_from,
            locked_seconds=policy.locked_seconds,
        )

    async def succeeded(self) -> None:
        """The name is forgiven; the address keeps its failures, which may be about other names."""
        await credentials.forgive(self._identity.database.pool, self._name)

    async def failed(self, *, account: str = "") -> None:
        """Counts for the address too, and leaves an entry in the audit trail."""
        policy = self._identity.policy
        await credentials.fail(
            self._identity.database.pool,
            [self._address],
            free=policy.address_free_failures,
            locked_from=policy.address_locked_from,
            locked_seconds=policy.locked_seconds,
        )
        await tell_failure(self._identity, account=account, address=self._source)


def _key(identity: Identity, kind: str, value: str) -> bytes:
    return hmac.digest(identity.keys.hashing, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256")
