"""Whether the trail is what was written: MACs, chains, trees, signatures, the chain of seals, and heads kept outside.

It reads in one snapshot, seal by seal and then what is not sealed yet, so its memory does not grow with the trail.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from seve.store.audit.acts import act_of
from seve.store.audit.chain import START, Entry
from seve.store.audit.faults import Fault, chain_faults
from seve.store.audit.heads import is_there, remembered
from seve.store.audit.history import History
from seve.store.audit.merkle import root_of
from seve.store.audit.seals import Seal, Signed, StoredSeal, Stretch, leaf
from seve.store.queries import statements

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring
    from seve.store.database import Connection

_FAULTS_MOST = 100
_BATCH_ENTRIES = 10_000
_BATCH_SEALS = 1_000
_PREFETCH = 1_000
_OPENING = ('["purge"', '["abandoned"', '["set-back"')


@dataclass(slots=True)
class Report:
    """What was looked at, and what is wrong: the first hundred faults, the first one first."""

    resources: int = 0
    """Entries."""
    unsealed: int = 0
    oldest_unsealed: int = 0
    """The `vid` of the oldest entry without a seal; 0 when all have one."""
    seals: int = 0
    purged_seals: int = 0
    heads: int = 0
    """How many heads kept outside were found in the history."""
    abandoned: int = 0
    """How many strands were left with an unknown outcome."""
    set_back: list[str] = field(default_factory=list[str])
    """The reasons given each time the database was set back rightly."""
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault_count

    def add(self, faults: Iterable[Fault]) -> int:
        """Takes faults in. Returns how many there were."""
        before = self.fault_count
        for fault in faults:
            self.fault_count += 1
            if len(self.faults) < _FAULTS_MOST:
                self.faults.append(fault)
        return self.fault_count - before


class _Batch(NamedTuple):
    seals: list[Seal]
    entries: list[tuple[int, list[Entry]]]


async def verify(
    connection: Connection, keys: Keyring, *, heads: Sequence[Signed] = (), tell: Callable[[int, Report], None]
) -> Report:
    """The report on the whole trail. `heads` were published before; `tell` hears how many entries more were read."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await _Verifier(connection, keys, tell).run(heads)


async def count(connection: Connection) -> int:
    """How many entries there are to verify."""
    number: int = await connection.fetchval(statements("audit")["count"])
    return number


