"""Opening a store with the packages in it: what the server and every command share."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from seve.engine.access import policies
from seve.engine.engine import Engine
from seve.engine.identity.personas import is_demo
from seve.engine.notifications.gateways import Smtp
from seve.engine.notifications.sms import HttpSms
from seve.fhir.definitions import Definitions, core
from seve.jobs import schema
from seve.main.settings import Settings
from seve.store import loading, packages, reindexing
from seve.store.access.policies import in_force, replace
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.store.migrate import prepare

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool


async def definitions_of(connection: Connection | Pool) -> Definitions:
    """R4, and the packages that were added to the store."""
    added = await packages.resources(connection)
    return core().with_resources(added) if added else core()


async def prepared(settings: Settings) -> int:
    """Brings the store up to date, and says how many migrations ran; an empty store takes the parameters in force."""
    ran = await prepare(settings.store_url)
    await schema.prepare(settings.store_url)
    connection = await loading.connect(settings.store_url)
    try:
        definitions = await definitions_of(connection)
        await reindexing.is_due(connection, reindexing.fingerprint(definitions))
        await _begin_policies(connection, definitions)
    finally:
        await connection.close()
    return ran


async def _begin_policies(connection: Connection, definitions: Definitions) -> None:
    """A store that never had policies begins with the sample; one whose policies were taken away stays closed."""
    title, _ = await in_force(connection)
    if title is None:
        async with connection.transaction():
            await replace(connection, policies.read(policies.sample(), definitions), title="sample.csv")


@asynccontextmanager
async def open_engine(settings: Settings, *, connections: int = 16) -> AsyncGenerator[Engine, None]:
    """An engine on the store, brought up to date."""
    await prepared(settings)
    database = await Database.open(settings.store_url, connections=connections)
    try:
        database.identities = "test" if await is_demo(database) else settings.identities
        definitions = await definitions_of(database.pool)
        engine = await Engine.open(
            database,
            definitions,
            keys=Keyring.open(settings.keys),
            base_url=settings.fhir_url,
            import_hosts=settings.import_hosts,
            hook_hosts=settings.hook_hosts,
        )
        engine.ice = settings.ice
        engine.opening_notice_days = settings.opening_notice_days
        if settings.smtp_url:
            engine.gateways["email"] = Smtp.of(settings.smtp_url, sender=settings.mail_from)
        if settings.sms_url:
            engine.gateways["sms"] = HttpSms(
                settings.sms_url, token=settings.sms_token, body=settings.sms_body, trusted=settings.hook_hosts
            )
        yield engine
    finally:
        await database.close()
