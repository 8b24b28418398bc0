"""What a seal says, and how it is signed and read."""

from __future__ import annotations

from typing import NamedTuple, Self

import msgspec

from seve.store.audit.chain import Entry, leaf_of
from seve.store.audit.keys import is_signed
from seve.store.audit.merkle import leaf_hash


class Stretch(NamedTuple):
    """What a seal covers of one strand: the entries after `before` up to `last`; each MAC (hex) is that of the entry named."""

    strand: int
    before: int
    last: int
    mac_before: str
    mac_last: str


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """One seal, as it is signed. Hashes are hex; times are milliseconds since 1970."""

    number: int
    """From 1."""
    time: int
    count: int
    """How many entries it covers."""
    total: int
    """How many all seals up to this one cover."""
    root: str
    """Of the tree over its entries, by strand and number."""
    history: str
    """Of the tree over all seals before it."""
    previous: str
    """The hash of the seal before it, empty for the first."""
    first: int
    """The least `vid` in it, and the greatest."""
    last: int
    key: int
    """The number of the key that signed it."""
    strands: tuple[Stretch, ...]


class Signed(msgspec.Struct, frozen=True):
    """A seal as text with its signature (hex): what is published outside, one a line."""

    content: str
    signature: str

    @property
    def seal(self) -> Seal:
        """What it says. Raises msgspec.DecodeError."""
        return seal_of(self.content)

    @property
    def hash(self) -> bytes:
        """Its leaf in the tree of all seals."""
        return leaf_hash(self.content.encode())

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether the signature is that of a key (PEM)."""
        try:
            signature = bytes.fromhex(self.signature)
        except ValueError:
            return False
        return is_signed(self.content.encode(), signature, public_key=public_key)

    def line(self) -> str:
        """As a line of JSON."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, line: str) -> Self:
        """From a line. Raises ValueError when it is no seal."""
        try:
            found = msgspec.json.decode(line, type=cls)
            _ = found.seal
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"not a signed seal: {error}") from error
        return found


class StoredSeal(NamedTuple):
    """A row of `audit_seal`."""

    number: int
    hash: bytes
    signature: bytes
    peaks: bytes
    content: str

    @property
    def signed(self) -> Signed:
        """The part that is published."""
        return Signed(self.content, self.signature.hex())


_DECODER = msgspec.json.Decoder(Seal)


def seal_of(content: str) -> Seal:
    """What a content says. Raises msgspec.DecodeError."""
    return _DECODER.decode(content)


def leaf(entry: Entry) -> bytes:
    """An entry's leaf in the tree of its seal."""
    return leaf_of(entry.message, entry.mac)
