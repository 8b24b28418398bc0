"""Records opened without consent because life or health was at stake: opened, shown to the officer, reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from seve.fhir.access.reaches import CARE_LIFTS
from seve.fhir.access.veils import SENSITIVE
from seve.fhir.search.keys import value_key
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.database import Connection, Pool

State: TypeAlias = Literal["open", "justified", "abusive"]


@dataclass(frozen=True, slots=True)
class Emergency:
    """One access. References are texts; `state` is what the officer found."""

    vid: int
    patient: str
    role: str
    person: str
    organization: str
    reason: str
    opened: datetime
    until: datetime
    state: State
    officer: str
    note: str
    reviewed: datetime | None


@dataclass(frozen=True, slots=True)
class Opening:
    """An access that is asked for, until `until` (microseconds since 1970)."""

    vid: int
    patient: str
    role: str
    person: str
    organization: str
    reason: str
    until: int


async def is_shut(connection: Connection, *, patient: str, readers: Sequence[int], at: int) -> bool:
    """Whether the patient shut one of these readers out, or everybody."""
    found: bool = await connection.fetchval(statements("emergency")["is_shut"], value_key(patient), readers, at)
    return found


async def open_access(connection: Connection, asked: Opening) -> None:
    """Opens the record to a role; in the caller's transaction."""
    await connection.execute(
        statements("emergency")["open"],
        asked.vid,
        asked.patient,
        asked.role,
        asked.person,
        asked.organization,
        asked.reason,
        asked.until,
        value_key(asked.patient),
        value_key(asked.role),
        CARE_LIFTS | SENSITIVE,
    )


async def review(connection: Connection, vid: int, *, state: State, officer: str, note: str) -> bool:
    """Writes down what the officer found, and closes an abusive access at once; false when it was reviewed before."""
    is_first = await connection.fetchval(statements("emergency")["review"], vid, state, officer, note) is not None
    if is_first and state == "abusive":
        await connection.execute(statements("emergency")["close"], vid)
    return is_first


async def patient_of(connection: Connection, vid: int) -> str:
    """Whose record was opened; "" when there is no such access."""
    found: str | None = await connection.fetchval(statements("emergency")["patient_of"], vid)
    return found or ""


async def queue(reader: Connection | Pool, *, state: str = "", patient: str = "", most: int = 200) -> list[Emergency]:
    """Those in a state ("" for any), of one patient or of all ("")."""
    rows = await reader.fetch(statements("emergency")["queue"], state, patient, most)
    return [Emergency(*row) for row in rows]
