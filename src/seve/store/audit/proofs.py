"""Proofs for people outside: that one entry is in the trail, or that an older history is the beginning of today's.

A proof is JSON that holds all it needs but the public key; `check` wants no database. What it shows: the entry says this, it
was sealed at this time by this key, and it is part of the history that a later head signs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from seve.store.audit.acts import Act, act_of
from seve.store.audit.chain import Entry
from seve.store.audit.merkle import consistency, inclusion, is_consistent, is_included
from seve.store.audit.seals import Seal, Signed, StoredSeal, leaf
from seve.store.queries import statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seve.store.database import Connection


class Told(msgspec.Struct, frozen=True):
    """An entry as a proof tells it; `mac` is hex."""

    vid: int
    strand: int
    agent: int
    number: int
    secret: int
    mac: str
    keys: str
    content: str

    @property
    def entry(self) -> Entry:
        """The row."""
        return Entry(
            self.vid,
            self.strand,
            self.agent,
            self.number,
            self.secret,
            bytes.fromhex(self.mac),
            self.keys,
            self.content,
        )


class Inclusion(msgspec.Struct, frozen=True, tag="inclusion", tag_field="proof"):
    """That `entry` is the leaf `index` of the tree of `seal`, and this seal is in the history of `head` (the seal itself, or a later one)."""

    entry: Told
    index: int
    path: list[str]
    seal: Signed
    head: Signed
    history: list[str]


class Consistency(msgspec.Struct, frozen=True, tag="consistency", tag_field="proof"):
    """That the history that `old` signs is the beginning of the one that `new` signs, and that `old` is in it itself."""

    old: Signed
    new: Signed
    path: list[str]
    history: list[str]


class ProofError(ValueError):
    """A proof that doesn't prove; the message says what doesn't hold."""


class NotSealedError(LookupError):
    """There is no such entry, or it has no seal yet."""


async def prove(connection: Connection, vid: int) -> Inclusion:
    """The proof for an entry. Raises NotSealedError."""
    row = await connection.fetchrow(statements("audit")["entry"], vid)
    if row is None:
        raise NotSealedError(f"there is no entry {vid}")
    entry = Entry(*row)
    number = await connection.fetchval(statements("audit")["seal_of"], entry.strand, entry.number)
    if number is None:
        raise NotSealedError(f"the entry {vid} has no seal yet: try again in a few seconds")
    sealed = await _signed(connection, number)
    leaves, index = await _leaves(connection, sealed.seal, entry)
    head = await last_head(connection) or sealed
    history = await _history(connection, sealed.seal, head.seal)
    told = Told(*entry[:5], entry.mac.hex(), *entry[6:])
    return Inclusion(told, index, _hex(inclusion(leaves, index)), sealed, head, history)


async def prove_since(connection: Connection, old: Signed) -> Consistency:
    """The proof that an older head's history is the beginning of today's. Raises NotSealedError when that seal isn't there."""
    if await _signed(connection, old.seal.number) != old:
        raise NotSealedError(f"seal {old.seal.number} of this store is another one")
    new = await last_head(connection)
    assert new is not None, "the seal just read"
    hashes = await _hashes(connection, new.seal.number)
    before = old.seal.number - 1
    path = _hex(consistency(hashes, before)) if before else []
    return Consistency(old, new, path, await _history(connection, old.seal, new.seal))


async def last_head(connection: Connection) -> Signed | None:
    """The newest seal: what is worth publishing."""
    row = await connection.fetchrow(statements("audit")["last_seal"])
    return StoredSeal(*row).signed if row else None


def read(text: str | bytes) -> Inclusion | Consistency:
    """A proof from its JSON. Raises ProofError."""
    try:
        return msgspec.json.decode(text, type=Inclusion | Consistency)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProofError(f"not a proof: {error}") from error


def check(proof: Inclusion | Consistency, public_keys: Mapping[int, bytes]) -> Act | None:
    """The act that is proved (None: of a consistency proof). `public_keys` are PEM by number. Raises ProofError."""
    try:
        if isinstance(proof, Inclusion):
            return _check_inclusion(proof, public_keys)
        _check_consistency(proof, public_keys)
    except (ValueError, msgspec.DecodeError) as error:
        raise ProofError(str(error)) from error
    return None


def _check_inclusion(proof: Inclusion, public_keys: Mapping[int, bytes]) -> Act:
    seal, head, entry = _read(proof.seal, public_keys), _read(proof.head, public_keys), proof.entry.entry
    path, root = _bytes(proof.path), bytes.fromhex(seal.root)
    _hold(
        is_included(leaf(entry), index=proof.index, size=seal.count, path=path, root=root),
        "the entry is not in its seal",
    )
    _hold(seal.first <= entry.vid <= seal.last, "the entry's time is not within its seal")
    _check_history(proof.seal, proof.head, proof.history)
    _hold(head.number >= seal.number, "the head is older than the seal")
    return act_of(entry.content)


def _check_consistency(proof: Consistency, public_keys: Mapping[int, bytes]) -> None:
    old, new = _read(proof.old, public_keys), _read(proof.new, public_keys)
    if old.number > 1 and new.number > old.number:
        holds = is_consistent(
            old=old.number - 1,
            new=new.number - 1,
            old_root=bytes.fromhex(old.history),
            new_root=bytes.fromhex(new.history),
            path=_bytes(proof.path),
        )
        _hold(holds, "the older history is not the beginning of the newer one")
    _check_history(proof.old, proof.new, proof.history)


def _check_history(sealed: Signed, head: Signed, path: list[str]) -> None:
    """That a seal is the head, or among the seals that the head signs."""
    if sealed.seal.number == head.seal.number:
        _hold(sealed == head, "two seals have one number")
        return
    index, size, root = sealed.seal.number - 1, head.seal.number - 1, bytes.fromhex(head.seal.history)
    is_in = is_included(sealed.hash, index=index, size=size, path=_bytes(path), root=root)
    _hold(is_in, "the seal is not in the history that the head signs")


def _read(signed: Signed, public_keys: Mapping[int, bytes]) -> Seal:
    seal = signed.seal
    key = public_keys.get(seal.key)
    if key is None:
        raise ProofError(f"the public key {seal.key} was not given")
    _hold(signed.is_signed_by(key), f"seal {seal.number} was not signed by key {seal.key}")
    return seal


def _hold(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise ProofError(otherwise)


async def _signed(connection: Connection, number: int) -> Signed:
    row = await connection.fetchrow(statements("audit")["seal"], number)
    if row is None:
        raise NotSealedError(f"there is no seal {number}")
    return StoredSeal(*row).signed


async def _leaves(connection: Connection, seal: Seal, entry: Entry) -> tuple[list[bytes], int]:
    columns = list(zip(*((0, *one[:3]) for one in seal.strands), strict=True))
    rows = await connection.fetch(statements("audit")["ranges"], *map(list, columns))
    entries = [Entry(*tuple(row)[1:]) for row in rows]
    return list(map(leaf, entries)), entries.index(entry)


async def _history(connection: Connection, sealed: Seal, head: Seal) -> list[str]:
    if sealed.number == head.number:
        return []
    return _hex(inclusion(await _hashes(connection, head.number), sealed.number - 1))


async def _hashes(connection: Connection, before: int) -> list[bytes]:
    return [row["hash"] for row in await connection.fetch(statements("audit")["seal_hashes"], before)]


def _hex(hashes: list[bytes]) -> list[str]:
    return [hash_.hex() for hash_ in hashes]


def _bytes(hashes: list[str]) -> list[bytes]:
    return [bytes.fromhex(hash_) for hash_ in hashes]
