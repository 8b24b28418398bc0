"""The head that this data directory remembers: who can rewrite the database can't rewrite this, so a database that was set back is found.

`audit-head` is the last seal made from here. Where setting back was right (a backup was restored), `accept` moves it to
`audit-head-lost-<number>`, and an entry of the trail says so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from seve.store.audit.acts import Act
from seve.store.audit.seals import Signed, StoredSeal
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring
    from seve.store.audit.ledger import Ledger
    from seve.store.database import Connection

_NAME = "audit-head"


class SetBackError(RuntimeError):
    """The database doesn't have the last seal that this directory remembers: it was set back, or its seals were rewritten."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"the audit trail was set back or rewritten: seal {number}, remembered here, is not in the database. If a backup "
            "was restored, say so: seve audit accept --reason …"
        )
        self.number = number


def remembered(keys: Keyring) -> Signed | None:
    """The last seal made from this directory."""
    try:
        return Signed.read((keys.directory / _NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def remember(keys: Keyring, head: Signed) -> None:
    """Keeps a seal as the last one, in one step."""
    path = keys.directory / _NAME
    partial = path.with_name(f".{_NAME}-{os.getpid()}")
    partial.write_text(head.line(), encoding="utf-8")
    partial.replace(path)


async def is_there(connection: Connection, head: Signed) -> bool:
    """Whether a seal is in the database, unaltered: then all before it is the history that it signed."""
    row = await connection.fetchrow(statements("audit")["seal"], head.seal.number)
    return row is not None and StoredSeal(*row).content == head.content


async def check_remembered(connection: Connection, keys: Keyring) -> None:
    """Raises SetBackError when the database lacks the seal that is remembered."""
    head = remembered(keys)
    if head is not None and not await is_there(connection, head):
        raise SetBackError(head.seal.number)


async def accept(ledger: Ledger, keys: Keyring, *, reason: str, by: str) -> int:
    """Says that the database was set back rightly: an entry tells it with the seal that is lost. Returns its number, 0 when
    nothing is remembered.
    """
    head = remembered(keys)
    if head is None:
        return 0
    number = head.seal.number
    told = Act(interaction="set-back", action="E", agent=by, basis=reason, detail=head.line())
    await ledger.record([told])
    (keys.directory / _NAME).replace(lost_path(keys.directory, number))
    return number


def lost_path(directory: Path, number: int) -> Path:
    """Where a head that was given up is kept."""
    return directory / f"{_NAME}-lost-{number}"
