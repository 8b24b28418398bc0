"""The chain of seals, followed from the first: signatures, hashes, the tree of all seals, and where each strand is sealed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from seve.store.audit.chain import START
from seve.store.audit.faults import Fault, Kind
from seve.store.audit.keys import MissingKeyError
from seve.store.audit.merkle import Peaks
from seve.store.audit.seals import Seal, StoredSeal, seal_of

if TYPE_CHECKING:
    from seve.store.audit.keys import Keyring


class History:
    """Seals given in order of their numbers, each checked against those before."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys
        self._peaks = Peaks()
        self._previous = b""
        self._last: Seal | None = None
        self.heads = dict[int, tuple[int, bytes]]()
        """Each strand's last sealed entry, and its MAC."""

    def follow(self, stored: StoredSeal) -> tuple[Seal | None, list[Fault]]:
        """The next seal, and what is wrong with it; None when it can't be read. A fault is told once: the seals after it are
        held against this one as it stands.
        """
        try:
            seal = seal_of(stored.content)
        except msgspec.DecodeError:
            self._stand(stored, None)
            return None, [Fault("altered", "the seal can't be read", seal=stored.number)]
        faults = [Fault(kind, what, seal=stored.number) for kind, what in self._wrong(stored, seal)]
        if seal.number != stored.number:
            return None, faults
        self._stand(stored, seal)
        return seal, faults

    def _wrong(self, stored: StoredSeal, seal: Seal) -> list[tuple[Kind, str]]:
        expected = self._last.number + 1 if self._last else self._peaks.size + 1
        if stored.number != expected:
            between = (
                f"seal {expected} is"
                if stored.number == expected + 1
                else f"seals {expected} to {stored.number - 1} are"
            )
            return [("removed", f"{between} missing before this one")]
        own = self._own(stored, seal)
        if own:
            return own
        total = self._last.total if self._last else 0
        checks: tuple[tuple[bool, str], ...] = (
            (seal.previous == self._previous.hex(), "it does not follow the seal before it"),
            (seal.history == self._peaks.root.hex(), "it signs another history than the seals before it"),
            (seal.total == total + seal.count, "its total is not that of the seals before it"),
            (self._last is None or seal.time >= self._last.time, "it is dated before the seal it follows"),
            (self._continues(seal), "its strands do not begin where the seals before it end"),
            (self._grown(stored) == stored.peaks, "its peaks are not those of the history"),
        )
        return [("seal", what) for is_right, what in checks if not is_right]

    def _own(self, stored: StoredSeal, seal: Seal) -> list[tuple[Kind, str]]:
        """Whether the row is the one that was signed."""
        if seal.number != stored.number:
            return [("altered", f"it was signed as number {seal.number}")]
        try:
            public_key = self._keys.public_key(seal.key)
        except MissingKeyError:
            return [("key", f"it names the key {seal.key}, which is not here")]
        if not stored.signed.is_signed_by(public_key):
            return [("altered", "its signature is not that of what it says")]
        if stored.signed.hash != stored.hash:
            return [("altered", "its hash is not that of what it says")]
        return []

    def _continues(self, seal: Seal) -> bool:
        return all(
            (one.before, bytes.fromhex(one.mac_before)) == self.heads.get(one.strand, (0, START))
            for one in seal.strands
        )

    def _grown(self, stored: StoredSeal) -> bytes:
        grown = Peaks(self._peaks.size, self._peaks.packed)
        grown.add(stored.signed.hash)
        return grown.packed

    def _stand(self, stored: StoredSeal, seal: Seal | None) -> None:
        if stored.number == self._peaks.size + 1:
            self._peaks.add(stored.signed.hash)
        else:
            self._peaks = Peaks(stored.number, stored.peaks)
        self._previous = stored.signed.hash
        self._last = seal
        if seal:
            self.heads.update((one.strand, (one.last, bytes.fromhex(one.mac_last))) for one in seal.strands)
