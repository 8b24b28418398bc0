"""Where resources come from: files of NDJSON, Parquet files of documents, or resources at hand.

A source is cut into pieces that can be worked on apart, in other processes too.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from seve.fhir import Resource
from seve.lake.problems import LakeRefused

PIECE_BYTES = 8 << 20
_NEEDED = ("type", "document")
_LINES = 8_192


@dataclass(frozen=True, slots=True)
class Range:
    """The lines of a file that begin within its bytes `start` to `end`."""

    path: str
    start: int
    end: int

    def documents(self) -> Iterator[bytes]:
        """The lines."""
        with Path(self.path).open("rb") as file:
            if self.start:
                file.seek(self.start - 1)
                file.readline()
            while file.tell() < self.end and (line := file.readline()):
                if not line.isspace():
                    yield line


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that were read already."""

    lines: Sequence[bytes]

    def documents(self) -> Iterator[bytes]:
        """The lines."""
        return (line for line in self.lines if not line.isspace())


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A row group of a Parquet file of documents, those of one resource type."""

    path: str
    group: int
    type: str

    def documents(self) -> Iterator[bytes]:
        """The documents."""
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(row_groups=[self.group], columns=["type", "document"]):
                types, documents = batch.column(0).to_pylist(), batch.column(1).to_pylist()
                yield from (
                    str(document).encode()
                    for type_, document in zip(types, documents, strict=True)
                    if type_ == self.type and document is not None
                )


Piece: TypeAlias = Range | Lines | RowGroup


@dataclass(frozen=True, slots=True)
class Ndjson:
    """Files of NDJSON, or folders of them; `.gz` too."""

    paths: tuple[Path, ...]

    @property
    def files(self) -> list[Path]:
        """The files, those of folders in the order of their names. Raises LakeRefused when there are none."""
        return _files(self.paths, (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz"))

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(file.stat().st_size for file in self.files)

    def pieces(self, resource_type: str) -> Iterator[Piece]:
        """The pieces, in order."""
        del resource_type
        for file in self.files:
            yield from _packed(file) if file.suffix == ".gz" else _ranges(file)


@dataclass(frozen=True, slots=True)
class Documents:
    """Parquet files of documents, or folders of them: `type`, `document` (its JSON text), and what else stands beside."""

    paths: tuple[Path, ...]

    @property
    def files(self) -> list[Path]:
        """The files, those of folders in the order of their names. Raises LakeRefused when there are none."""
        return _files(self.paths, (".parquet",))

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(file.stat().st_size for file in self.files)

    def pieces(self, resource_type: str) -> Iterator[Piece]:
        """The row groups, in order."""
        for file in self.files:
            with pq.ParquetFile(file) as opened:
                names = opened.schema_arrow.names
                if not set(_NEEDED) <= set(names):
                    raise LakeRefused("not-documents", path=str(file), columns=", ".join(_NEEDED))
                groups = opened.num_row_groups
            yield from (RowGroup(str(file), group, resource_type) for group in range(groups))


@dataclass(frozen=True, slots=True)
class Resources:
    """Resources at hand, as parsed JSON."""

    resources: Iterable[Resource]

    @property
    def size(self) -> int:
        """Not known."""
        return 0


@dataclass(frozen=True, slots=True)
class Stream:
    """Documents of one type as their owner reads them: Arrow batches whose column `document` has the JSON texts. `size` in bytes."""

    batches: Iterable[pa.RecordBatch]
    size: int

    def pieces(self, resource_type: str) -> Iterator[Piece]:
        """The documents in pieces, in the order in which they come."""
        del resource_type
        for batch in self.batches:
            lines = [str(text).encode() for text in batch.column("document").drop_null().to_pylist()]
            yield from (Lines(lines[start : start + _LINES]) for start in range(0, len(lines), _LINES))


Source: TypeAlias = Ndjson | Documents | Resources | Stream


def source_of(path: Path) -> Ndjson | Documents:
    """The source that a file or folder is, by the names in it. Raises LakeRefused when it is neither, and for a lake, whose
    files hold rows that are over: `Lake.source` knows which.
    """
    if (path / "_delta_log").is_dir():
        raise LakeRefused("lake", path=str(path))
    if path.is_file():
        return Documents((path,)) if path.suffix == ".parquet" else Ndjson((path,))
    if path.is_dir() and next(path.rglob("*.parquet"), None) is not None:
        return Documents((path,))
    return Ndjson((path,))


def _files(paths: Sequence[Path], endings: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.rglob("*") if file.name.endswith(endings) and file.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise LakeRefused("no-file", path=str(path))
    if not found:
        raise LakeRefused("no-file", path=", ".join(str(path) for path in paths))
    return found


def _ranges(file: Path) -> Iterator[Range]:
    size = file.stat().st_size
    for start in range(0, size, PIECE_BYTES):
        yield Range(str(file), start, min(start + PIECE_BYTES, size))


def _packed(file: Path) -> Iterator[Lines]:
    with gzip.open(file, "rb") as opened:
        while lines := opened.readlines(PIECE_BYTES):
            yield Lines(lines)
