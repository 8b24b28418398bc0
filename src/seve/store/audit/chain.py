"""What a MAC covers: every column of a row, and the MAC before it in its strand."""

from __future__ import annotations

import struct
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

START = bytes(32)
"""What stands before the first entry of a strand."""

_HEADER = struct.Struct(">qqqih")


class Entry(NamedTuple):
    """A row of the trail."""

    vid: int
    strand: int
    agent: int
    number: int
    secret: int
    mac: bytes
    keys: str
    content: str

    @property
    def message(self) -> bytes:
        """The row as bytes, its MAC apart. `keys` has no line break, so nothing can slip from it into the content."""
        return message(
            vid=self.vid,
            strand=self.strand,
            agent=self.agent,
            number=self.number,
            secret=self.secret,
            text=f"{self.keys}\n{self.content}",
        )


def message(*, vid: int, strand: int, agent: int, number: int, secret: int, text: str) -> bytes:
    """A row as bytes: five numbers in big-endian order, then keys and content in UTF-8."""
    return _HEADER.pack(vid, strand, agent, number, secret) + text.encode()


def mac_of(key: bytes, previous: bytes, told: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104) over the previous MAC and a row."""
    made = _keyed(key).copy()
    made.update(previous + told)
    return made.finalize()


@lru_cache(maxsize=64)
def _keyed(key: bytes) -> HMAC:
    """A MAC that has taken in its key and nothing else: a third of the time, and `hmac.digest` would let other threads in for each row."""
    return HMAC(key, SHA256())


def leaf_of(told: bytes, mac: bytes) -> bytes:
    """The hash of a row as a leaf (RFC 6962, 2.1). The MAC is in it, so that nobody can guess a content from its hash."""
    return sha256(b"\0" + told + mac).digest()
