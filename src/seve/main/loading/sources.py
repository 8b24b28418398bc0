"""Files, folders and archives as documents. Nothing is unpacked to disk, and no name in an archive is ever a path here."""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, cast

from seve.main.loading.chunks import Document, Form

DOCUMENT_BYTES = 512 * 2**20
ARCHIVE_BYTES = 2**40
ARCHIVE_MEMBERS = 5_000_000
_SLICE_BYTES = 2**20
_FORMS: dict[str, Form] = {".json": "json", ".ndjson": "ndjson", ".xml": "xml"}
_TARS = (".tar.gz", ".tgz", ".tar.xz")
_GZIP = ".gz"
_MANIFESTS = frozenset({"package.json", ".index.json"})  # of npm packages


class SourceError(ValueError):
    """A file can't be read for loading; the message names it."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{_printable(name)}: {problem}")


def files(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Every file to load with its name in reports, in a steady order. Raises SourceError for what can't be loaded."""
    found: list[tuple[str, Path]] = []
    for path in paths:
        root = path.absolute().parent
        if path.is_dir():
            inside = sorted(file for file in path.absolute().rglob("*") if file.is_file() and _is_loadable(file.name))
            found += [(file.relative_to(root).as_posix(), file) for file in inside]
        elif not path.exists():
            raise SourceError(str(path), "no such file or folder")
        elif not _is_loadable(path.name):
            raise SourceError(str(path), "is no .json, .ndjson, .ndjson.gz, .xml, .tar.gz, .tgz, .tar.xz or .zip file")
        else:
            found.append((path.name, path.absolute()))
    if not found:
        raise SourceError(", ".join(map(str, paths)), "nothing to load there")
    return found


def documents(found: Sequence[tuple[str, Path]]) -> Iterator[Document]:
    """The documents of the files. Raises SourceError for a broken archive or one that unpacks to too much."""
    for name, path in found:
        try:
            if path.name.lower().endswith(_TARS):
                yield from _tar(name, path)
            elif path.suffix.lower() == ".zip":
                yield from _zip(name, path)
            elif path.suffix.lower() == _GZIP:
                with path.open("rb") as raw, gzip.open(raw) as unpacked:
                    yield from _stream(name.removesuffix(_GZIP), cast("IO[bytes]", unpacked), raw)
            else:
                with path.open("rb") as stream:
                    yield from _stream(name, stream, stream)
        except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise SourceError(name, f"the archive is broken ({error})") from error


def _is_loadable(name: str) -> bool:
    lower = name.lower()
    return (
        not lower.startswith(".") and name not in _MANIFESTS and lower.endswith((*_FORMS, *_TARS, ".zip", ".ndjson.gz"))
    )


def _is_document(name: str) -> bool:
    last = PurePosixPath(name).name
    return _is_loadable(last) and PurePosixPath(last).suffix.lower() in _FORMS


def _tar(name: str, path: Path) -> Iterator[Document]:
    limits = _Limits(name)
    with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|*") as archive:
        for member in archive:
            limits.count(member.size)
            if member.isfile() and _is_document(member.name) and (stream := archive.extractfile(member)):
                yield from _stream(f"{name}/{member.name}", stream, raw)


def _zip(name: str, path: Path) -> Iterator[Document]:
    limits = _Limits(name)
    with path.open("rb") as raw, zipfile.ZipFile(raw) as archive:
        for member in archive.infolist():
            limits.count(member.file_size)
            if not member.is_dir() and _is_document(member.filename):
                with archive.open(member) as stream:
                    weight = member.compress_size
                    for document in _stream(f"{name}/{member.filename}", stream, None):
                        yield _weighing(document, weight)
                        weight = 0


def _weighing(document: Document, weight: int) -> Document:
    return Document(document.name, document.form, document.data, weight, document.line)


class _Limits:
    """Stops an archive that unpacks to more than any data set has."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bytes = 0
        self._members = 0

    def count(self, size: int) -> None:
        """One more member."""
        self._bytes += size
        self._members += 1
        if self._bytes > ARCHIVE_BYTES or self._members > ARCHIVE_MEMBERS:
            raise SourceError(self._name, f"unpacks to more than {ARCHIVE_BYTES:,} bytes or {ARCHIVE_MEMBERS:,} files")


def _stream(name: str, stream: IO[bytes], raw: IO[bytes] | None) -> Iterator[Document]:
    form = _FORMS[PurePosixPath(name).suffix.lower()]
    at = raw.tell() if raw else 0
    parts = _lines(name, stream) if form == "ndjson" else iter([(1, _whole(name, stream))])
    for line, data in parts:
        now = raw.tell() if raw else 0
        yield Document(name, form, data, now - at, line)
        at = now


def _whole(name: str, stream: IO[bytes]) -> bytes:
    data = stream.read(DOCUMENT_BYTES + 1)
    if len(data) > DOCUMENT_BYTES:
        raise SourceError(name, f"is larger than {DOCUMENT_BYTES:,} bytes; as NDJSON it may be of any size")
    return data


def _lines(name: str, stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Whole lines, about a megabyte at a time, each part with the number of its first line."""
    number, rest = 1, b""
    while block := stream.read(_SLICE_BYTES):
        rest += block
        end = rest.rfind(b"\n") + 1
        if end:
            yield number, rest[:end]
            number += rest.count(b"\n", 0, end)
            rest = rest[end:]
        elif len(rest) > DOCUMENT_BYTES:
            raise SourceError(name, f"line {number} is longer than {DOCUMENT_BYTES:,} bytes")
    if rest.strip():
        yield number, rest


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in name)
