"""The files of an extract, each with the schema of its table."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from seve.france.snds.schemas import SndsRefusal, Table, edition, schema_name, table

_ENDINGS = (".csv", ".csv.gz")


class TableUnknown(SndsRefusal):
    """No schema was found for what an extract needs. Field: `names`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "france.snds.schemas_missing"


@dataclass(frozen=True, slots=True)
class Extract:
    """One file of a table."""

    path: Path
    table: Table
    edition: str

    def open(self) -> tuple[IO[str], IO[bytes]]:
        """Its lines as text, and the file itself, whose place tells how far they were read."""
        raw = self.path.open("rb")
        unpacked: IO[bytes] = gzip.GzipFile(fileobj=raw) if self.path.suffix == ".gz" else raw  # pyright: ignore[reportAssignmentType] - a GzipFile reads bytes
        return io.TextIOWrapper(unpacked, "utf-8", errors="surrogateescape", newline=""), raw


def schemas(folder: Path) -> dict[str, Table]:
    """The tables whose schemas lie in a folder or below. Raises SchemaUnreadable."""
    found = dict[str, Table]()
    for file in sorted(folder.rglob("*.json")):
        told = table(json.loads(file.read_text(encoding="utf-8")), name=file.name)
        found[told.name] = told
    return found


def extracts(folder: Path, known: Mapping[str, Table], *, wanted: Sequence[str]) -> dict[str, list[Extract]]:
    """The files of the wanted tables, by the name of the table. Raises TableUnknown for one without its schema."""
    found = dict[str, list[Extract]]()
    missing = set[str]()
    for path in sorted(path for path in folder.rglob("*") if path.name.lower().endswith(_ENDINGS)):
        own = path.name.split(".", 1)[0]
        name = schema_name(own)
        if name in wanted and name in known:
            found.setdefault(name, []).append(Extract(path, known[name], edition(own)))
        elif name in wanted:
            missing.add(name)
    if missing:
        raise TableUnknown(names=", ".join(sorted(missing)))
    return found
