"""Merkle trees as Certificate Transparency has them (RFC 6962, 2.1): roots, proofs of inclusion and of consistency.

Leaves are given as their hashes (`leaf_hash`). A proof is a list of hashes; who checks it needs no tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf: 0x00 before the content, so that no leaf passes for a node."""
    return sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node: 0x01 before its children."""
    return sha256(b"\1" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in memory of their number's logarithm. That of none is the hash of nothing."""
    peaks = Peaks()
    for leaf in leaves:
        peaks.add(leaf)
    return peaks.root


class Peaks:
    """The perfect subtrees that a tree of some size consists of, largest first: all that is needed to let it grow."""

    def __init__(self, size: int = 0, packed: bytes = b"") -> None:
        self.size = size
        self._hashes = [packed[place : place + HASH_BYTES] for place in range(0, len(packed), HASH_BYTES)]

    @property
    def packed(self) -> bytes:
        """The hashes one after the other; as many as the size has bits set."""
        return b"".join(self._hashes)

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self._hashes:
            return sha256(b"").digest()
        right = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            right = node_hash(left, right)
        return right

    def add(self, leaf: bytes) -> None:
        """One leaf more: like adding one to a binary number."""
        carried, size = leaf, self.size
        while size & 1:
            carried = node_hash(self._hashes.pop(), carried)
            size >>= 1
        self._hashes.append(carried)
        self.size += 1


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The path from a leaf to the root (2.1.1). Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion(leaves[split:], index - split), root_of(leaves[:split])]


def is_included(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path shows that a leaf is the one at `index` of a tree of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for hash_ in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(hash_, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """What shows that the tree of the first `old` leaves is the beginning of this one (2.1.2). Raises IndexError."""
    if not 0 < old <= len(leaves):
        raise IndexError(old)
    return _consistency(leaves, old, is_whole=True)


def _consistency(leaves: Sequence[bytes], old: int, *, is_whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if is_whole else [root_of(leaves)]
    split = _split(len(leaves))
    if old <= split:
        return [*_consistency(leaves[:split], old, is_whole=is_whole), root_of(leaves[split:])]
    return [*_consistency(leaves[split:], old - split, is_whole=False), root_of(leaves[:split])]


def is_consistent(*, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path shows that a tree of `old` leaves is the beginning of one of `new` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new or (old == new and (path or old_root != new_root)):
        return False
    if old == new:
        return True
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return bool(hashes) and _roots_meet(hashes, place, last, roots=(old_root, new_root))


def _roots_meet(hashes: Sequence[bytes], place: int, last: int, *, roots: tuple[bytes, bytes]) -> bool:
    was = now = hashes[0]
    for hash_ in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node_hash(hash_, was), node_hash(hash_, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and (was, now) == roots


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)
