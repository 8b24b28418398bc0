"""FHIR packages (npm `.tgz`) from outside: read in memory with limits, nothing is ever unpacked to disk."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar

from seve.fhir import Resource
from seve.fhir.codec.json import check, encode, parse
from seve.fhir.definitions.trimming import KINDS, trim
from seve.kernel.refusals import Malformed, Refusal

MAXIMUM_BYTES = 512 * 1024 * 1024
MAXIMUM_ENTRIES = 100_000
MAXIMUM_MANIFEST_BYTES = 1024 * 1024
_MANIFEST = ("package", "package.json")


class UnsafePackage(Refusal):
    """The archive holds links, devices, or names that lead outside of it. Field: `name`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "security"
    key: ClassVar[str] = "fhir.definitions.unsafe"


class PackageTooLarge(Refusal):
    """The archive unpacks to more than is accepted. Fields: `bytes`, `entries`, the limits."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "fhir.definitions.too_large"


class BrokenPackage(Refusal):
    """The file isn't a gzipped tar archive, or a resource in it isn't JSON. Field: `name`, empty for the archive itself."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "fhir.definitions.broken"


def read_package(file: Path | IO[bytes]) -> list[Resource]:
    """The conformance resources of a package, trimmed, in the order of the archive; its examples are left out.

    Raises UnsafePackage, PackageTooLarge, BrokenPackage.
    """
    with _archive(file) as archive:
        return list(_resources(archive))


def read_identity(file: Path | IO[bytes]) -> tuple[str, str]:
    """The name and version in a package's manifest.

    Raises UnsafePackage, PackageTooLarge, BrokenPackage.
    """
    with _archive(file) as archive:
        for member in archive:
            if _safe(member).parts == _MANIFEST and member.size <= MAXIMUM_MANIFEST_BYTES:
                return _identity(archive, member)
    raise BrokenPackage(name="/".join(_MANIFEST))


@contextmanager
def _archive(file: Path | IO[bytes]) -> Generator[tarfile.TarFile, None, None]:
    try:
        with gzip.open(file) as unpacked:
            stream: Any = _Limited(unpacked)  # Any: a stream archive only ever reads
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                yield archive
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, OSError) as error:
        raise BrokenPackage(name="") from error


def _identity(archive: tarfile.TarFile, member: tarfile.TarInfo) -> tuple[str, str]:
    stream = archive.extractfile(member)
    assert stream is not None or not member.isfile(), "a regular file has a stream"
    try:
        manifest = parse(stream.read()) if stream else None
    except Malformed as error:
        raise BrokenPackage(name=member.name) from error
    name, version = (manifest.get("name"), manifest.get("version")) if isinstance(manifest, dict) else (None, None)
    if not (isinstance(name, str) and name and isinstance(version, str) and version):
        raise BrokenPackage(name=member.name)
    return name, version


class _Limited:
    """A stream that refuses to give more than the limit, whatever the headers in it promise."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._left = MAXIMUM_BYTES

    def read(self, size: int) -> bytes:
        found = self._stream.read(size)
        self._left -= len(found)
        if self._left < 0:
            raise _too_large()
        return found


def _resources(archive: tarfile.TarFile) -> Iterator[Resource]:
    for count, member in enumerate(archive):
        if count >= MAXIMUM_ENTRIES or member.size > MAXIMUM_BYTES:
            raise _too_large()
        path = _safe(member)
        if member.isfile() and path.suffix == ".json" and len(path.parts) == 2 and not path.name.startswith("."):
            yield from _conformance(archive, member)


def _safe(member: tarfile.TarInfo) -> PurePosixPath:
    path = PurePosixPath(member.name.replace("\\", "/"))
    is_inside = not path.is_absolute() and ".." not in path.parts and ":" not in member.name
    if not is_inside or not (member.isfile() or member.isdir()):
        raise UnsafePackage(name=member.name)
    return path


def _conformance(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[Resource]:
    stream = archive.extractfile(member)
    assert stream is not None, "a regular file has a stream"
    try:
        resource = parse(stream.read())
    except Malformed as error:
        raise BrokenPackage(name=member.name) from error
    if isinstance(resource, dict) and resource.get("resourceType") in KINDS and "url" in resource:
        kept = trim(resource)
        _check(kept | {key: resource[key] for key in ("date",) if key in resource}, member.name)
        yield kept


def _check(resource: Resource, name: str) -> None:
    """What is malformed would break who reads it later; expansions aside, which hold elements of R5 in many packages."""
    checked = {key: value for key, value in resource.items() if key != "expansion"}
    try:
        check(encode(checked), checked)
    except Malformed as error:
        raise BrokenPackage(name=name) from error


def _too_large() -> PackageTooLarge:
    return PackageTooLarge(bytes=MAXIMUM_BYTES, entries=MAXIMUM_ENTRIES)
