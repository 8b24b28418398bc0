"""Strands: chains of entries that don't wait for each other.

A process has as many as it commits at once. One is taken, its rows are made, they are inserted, and only when that is
committed does its head advance. When nobody can say whether it was, the strand is left for good and a new one begins, with
an entry that tells so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from seve.kernel.identifiers import SHIFT
from seve.store.audit.acts import Act, Prepared, prepared
from seve.store.audit.chain import START, mac_of, message
from seve.store.audit.rows import AuditRows

if TYPE_CHECKING:
    from seve.kernel.identifiers import VersionClock
    from seve.store.audit.keys import Keyring

_OLDEST = 12 * 3_600_000 << SHIFT
"""A strand ends after twelve hours, in `vid`s: the sealer need not look for new entries in older ones (sealing)."""


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A strand that was left: what is known to be committed ends at `last`; up to `made` may or may not be there."""

    strand: int
    last: int
    made: int


class Strand:
    """One chain. Not for two at once: `Ledger.strand` lends it."""

    def __init__(self, clock: VersionClock, keys: Keyring, lost: Sequence[Abandoned]) -> None:
        self.id = clock.next()
        self._clock = clock
        self._secret = keys.mac_number
        self._key = keys.mac_key(self._secret)
        self._lost = tuple(lost)
        self._head = (0, START)
        self._staged: tuple[int, bytes] | None = None
        self._latest = self.id

    def rows(self, acts: Iterable[Act]) -> AuditRows:
        """The rows of acts, to insert in one statement or transaction. Called again, it begins at the same head again:
        right when the first were refused by the database, or never sent.
        """
        return self.rows_of(map(prepared, acts))

    def rows_of(self, ready: Iterable[Prepared]) -> AuditRows:
        """The same for acts that were prepared before."""
        number, mac = self._head
        rows = AuditRows(self.id, number, self._secret)
        for agent, keys, content in (*map(_notice, self._lost), *ready):
            number += 1
            vid = self._clock.next()
            told = message(
                vid=vid, strand=self.id, agent=agent, number=number, secret=self._secret, text=f"{keys}\n{content}"
            )
            mac = mac_of(self._key, mac, told)
            rows.vids.append(vid)
            rows.agents.append(agent)
            rows.macs.append(mac)
            rows.keys.append(keys)
            rows.contents.append(content)
            self._latest = vid
        self._staged = number, mac
        return rows

    def advance(self) -> None:
        """The rows are committed: the next ones follow them."""
        if self._staged is not None:
            self._head, self._staged, self._lost = self._staged, None, ()

    def drop(self) -> None:
        """The rows were not sent, or surely not committed: the next ones take their place."""
        self._staged = None

    @property
    def is_settled(self) -> bool:
        """Whether it is known where the strand ends."""
        return self._staged is None

    @property
    def is_old(self) -> bool:
        """Whether it has lived long enough."""
        return self._latest - self.id > _OLDEST

    @property
    def left(self) -> list[Abandoned]:
        """What the next strand has to tell when this one ends as it is."""
        if self._staged is None:
            return list(self._lost)
        return [*self._lost, Abandoned(self.id, self._head[0], self._staged[0])]


def _notice(lost: Abandoned) -> Prepared:
    told = {"strand": str(lost.strand), "last": lost.last, "made": lost.made}
    return prepared(Act(interaction="abandoned", action="E", outcome=8, detail=msgspec.json.encode(told).decode()))
