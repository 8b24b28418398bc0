"""Who created a resource: the trait by which they see it, whatever it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.fhir.search.keys import value_key
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Pool


async def is_author(pool: Pool, reference: str, author: str) -> bool:
    """Whether `reference` (`Task/1`) was created by who acts as `author` (`PractitionerRole/2`); not, for what is not there."""
    found: bool = await pool.fetchval(statements("read")["is_author"], value_key(reference), value_key(author))
    return found
