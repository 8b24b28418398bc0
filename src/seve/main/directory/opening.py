"""Directory files as they are published: plain, or compressed with gzip; which of the formats one is."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, ClassVar, Literal, TypeAlias, cast

from seve.france.directory import finess_stock
from seve.france.directory.tables import DirectoryRefusal

Form: TypeAlias = Literal["people", "finess-stock", "finess-plus"]
_HEAD_BYTES = 4_096


class FormatUnknown(DirectoryRefusal):
    """A file is none of those that can be imported. Field: `name`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "france.directory.format_unknown"


def opened(file: Path) -> IO[bytes]:
    """The file for reading, unpacked."""
    return cast("IO[bytes]", gzip.open(file, "rb")) if file.suffix == ".gz" else file.open("rb")


def form_of(file: Path) -> Form:
    """By the first bytes. Raises FormatUnknown, OSError."""
    with opened(file) as lines:
        head = lines.read(_HEAD_BYTES)
    if head.startswith(finess_stock.FIRST_WORD.encode()):
        return "finess-stock"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return "finess-plus"
    if b"Identifiant PP" in head.split(b"\n", 1)[0]:
        return "people"
    raise FormatUnknown(name=file.name)
