"""Resources from directory files, each once, as documents that a load takes."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.france.directory import finess_plus, finess_stock, people, structures
from seve.kernel.refusals import Refusal
from seve.main.directory.buckets import Buckets
from seve.main.directory.opening import Form, form_of, opened
from seve.main.loading.chunks import Document

_PART_BYTES = 2**20
_DOCUMENT_RESOURCES = 500

Refuse = Callable[[str, Refusal], None]


@dataclass(slots=True)
class Seen:
    """What the files gave so far, by a short hash of `Type/id`."""

    hashes: set[bytes] = field(default_factory=set[bytes])

    def add(self, reference: str) -> bool:
        """Whether it was not there before."""
        digest = _digest(reference)
        is_new = digest not in self.hashes
        self.hashes.add(digest)
        return is_new

    def __contains__(self, reference: str) -> bool:
        return _digest(reference) in self.hashes


@dataclass(frozen=True, slots=True)
class Made:
    """A resource; a stub must not replace what the store has; `weight` is its share of the bytes that were read."""

    resource: Resource
    is_stub: bool
    weight: int


class Import:
    """Some files of one form, read once."""

    def __init__(self, files: list[Path], *, refuse: Refuse) -> None:
        """Raises FormatUnknown, and ValueError for files of several forms."""
        forms: set[Form] = {form_of(file) for file in files}
        if len(forms) > 1:
            raise ValueError("files of the RPPS and of FINESS are imported by commands of their own")
        self.form: Form = forms.pop()
        self.seen = Seen()
        self.refused = 0
        self.doubts = 0
        self._files = files
        self._refuse = refuse
        self._stack = ExitStack()
        self._buckets: Buckets | None = None

    def prepare(self) -> int:
        """Reads what must be read beforehand; answers the bytes that the resources weigh. Raises DirectoryRefusal."""
        if self.form != "people":
            return sum(file.stat().st_size for file in self._files)
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="seve-directory-"))
        self._buckets = Buckets(Path(folder))
        self._buckets.fill(self._files, refuse=self._refused)
        return self._buckets.bytes

    def close(self) -> None:
        """Removes what was put on disk."""
        self._stack.close()

    def documents(self, *, stored: Callable[[str], bool]) -> Iterator[Document]:
        """The resources as NDJSON. `stored` tells whether the store has a reference, whose stub is then left out."""
        lines, weight, number = list[bytes](), 0, 1
        for made in self._made():
            weight += made.weight
            reference = f"{made.resource['resourceType']}/{made.resource['id']}"
            if made.is_stub and stored(reference):
                self.seen.add(reference)
            elif self.seen.add(reference):
                lines.append(encode_json(made.resource))
            if len(lines) >= _DOCUMENT_RESOURCES:
                yield Document(self._files[0].name, "ndjson", b"\n".join(lines), weight, number)
                lines, weight, number = [], 0, number + len(lines)
        if lines:
            yield Document(self._files[0].name, "ndjson", b"\n".join(lines), weight, number)

    def _made(self) -> Iterator[Made]:
        if self._buckets:
            for person, weight in self._buckets.people():
                yield from self._person(person, weight)
            return
        for file in self._files:
            with opened(file) as stream:
                at = 0
                for resource, is_stub in self._finess(file, stream):
                    now = min(_place(stream), file.stat().st_size)
                    yield Made(resource, is_stub, now - at)
                    at = now

    def _person(self, person: people.Person, weight: int) -> Iterator[Made]:
        self.doubts += len(people.issues(person))
        try:
            yield Made(people.practitioner(person), is_stub=False, weight=weight)
        except Refusal as refusal:
            self._refused(self._files[0].name, refusal)
            return
        for role in people.roles(person):
            yield Made(role, is_stub=False, weight=0)
        for row in person.activities:
            if organization := structures.organization(row):
                yield Made(organization, is_stub=bool(row["finess"]), weight=0)

    def _finess(self, file: Path, stream: IO[bytes]) -> Iterator[tuple[Resource, bool]]:
        if self.form == "finess-plus":
            return finess_plus.resources(_texts(stream), name=file.name)
        return finess_stock.resources(stream, refuse=lambda refusal: self._refused(file.name, refusal))

    def _refused(self, name: str, refusal: Refusal) -> None:
        self.refused += 1
        self._refuse(name, refusal)


def _texts(stream: IO[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    parts: Iterable[bytes] = iter(lambda: stream.read(_PART_BYTES), b"")
    for part in parts:
        yield decoder.decode(part)


def _place(stream: IO[bytes]) -> int:
    """How far the file itself was read, for one that is unpacked on the way too."""
    raw = getattr(stream, "fileobj", None) or stream
    return raw.tell()


def _digest(reference: str) -> bytes:
    return blake2b(reference.encode(), digest_size=8).digest()
