"""Lines of several files brought together by person, on disk: a person's lines need not stand side by side, nor fit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import IO

from seve.france.directory.people import Kind, Person, identity_of, read_header
from seve.france.directory.tables import ColumnMissing, Header
from seve.kernel.refusals import Refusal
from seve.main.directory.opening import opened

_BUCKETS = 64


class Buckets:
    """Files under a folder of their own; each holds all lines of the persons that fall into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._headers: dict[int, tuple[Kind, Header]] = {}
        self.bytes = 0
        self.refused = 0

    def fill(self, files: list[Path], *, refuse: Callable[[str, Refusal], None]) -> None:
        """Distributes the lines. Raises ColumnMissing for a file that is none of the three, or without one of activities."""
        with ExitStack() as stack:
            outs = [stack.enter_context(self._file(index).open("wb")) for index in range(_BUCKETS)]
            for number, file in enumerate(files):
                self._distribute(number, file, outs, refuse)
        if all(kind != "activity" for kind, _ in self._headers.values()):
            raise ColumnMissing(column="Identifiant technique de la structure")

    def _distribute(
        self, number: int, file: Path, outs: Sequence[IO[bytes]], refuse: Callable[[str, Refusal], None]
    ) -> None:
        with opened(file) as lines:
            _, header = self._headers[number] = read_header(next(iter(lines), b""))
            for at, line in enumerate(lines, start=2):
                try:
                    identity = identity_of(header.row(line, number=at))
                except Refusal as refusal:
                    self.refused += 1
                    refuse(file.name, refusal)
                    continue
                out = outs[blake2b(identity.packed.encode(), digest_size=1).digest()[0] % _BUCKETS]
                self.bytes += out.write(b"%d|%d|" % (number, at) + line.rstrip(b"\r\n") + b"\n")

    def people(self) -> Iterator[tuple[Person, int]]:
        """Every person, with the bytes of their lines; a bucket at a time."""
        for index in range(_BUCKETS):
            yield from self._in(index)
            self._file(index).unlink()

    def _in(self, index: int) -> Iterator[tuple[Person, int]]:
        found = dict[str, Person]()
        weights = dict[str, int]()
        with self._file(index).open("rb") as lines:
            for entry in lines:
                number, at, line = entry.split(b"|", 2)
                kind, header = self._headers[int(number)]
                row = header.row(line, number=int(at))
                identity = identity_of(row)
                found.setdefault(identity.packed, Person(identity)).add(kind, row)
                weights[identity.packed] = weights.get(identity.packed, 0) + len(entry)
        for packed, person in found.items():
            yield person, weights[packed]

    def _file(self, index: int) -> Path:
        return self._folder / f"{index:02d}"
