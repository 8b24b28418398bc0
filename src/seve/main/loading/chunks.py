"""What the parent hands to a worker: raw documents, a few megabytes at a time, under a key that a resumed load finds again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["json", "ndjson", "xml"]

_CHUNK_BYTES = 2 * 2**20
_CHUNK_DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class Document:
    """A file, a member of an archive, or some lines of NDJSON from `line` on. `weight` is its share of the bytes on disk."""

    name: str
    form: Form
    data: bytes
    weight: int
    line: int = 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one transaction writes. `key` is the hash of its content and position."""

    key: int
    documents: tuple[Document, ...]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Chunk:
        """With its key."""
        kept = tuple(documents)
        digest = blake2b(digest_size=8)
        for document in kept:
            digest.update(f"{len(document.data)} {document.line} {document.name}\0".encode("utf-8", "surrogateescape"))
            digest.update(document.data)
        return cls(int.from_bytes(digest.digest(), "big", signed=True), kept)

    @property
    def weight(self) -> int:
        """Bytes on disk."""
        return sum(document.weight for document in self.documents)


def chunks(documents: Iterable[Document]) -> Iterator[Chunk]:
    """The documents in order, grouped."""
    group, size = list[Document](), 0
    for document in documents:
        group.append(document)
        size += len(document.data)
        if size >= _CHUNK_BYTES or len(group) >= _CHUNK_DOCUMENTS:
            yield Chunk.of(group)
            group, size = [], 0
    if group:
        yield Chunk.of(group)
