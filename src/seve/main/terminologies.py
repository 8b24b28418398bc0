"""Which reader a terminology file needs: told by its name, its first line and its columns, never by guessing at content."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seve.engine.terminology.importing import KINDS
from seve.fhir import Resource
from seve.fhir.codec import decode_json, decode_xml
from seve.fhir.terminology import loinc, table
from seve.france import cim10, code_lists, value_sets
from seve.france.systems import SystemUrls

_BARE = re.compile(r"(?P<name>.+)-(?P<oid>\d+(?:\.\d+)+)\.codes\.txt")
_SUFFIXES = frozenset({".json", ".xml", ".csv", ".txt"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file, and what its user says of it: url, version and title of a plain table."""

    path: Path
    systems: SystemUrls
    url: str = ""
    version: str = ""

    @property
    def name(self) -> str:
        """Its name without `.gz`."""
        return self.path.name.removesuffix(".gz")

    def raw(self) -> bytes:
        """Its content, uncompressed."""
        content = self.path.read_bytes()
        return gzip.decompress(content) if self.path.suffix == ".gz" else content


def files(paths: list[Path]) -> Iterator[Path]:
    """The files of paths; of folders, those with a suffix that a reader knows."""
    for path in paths:
        if path.is_dir():
            inner = (p for p in sorted(path.rglob("*")) if p.is_file())
            yield from (p for p in inner if Path(p.name.removesuffix(".gz")).suffix in _SUFFIXES)
        else:
            yield path


def read(source: Source) -> Iterator[Resource]:
    """The terminology resources of a file. Raises ValueError when no reader knows it, Refusal when it is broken."""
    suffix = Path(source.name).suffix
    if suffix == ".csv":
        yield from _table(source)
    elif suffix == ".txt" and (named := _BARE.fullmatch(source.name)):
        codes = source.raw().decode("utf-8-sig").splitlines()
        yield code_lists.bare(codes, name=named["name"], oid=named["oid"], systems=source.systems)
    elif suffix == ".json":
        yield from _terminology(decode_json(source.raw()))
    elif suffix == ".xml":
        yield from _xml(source)
    else:
        raise ValueError(f"{source.path}: no reader for this kind of file (see docs/reference/terminology.md)")


def _xml(source: Source) -> Iterator[Resource]:
    raw = source.raw()
    if value_sets.NAMESPACE.encode() in raw[:2_000]:
        yield from value_sets.value_sets(raw, source.systems)
    else:
        yield from _terminology(decode_xml(raw))


def _terminology(resource: Resource) -> Iterator[Resource]:
    if resource["resourceType"] == "Bundle":
        for entry in resource.get("entry", ()):
            if "resource" in entry:
                yield from _terminology(entry["resource"])
    elif resource["resourceType"] in KINDS:
        yield resource


def _table(source: Source) -> Iterator[Resource]:
    reader = csv.DictReader(source.raw().decode("utf-8-sig").splitlines(keepends=True))
    columns = set(reader.fieldnames or ())
    if columns.issuperset(cim10.COLUMNS):
        yield cim10.code_system(reader, version=source.version or "PMSI")
    elif columns.issuperset(code_lists.COLUMNS):
        yield from code_lists.code_systems(reader)
    elif columns.issuperset(loinc.COLUMNS):
        yield loinc.code_system(reader, version=source.version)
    elif columns.issuperset(table.COLUMNS):
        if not source.url:
            raise ValueError(f"{source.path}: a plain table doesn't say which code system it is: add --url")
        yield table.code_system(reader, url=source.url, version=source.version, title=Path(source.name).stem)
    else:
        raise ValueError(
            f"{source.path}: its columns are not those of a terminology (see docs/reference/terminology.md)"
        )
