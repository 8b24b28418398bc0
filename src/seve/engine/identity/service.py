"""What everything about identities shares, wired once a process."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from seve.engine.identity.applications.remote_keys import RemoteKeys
from seve.engine.identity.holding import HeldSessions
from seve.engine.identity.keys import Keys
from seve.engine.identity.policy import Policy
from seve.engine.identity.providers import Provider, read_providers
from seve.kernel.cancelling import pause
from seve.store.audit.ledger import Ledger
from seve.store.database import Database, is_unavailable
from seve.store.identity import credentials
from seve.store.identity.listening import EndedSessions

_LOG = logging.getLogger("seve.identity")
_SWEEP_SECONDS = 3_600.0


@dataclass(slots=True, eq=False)
class Identity:
    """Accounts, sessions and applications of one store. `site` is the web address without a slash, `fhir_url` the FHIR base.

    `trusted_hosts` are hosts and addresses inside private networks that key sets may be fetched from (none by default).
    """

    database: Database
    ledger: Ledger
    site: str
    fhir_url: str
    keys: Keys
    policy: Policy = field(default_factory=Policy)
    providers: Mapping[str, Provider] = field(default_factory=lambda: MappingProxyType(dict[str, Provider]()))
    trusted_hosts: frozenset[str] = frozenset()
    held: HeldSessions = field(init=False)
    listener: EndedSessions = field(init=False)
    remote_keys: RemoteKeys = field(init=False)

    def __post_init__(self) -> None:
        self.held = HeldSessions(seconds=self.policy.cache_seconds)
        self.listener = EndedSessions(self.database, self.held.forget, self.held.clear)
        self.remote_keys = RemoteKeys(trusted_hosts=self.trusted_hosts)

    @property
    def issuer(self) -> str:
        """The issuer of id tokens (OpenID Connect Discovery 1.0)."""
        return self.site

    @property
    def host(self) -> str:
        """The relying party id of passkeys: the site's host."""
        return urlsplit(self.site).hostname or ""

    @property
    def has_passkeys(self) -> bool:
        """Whether passkeys can be used: they belong to a domain name, which an address in digits is not (WebAuthn, 5.1.3)."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return True
        return False

    @property
    def is_secure(self) -> bool:
        """Whether cookies may be bound to https; plain http is for loopback."""
        return self.site.startswith("https://")


@asynccontextmanager
async def open_identity(
    database: Database,
    *,
    ledger: Ledger,
    fhir_url: str,
    keys: Path,
    policy: Policy | None = None,
    providers: Mapping[str, Provider] | None = None,
    trusted_hosts: frozenset[str] = frozenset(),
) -> AsyncGenerator[Identity]:
    """Identities of a prepared store, whose sign-ins go into the `ledger`; hears of ended sessions within. `keys` is a directory that outlives the process.

    Other identity providers are read from `providers.toml` beside it, unless they are given. Raises ValueError for a file that
    can't be read as such.
    """
    identity = Identity(
        database,
        ledger=ledger,
        site=fhir_url.removesuffix("/fhir"),
        fhir_url=fhir_url,
        keys=await asyncio.to_thread(Keys, keys),
        policy=policy or Policy(),
        providers=read_providers(keys.parent / "providers.toml") if providers is None else providers,
        trusted_hosts=trusted_hosts,
    )
    working = [asyncio.create_task(identity.listener.run()), asyncio.create_task(_sweep(identity))]
    try:
        yield identity
    finally:
        for task in working:
            task.cancel()
        for task in working:
            with suppress(asyncio.CancelledError):
                await task


async def _sweep(identity: Identity) -> None:
    """Removes what expired and replaces an old signing key, every hour, until it is cancelled."""
    while True:
        await asyncio.to_thread(identity.keys.rotate_when_old)
        try:
            await credentials.sweep(identity.database.pool)
        except Exception as error:  # noqa: BLE001 - sweeping is upkeep: it must not end the replacing of keys with it
            if not is_unavailable(error):
                _LOG.error("what expired was not swept: %s", type(error).__name__)
        await pause(_SWEEP_SECONDS)
