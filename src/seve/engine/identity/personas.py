"""The personas of a demonstration store: one click signs in as any of them. Only a store that `seve demo` made has them.

What they stand for in the record are the known people of `seve.territory` (`data/people.toml`, `data/houses.toml`); the maker is of the
register of tools (`seve.main.registering`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from seve.engine.identity.refusals import NotDemo
from seve.engine.identity.sessions import Proof
from seve.store.database import Database
from seve.store.identity import accounts, sessions
from seve.store.identity.accounts import Account

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_SETTING = "demo"


@dataclass(frozen=True, slots=True)
class Persona:
    """A fictive person. `role` is a key of the sign-in page's sentences: who they are, and their story."""

    id: str
    name: str
    role: str
    links: tuple[str, ...] = ()
    is_officer: bool = False


PERSONAS = (
    Persona("demo-patiente", "Jeanne Moreau-Lefèvre", "patient", ("Patient/demo-jeanne",)),
    Persona(
        "demo-parent",
        "Nadia Benali",
        "guardian",
        ("Patient/demo-nadia", "RelatedPerson/demo-nadia-mere", "RelatedPerson/demo-ines-mere"),
    ),
    Persona("demo-adolescent", "Hugo Garnier", "teenager", ("Patient/demo-hugo",)),
    Persona("demo-aidante", "Claire Fournier", "helper", ("RelatedPerson/demo-marcel-aidant",)),
    Persona("demo-medecin", "Dr Yasmine Karim", "physician", ("Practitioner/demo-dr-karim",)),
    Persona("demo-cardiologue", "Dr Olivier Chevalier", "cardiologist", ("Practitioner/demo-dr-chevalier",)),
    Persona("demo-hospitalier", "Dr Thomas Laurent", "hospitalist", ("Practitioner/demo-dr-laurent",)),
    Persona("demo-infirmiere", "Lucie Bernard", "nurse", ("Practitioner/demo-lucie",)),
    Persona("demo-liberale", "Mathilde Perrin", "home_nurse", ("Practitioner/demo-mathilde",)),
    Persona("demo-pharmacienne", "Anne Lefèvre", "pharmacist", ("Practitioner/demo-anne",)),
    Persona("demo-secretaire", "Sophie Girard", "secretary"),
    Persona("demo-identites", "Camille Ferrand", "identity", ("Practitioner/demo-camille",)),
    Persona("demo-admissions", "Paul Mercier", "admissions", ("Practitioner/demo-paul",)),
    Persona("demo-editrice", "Inès Marchand", "maker", ("Practitioner/tools-ines",)),
    Persona("demo-delegue", "Marc Petit", "officer", is_officer=True),
    Persona("demo-statisticienne", "Élise Roussel", "analyst", ("Practitioner/demo-elise",)),
)
_DELEGATED_DAYS = 180
DELEGATION = ("demo-medecin", "demo-secretaire", "PractitionerRole/demo-dr-karim-liberal")


async def mark(database: Database) -> None:
    """Says that this store is a demonstration: called by `seve demo` on a bare store, and by nothing else."""
    await database.setting(_SETTING, "true")


async def is_demo(database: Database) -> bool:
    """Whether `seve demo` made this store."""
    return await accounts.setting(database.pool, _SETTING) == "true"


async def seed(identity: Identity) -> None:
    """Makes the personas' accounts, once. Raises NotDemo for any other store."""
    if not await is_demo(identity.database):
        raise NotDemo
    async with identity.database.transaction(locks=[0x5EED]) as connection:
        if await accounts.demo(connection):
            return
        for persona in PERSONAS:
            await accounts.add(
                connection,
                persona.id,
                name=persona.name,
                login=persona.id,
                is_officer=persona.is_officer,
                is_demo=True,
            )
            for reference in persona.links:
                await accounts.link(connection, persona.id, reference)
        delegator, delegate, role = DELEGATION
        now = datetime.now(UTC)
        await sessions.delegate(
            connection,
            delegator=delegator,
            delegate_=delegate,
            role=role,
            kind="secretary",
            since=now,
            until=now + timedelta(days=_DELEGATED_DAYS),
        )


async def cards(identity: Identity) -> list[tuple[Account, Persona]]:
    """The personas to show on the sign-in page: none but in a demonstration store."""
    if not await is_demo(identity.database):
        return []
    known = {persona.id: persona for persona in PERSONAS}
    found = await accounts.demo(identity.database.pool)
    order = list(known)
    shown = [(account, known[account.id]) for account in found if account.id in known and not account.is_blocked]
    return sorted(shown, key=lambda pair: order.index(pair[0].id))


async def prove(identity: Identity, account: str) -> Proof:
    """One click. Raises NotDemo unless the store and the account are a demonstration's."""
    for shown, _ in await cards(identity):
        if shown.id == account:
            return Proof(account, ("demo",))
    raise NotDemo