class _Verifier:
    def __init__(self, connection: Connection, keys: Keyring, tell: Callable[[int, Report], None]) -> None:
        self._connection = connection
        self._keys = keys
        self._tell = tell
        self._history = History(keys)
        self._report = Report()
        self._purged_by_act = 0
        self._thinned = 0
        self._bases = dict[int, int]()

    async def run(self, heads: Sequence[Signed]) -> Report:
        """Looks at everything."""
        report = self._report
        async for batch in self._batches():
            for place, entries in batch.entries:
                self._sealed_entries(batch.seals[place], entries)
        await self._unsealed_entries()
        self._unpurged()
        await self._remembered()
        for head in heads:
            await self._published(head)
        return report

    async def _batches(self) -> AsyncIterator[_Batch]:
        """Seals, checked in their own chain, with their entries."""
        waiting, size = list[Seal](), 0
        async for row in self._connection.cursor(statements("audit")["seals"], 1, prefetch=_PREFETCH):
            stored = StoredSeal(*row)
            found, faults = self._history.follow(stored)
            self._report.add(faults)
            self._report.seals += 1
            if found is None:
                continue
            waiting.append(found)
            size += found.count
            if size >= _BATCH_ENTRIES or len(waiting) >= _BATCH_SEALS:
                yield await self._batch(waiting)
                waiting, size = [], 0
        if waiting:
            yield await self._batch(waiting)

    async def _batch(self, seals: list[Seal]) -> _Batch:
        await self._index(seals)
        ranges = [(place, *one[:3]) for place, seal in enumerate(seals) for one in seal.strands]
        rows = await self._connection.fetch(statements("audit")["ranges"], *_columns(ranges, 4))
        by_place = {
            place: [Entry(*row[1:]) for row in found] for place, found in groupby(map(tuple, rows), lambda r: r[0])
        }
        self._tell(len(rows), self._report)
        return _Batch(seals, [(place, by_place.get(place, [])) for place in range(len(seals))])

    async def _index(self, seals: list[Seal]) -> None:
        """`audit_sealed` says what the seals say."""
        rows = await self._connection.fetch(statements("audit")["sealed_by"], seals[0].number, seals[-1].number)
        stored = {number: [tuple(row)[1:] for row in found] for number, found in groupby(rows, lambda row: row["seal"])}
        for seal in seals:
            said = [(one.strand, one.last, bytes.fromhex(one.mac_last)) for one in sorted(seal.strands)]
            found = stored.get(seal.number, [])
            if found != said and set(found) <= set(said):
                self._thinned = seal.number  # as a purge does
            elif found != said:
                self._report.add([Fault("altered", "audit_sealed does not say what the seal says", seal=seal.number)])

    def _sealed_entries(self, seal: Seal, entries: list[Entry]) -> None:
        report = self._report
        if not entries and seal.count and report.purged_seals == seal.number - 1:
            report.purged_seals = seal.number
            self._bases.update((one.strand, one.last) for one in seal.strands)
            return
        report.resources += len(entries)
        by_strand = {strand: list(found) for strand, found in groupby(entries, lambda entry: entry.strand)}
        wrong = 0
        for stretch in seal.strands:
            wrong += report.add(_stretch_faults(stretch, by_strand.get(stretch.strand, []), self._keys, seal.number))
        if not wrong and (len(entries) != seal.count or root_of(map(leaf, entries)).hex() != seal.root):
            report.add([Fault("seal", "its tree is not that of its entries", seal=seal.number)])
        self._notices(entries)

    async def _unsealed_entries(self) -> None:
        heads = self._history.heads
        rows = await self._connection.fetch(
            statements("audit")["strands"], list(heads), [last for last, _ in heads.values()]
        )
        for row in rows:
            last, mac = heads.get(row["strand"], (0, START))
            base = self._bases.get(row["strand"], 0)
            if row["sealed"] > last - base or row["first"] <= base:
                await self._outside(row["strand"], base + 1, last)
            await self._tail(row["strand"], last, mac)

    async def _outside(self, strand: int, first: int, last: int) -> None:
        row = await self._connection.fetchrow(statements("audit")["outside"], strand, first, last)
        if row:
            entry = Entry(*row)
            what = "it stands where no seal has an entry"
            self._report.add([Fault("inserted", what, entry.vid, entry.strand, entry.number)])

    async def _tail(self, strand: int, number: int, mac: bytes) -> None:
        """Entries that no seal has yet; the chain holds them, a batch at a time."""
        waiting = list[Entry]()
        async for row in self._connection.cursor(statements("audit")["tail"], strand, number, prefetch=_PREFETCH):
            waiting.append(Entry(*row))
            if len(waiting) == _PREFETCH:
                number, mac = self._tail_part(waiting, number, mac)
                waiting = []
        if waiting:
            self._tail_part(waiting, number, mac)

    def _tail_part(self, entries: list[Entry], number: int, mac: bytes) -> tuple[int, bytes]:
        report = self._report
        report.resources += len(entries)
        report.unsealed += len(entries)
        report.oldest_unsealed = min(report.oldest_unsealed or entries[0].vid, *(entry.vid for entry in entries))
        report.add(chain_faults(entries, self._keys, number, mac))
        self._notices(entries)
        self._tell(len(entries), report)
        return entries[-1].number, entries[-1].mac

    def _notices(self, entries: list[Entry]) -> None:
        """What the trail says about itself."""
        for entry in entries:
            if not entry.content.startswith(_OPENING):
                continue
            try:
                act = act_of(entry.content)
                if act.interaction == "purge":
                    self._purged_by_act = max(self._purged_by_act, int(msgspec.json.decode(act.detail)["seals"]))
                elif act.interaction == "abandoned":
                    self._report.abandoned += 1
                else:
                    self._report.set_back.append(act.basis)
            except (msgspec.DecodeError, KeyError, TypeError, ValueError):
                self._report.add([Fault("altered", "it can't be read", entry.vid, entry.strand, entry.number)])

    def _unpurged(self) -> None:
        """What is missing as if it were purged, but no entry says so."""
        purged = self._report.purged_seals
        if purged > self._purged_by_act:
            what = f"the entries of seals 1 to {purged} are missing, and no purge says so"
            self._report.add([Fault("removed", what, seal=purged)])
        if self._thinned > self._purged_by_act:
            self._report.add([Fault("removed", "audit_sealed lacks what the seal says", seal=self._thinned)])

    async def _remembered(self) -> None:
        head = remembered(self._keys)
        if head is not None and not await is_there(self._connection, head):
            what = "the last seal that the data directory remembers is not in the database"
            self._report.add([Fault("set-back", what, seal=head.seal.number)])

    async def _published(self, head: Signed) -> None:
        number = head.seal.number
        if not head.is_signed_by(self._keys.public_key(head.seal.key)):
            self._report.add([Fault("seal", "the head given was not signed by this store", seal=number)])
        elif await is_there(self._connection, head):
            self._report.heads += 1
        else:
            what = "the history that was published up to this seal is not the beginning of today's"
            self._report.add([Fault("set-back", what, seal=number)])


def _stretch_faults(stretch: Stretch, entries: list[Entry], keys: Keyring, seal: int) -> list[Fault]:
    faults = list(chain_faults(entries, keys, stretch.before, bytes.fromhex(stretch.mac_before)))
    end = entries[-1].number if entries else stretch.before
    if end < stretch.last:
        missing = stretch.last - end
        what = f"{missing} entries are missing" if missing > 1 else "an entry is missing"
        faults.append(Fault("removed", what, strand=stretch.strand, number=end + 1, seal=seal))
    elif not faults and entries[-1].mac.hex() != stretch.mac_last:
        faults.append(Fault("seal", "its last MAC is not the one sealed", entries[-1].vid, stretch.strand, end, seal))
    return faults


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list[list[int]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
