"""The rows of versions in PostgreSQL's binary COPY format, for loads: what `rows` gives to a statement, written as bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING

from seve.fhir.access.reaches import Reach
from seve.fhir.search.entries import Entries
from seve.fhir.search.keys import trigrams
from seve.store.lexemes import lexemes
from seve.store.rows import Traits, links_of, reaches_of, row_of

if TYPE_CHECKING:
    from seve.store.database import Connection

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_INT8, _INT4 = 20, 23  # type oids, which PostgreSQL never changes

# A row is its number of columns, then each value after its length in bytes.
_POSTING = Struct("!hiqiqiq")
_LINK = Struct("!hiqiqiqiq")
_MOMENT = Struct("!hiqiqiqiqiq")
_RANGE = Struct("!hiqididiqiq")
_TEXT_KEY = Struct("!hiqi")
_TEXT_PLACE = Struct("!iqiq")
_VERSION_KEYS = Struct("!hiqiqiiiq")
_WORDS = Struct("!hiqiqii")
_TRAITS = Struct("!iqiiiq")
_REACH = Struct("!hiqiqihi?iiiqiqiq")
_LENGTH = Struct("!i")
_ARRAY = Struct("!iiiiii")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "posting": ("key", "vid", "patient"),
    "link": ("param", "target", "vid", "patient"),
    "text_value": ("key", "value", "vid", "patient", "trigrams"),
    "moment": ("key", "lo", "hi", "vid", "patient"),
    "quantity": ("key", "lo", "hi", "vid", "patient"),
    "position": ("key", "latitude", "longitude", "vid", "patient"),
    "words": ("vid", "patient", "words"),
    "reach": ("patient", "reader", "purpose", "opens", "lifts", "since", "until", "vid"),
    # last: its triggers look at the links
    "version": (
        "vid",
        "ref",
        "version",
        "patient",
        "type",
        "id",
        "method",
        "body",
        "present",
        "author",
        "veil",
        "kind",
    ),
}
INDEX_TABLES = tuple(name for name in COLUMNS if name not in ("version", "reach"))


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What a row of `version` says beside its index."""

    vid: int
    ref: int
    version: int
    type: str
    id: str
    method: str
    body: str
    author: int = 0


@dataclass(slots=True)
class CopyRows:
    """Rows by table, each as its bytes."""

    tables: dict[str, list[bytes]] = field(default_factory=lambda: {name: list[bytes]() for name in COLUMNS})

    def add_version(self, row: VersionRow, entries: Entries) -> None:
        """One version with all its index rows."""
        traits = Traits.of(entries, author=row.author)
        keys = _VERSION_KEYS.pack(12, 8, row.vid, 8, row.ref, 4, row.version, 8, traits.patient)
        texts = map(_text, (row.type, row.id, row.method, row.body))
        marks = _TRAITS.pack(8, traits.author, 4, traits.veil, 8, traits.kind)
        self.tables["version"].append(keys + b"".join(texts) + _bigints(entries.present) + marks)
        self.add_entries(entries, vid=row.vid, patient=traits.patient)
        self.tables["reach"] += [_reach(reach, row.vid) for reach in reaches_of(entries, traits)]

    def add_entries(self, entries: Entries, *, vid: int, patient: int) -> None:
        """The index rows of one version."""
        posting, link, moment, spread = _POSTING.pack, _LINK.pack, _MOMENT.pack, _RANGE.pack
        tables = self.tables
        tables["posting"] += [posting(3, 8, key, 8, vid, 8, patient) for key in entries.postings]
        tables["link"] += [link(4, 8, param, 8, target, 8, vid, 8, patient) for param, target in links_of(entries)]
        tables["moment"] += [moment(5, 8, key, 8, lo, 8, hi, 8, vid, 8, patient) for key, lo, hi in entries.moments]
        for table, ranges in (("quantity", entries.quantities), ("position", entries.positions)):
            tables[table] += [spread(5, 8, key, 8, lo, 8, hi, 8, vid, 8, patient) for key, lo, hi in ranges]
        place = _TEXT_PLACE.pack(8, vid, 8, patient)
        tables["text_value"] += [_value(key, value) + place + _grams(value) for key, value in entries.strings]
        tables["text_value"] += [_value(key, value) + place + _NULL for key, value in entries.prefixes]
        self._add_words(entries, vid=vid, patient=patient)

    def _add_words(self, entries: Entries, *, vid: int, patient: int) -> None:
        if found := lexemes(narrative=entries.narrative, texts=entries.texts):
            vector = "\0\0\0".join(found).encode("utf-8", "replace") + b"\0\0\0"  # each with no positions
            self.tables["words"].append(_WORDS.pack(3, 8, vid, 8, patient, len(vector) + 4, len(found)) + vector)

    async def write(self, connection: Connection, *, prefix: str = "", tables: Sequence[str] = tuple(COLUMNS)) -> None:
        """Copies the rows into the tables, or into those whose names begin with `prefix`."""
        for name in tables:
            if rows := self.tables[name]:
                source = _stream(rows)
                await connection.copy_to_table(prefix + name, source=source, columns=COLUMNS[name], format="binary")


async def _stream(rows: list[bytes]) -> AsyncIterator[bytes]:
    yield _HEADER + b"".join(rows) + _TRAILER


def _reach(reach: Reach, vid: int) -> bytes:
    patient, reader, purpose, opens, lifts, since, until, vid = row_of(reach, vid)
    return _REACH.pack(8, 8, patient, 8, reader, 2, purpose, 1, opens, 4, lifts, 8, since, 8, until, 8, vid)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded


def _value(key: int, value: str) -> bytes:
    encoded = value.encode("utf-8", "replace")
    return _TEXT_KEY.pack(5, 8, key, len(encoded)) + encoded


def _bigints(values: Sequence[int]) -> bytes:
    if not values:
        return _ARRAY.pack(12, 0, 0, _INT8, 0, 0)[:16]
    elements = Struct("!" + "iq" * len(values)).pack(*(part for value in values for part in (8, value)))
    return _ARRAY.pack(20 + len(elements), 1, 0, _INT8, len(values), 1) + elements


@lru_cache(maxsize=32_768)
def _grams(value: str) -> bytes:
    values = trigrams(value)
    if not values:
        return _ARRAY.pack(12, 0, 0, _INT4, 0, 0)[:16]
    elements = Struct("!" + "ii" * len(values)).pack(*(part for value in values for part in (4, value)))
    return _ARRAY.pack(20 + len(elements), 1, 0, _INT4, len(values), 1) + elements
