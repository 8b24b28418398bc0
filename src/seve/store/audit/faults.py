"""What can be wrong with the trail, and how a stretch of one strand is looked through."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from seve.kernel.identifiers import instant_of
from seve.store.audit.chain import Entry, mac_of
from seve.store.audit.keys import MissingKeyError

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring

Kind: TypeAlias = Literal["altered", "removed", "inserted", "moved", "key", "seal", "set-back"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `vid` is the entry's (0: none is there), `seal` the number of the seal (0: none)."""

    kind: Kind
    what: str
    vid: int = 0
    strand: int = 0
    number: int = 0
    seal: int = 0

    def __str__(self) -> str:
        places = [f"seal {self.seal}" if self.seal else "", f"strand {self.strand}" if self.strand else ""]
        places.append(f"entry {self.vid} of {instant_of(self.vid)}" if self.vid else "")
        places.append(f"number {self.number}" if self.number else "")
        place = ", ".join(filter(None, places))
        return f"{self.kind}: {self.what} ({place})" if place else f"{self.kind}: {self.what}"


def chain_faults(entries: Iterable[Entry], keys: Keyring, number: int, mac: bytes) -> Iterator[Fault]:
    """What is wrong with the entries of one strand, in order, that follow entry `number` with its MAC."""
    latest = 0
    for entry in entries:
        expected = number + 1
        if entry.number > expected:
            yield Fault("removed", _gap(expected, entry.number), strand=entry.strand, number=expected)
        elif entry.number < expected:
            yield Fault("inserted", "there is another entry with this number", *_place(entry))
            continue
        elif fault := _entry_fault(entry, keys, mac, latest):
            yield fault
        number, mac, latest = entry.number, entry.mac, max(latest, entry.vid)


def _gap(expected: int, found: int) -> str:
    missing = found - expected
    return "an entry is missing" if missing == 1 else f"{missing} entries are missing"


def _place(entry: Entry) -> tuple[int, int, int]:
    return entry.vid, entry.strand, entry.number


def _entry_fault(entry: Entry, keys: Keyring, previous: bytes, latest: int) -> Fault | None:
    try:
        key = keys.mac_key(entry.secret)
    except (MissingKeyError, ValueError):
        return Fault("key", f"it names the MAC key {entry.secret}, which is not here", *_place(entry))
    if hmac.compare_digest(mac_of(key, previous, entry.message), entry.mac):
        return None
    if entry.vid <= latest:
        return Fault(
            "moved", "it is dated before the entry it follows, and its MAC is not that of this place", *_place(entry)
        )
    return Fault("altered", "its MAC is not that of what it says", *_place(entry))
