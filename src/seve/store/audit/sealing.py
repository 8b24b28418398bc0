"""Sealing: every few seconds, all entries that have no seal yet are put under one, signed, in the order of their strands.

One sealer at a time, by an advisory lock. It checks what it seals: an entry that was tampered with before is sealed all the
same, so that `verify` names it for ever, and is told at once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from seve.kernel.identifiers import first_vid_of
from seve.store.audit.chain import START, Entry
from seve.store.audit.faults import Fault, chain_faults
from seve.store.audit.heads import check_remembered, remember
from seve.store.audit.merkle import Peaks, root_of
from seve.store.audit.seals import Seal, StoredSeal, Stretch, leaf
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring
    from seve.store.database import Connection

LOCK = 0x5EA1
"""The advisory lock of the sealer."""

_STRAND_ENTRIES = 4_096
_ENTRIES = 32_768
_LOOK_BACK_MILLISECONDS = 25 * 3_600_000  # a strand lives for twelve hours


@dataclass(frozen=True, slots=True)
class Sealed:
    """A new seal, and what was found wrong with its entries. Where it `is_full`, more may have waited than it took."""

    seal: Seal
    faults: tuple[Fault, ...]
    is_full: bool


async def seal(connection: Connection, keys: Keyring) -> Sealed | None:
    """Makes one seal; None when nothing waits for one or another process is at it. Raises SetBackError, MissingKeyError."""
    async with connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK):
            return None
        await check_remembered(connection, keys)
        row = await connection.fetchrow(statements("audit")["last_seal"])
        before = StoredSeal(*row) if row else None
        heads = await _heads(connection, before)
        rows = await connection.fetch(
            statements("audit")["unsealed"],
            list(heads),
            [last for last, _ in heads.values()],
            _STRAND_ENTRIES,
            _ENTRIES,
        )
        if not rows:
            return None
        entries = [Entry(*row) for row in rows]
        made, stored = _made(entries, heads=heads, before=before, keys=keys)
        await _store(connection, made, stored)
    remember(keys, stored.signed)
    strands = [found for _, found in _by_strand(entries)]
    faults = [fault for found in strands for fault in chain_faults(found, keys, *heads[found[0].strand])]
    is_full = len(entries) == _ENTRIES or any(len(found) == _STRAND_ENTRIES for found in strands)
    return Sealed(made, tuple(faults), is_full)


async def seal_all(connection: Connection, keys: Keyring) -> int:
    """Makes seals until nothing waits. Returns how many entries they cover."""
    count = 0
    while made := await seal(connection, keys):
        count += made.seal.count
    return count


async def _heads(connection: Connection, before: StoredSeal | None) -> dict[int, tuple[int, bytes]]:
    """Where each strand that may have grown since the last seal is sealed to."""
    since = (
        first_vid_of(msgspec.json.decode(before.content, type=Seal).time - _LOOK_BACK_MILLISECONDS) if before else -1
    )
    rows = await connection.fetch(statements("audit")["heads"], since)
    return {row["strand"]: (row["last"], row["mac"] or START) for row in rows}


def _by_strand(entries: Sequence[Entry]) -> list[tuple[int, list[Entry]]]:
    return [(strand, list(found)) for strand, found in groupby(entries, key=lambda entry: entry.strand)]


def _made(
    entries: Sequence[Entry], *, heads: dict[int, tuple[int, bytes]], before: StoredSeal | None, keys: Keyring
) -> tuple[Seal, StoredSeal]:
    last = msgspec.json.decode(before.content, type=Seal) if before else None
    peaks = Peaks(last.number, before.peaks) if before and last else Peaks()
    key = keys.seal_number
    made = Seal(
        number=last.number + 1 if last else 1,
        time=time.time_ns() // 1_000_000,
        count=len(entries),
        total=len(entries) + (last.total if last else 0),
        root=root_of(map(leaf, entries)).hex(),
        history=peaks.root.hex(),
        previous=before.hash.hex() if before else "",
        first=min(entry.vid for entry in entries),
        last=max(entry.vid for entry in entries),
        key=key,
        strands=tuple(_stretch(found, *heads[strand]) for strand, found in _by_strand(entries)),
    )
    content = msgspec.json.encode(made)
    signature = keys.sign(content, number=key)
    hash_ = StoredSeal(made.number, b"", signature, b"", content.decode()).signed.hash
    peaks.add(hash_)
    return made, StoredSeal(made.number, hash_, signature, peaks.packed, content.decode())


def _stretch(entries: Sequence[Entry], before: int, mac_before: bytes) -> Stretch:
    end = entries[-1]
    return Stretch(end.strand, before, end.number, mac_before.hex(), end.mac.hex())


async def _store(connection: Connection, made: Seal, stored: StoredSeal) -> None:
    await connection.execute(statements("audit")["add_seal"], *stored)
    await connection.execute(
        statements("audit")["add_sealed"],
        made.number,
        [one.strand for one in made.strands],
        [one.last for one in made.strands],
        [bytes.fromhex(one.mac_last) for one in made.strands],
    )
