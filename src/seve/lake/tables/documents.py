"""The documents of the store as one Delta table, partitioned by type.

Versions are only ever added: a later one, or a deletion, makes those before it dead. So a sync costs what changed. A type with
more dead rows than a fifth of it is tidied, which rewrites the files that hold them: over time that costs a constant share of
what changed. A named snapshot is a version of the table in which every row is alive: plain Parquet for any reader.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, QueryBuilder, Transaction, write_deltalake

from seve.kernel.identifiers import EPOCH_MILLISECONDS, SHIFT
from seve.lake.sources import Documents, Stream
from seve.lake.tables.refusals import (
    LakeIncomplete,
    NameTaken,
    NameWrong,
    OtherStore,
    SnapshotUnknown,
    told,
)
from seve.lake.tables.state import KEY, State

SCHEMA: Final = pa.schema(
    [
        pa.field("resource_type", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("patient", pa.int64(), nullable=False),
        pa.field("updated", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("vid", pa.int64(), nullable=False),
        pa.field("is_deleted", pa.bool_(), nullable=False),
        pa.field("document", pa.string()),
    ]
)
DESCRIPTIONS: Final = {
    "resource_type": "The partition: the resource type, in the path of the files and not in them.",
    "type": "The resource type.",
    "id": "The resource's id.",
    "version": "The number of the version, from 1.",
    "patient": "The key of the patient compartment that the resource is in; 0 for none.",
    "updated": "`meta.lastUpdated`.",
    "vid": "The version's own number, which orders all versions of the store.",
    "is_deleted": "A deletion, which has no document. No row of a named snapshot is one.",
    "document": "The resource as JSON text.",
}
_FOREVER: Final = {
    "delta.logRetentionDuration": "interval 36500 days",  # a named snapshot is a version, found by its log
    "delta.deletedFileRetentionDuration": "interval 1 days",
    "delta.dataSkippingStatsColumns": "id,version,patient,updated,vid,is_deleted",  # no document in the log
}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SNAPSHOT: Final = "seve.snapshot."
_DEAD_SHARE: Final = 0.2
_DEAD_LEAST: Final = 1_000
_FILES_MOST: Final = 16
_FILE_BYTES: Final = 32 * 2**20
_KEPT_HOURS: Final = 24
_COMMITS_LOOKED_AT: Final = 100
_LATEST: Final = "(SELECT id, max(version) AS latest FROM documents WHERE resource_type = '{type}' GROUP BY id) AS l"
"""Stands first in joins: the engine holds that side in memory, and this one has no documents."""

_DEAD_ROWS: Final = f"""
    SELECT d.type, d.id, d.version FROM {_LATEST} JOIN documents d ON d.id = l.id
    WHERE d.resource_type = '{{type}}' AND (d.version < l.latest OR d.is_deleted)
"""
_CURRENT: Final = f"""
    SELECT d.* FROM {_LATEST} JOIN documents d ON d.id = l.id AND d.version = l.latest
    WHERE d.resource_type = '{{type}}' AND NOT d.is_deleted
"""
_ALL: Final = "SELECT * FROM documents WHERE resource_type = '{type}'"


@dataclass(frozen=True, slots=True)
class Row:
    """A version to add. `document` is None for a deletion; `follows`: the lake has had an earlier version."""

    type: str
    id: str
    version: int
    patient: int
    vid: int
    document: str | None
    follows: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state with a name: `version` of the table, `cursor` of the store, how many documents, when it was named."""

    name: str
    version: int
    cursor: int
    documents: int
    named: str

    @property
    def moment(self) -> str:
        """The moment of the store that it shows, in UTC."""
        return moment_of(self.cursor)


def moment_of(cursor: int) -> str:
    """The time that a `vid` carries, in UTC to the second."""
    seconds = ((cursor >> SHIFT) + EPOCH_MILLISECONDS) // 1_000
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Lake:
    """A lake at a place: a folder, or the URL of object storage whose settings are in the environment (`AWS_…`)."""

    def __init__(self, url: str, table: DeltaTable) -> None:
        self.url = url
        self._table = table
        self.state = _state(table)

    @classmethod
    def open(cls, url: str) -> Lake:
        """A lake that is there. Raises LakeUnknown, LakeUnwritable."""
        with told(url):
            return cls(url, DeltaTable(url))

    @classmethod
    def begin(cls, url: str, *, token: str) -> Lake:
        """A lake for the store of that token, made when there is none. Raises OtherStore, LakeUnwritable."""
        with told(url):
            if not DeltaTable.is_deltatable(url):
                fresh = CommitProperties(custom_metadata={KEY: State(token).text()})
                DeltaTable.create(
                    url, SCHEMA, partition_by=["resource_type"], configuration=dict(_FOREVER), commit_properties=fresh
                )
            lake = cls(url, DeltaTable(url))
        if lake.state.token != token:
            raise OtherStore(url=url)
        return lake

    def add(self, rows: Sequence[Row], state: State) -> None:
        """Adds versions and says how far the lake follows now, in one commit. Raises LakeBusy, LakeUnwritable."""
        alive = [row for row in rows if row.document is not None or row.follows]
        dead = Counter(row.type for row in alive if row.follows) + Counter(r.type for r in alive if r.document is None)
        grown = state.grown(Counter(row.type for row in alive), dead)
        with told(self.url):
            write_deltalake(self._table, _batch(alive), mode="append", commit_properties=_properties(grown))
        self._renew()

    def remove(self, versions: Sequence[tuple[str, int]]) -> int:
        """Removes versions (type and `vid`) for good; how many there were. Raises LakeBusy, LakeUnwritable."""
        if not versions:
            return 0
        keys = pa.table(
            {"type": [type_ for type_, _ in versions], "vid": pa.array([v for _, v in versions], pa.int64())}
        )
        removed = self._delete(keys, "t.resource_type = s.type AND t.vid = s.vid", self.state)
        self._vacuum()
        return removed

    def tidy(self, *, is_thorough: bool = False) -> int:
        """Removes dead rows where there are many, or all of them; joins small files. How many were removed. Raises LakeBusy,
        LakeUnwritable.
        """
        removed = 0
        for type_, dead in sorted(self.state.dead.items()):
            most = 0 if is_thorough else max(_DEAD_LEAST, _DEAD_SHARE * self.state.rows.get(type_, 0))
            if dead > most:
                removed += self._tidy(type_)
        with told(self.url):
            files = Counter(type_ for type_, _ in _files(self._table))
            for type_ in sorted(type_ for type_, number in files.items() if number > _FILES_MOST):
                filters = [("resource_type", "=", type_)]
                self._table.optimize.compact(
                    filters, target_size=_FILE_BYTES, commit_properties=_properties(self.state)
                )
        if removed:
            self._vacuum()
        return removed

    def snapshot(self, name: str) -> Snapshot:
        """Names the present state, once every row of it is alive. Raises NameWrong, NameTaken, LakeIncomplete, LakeUnwritable."""
        if not _NAME.fullmatch(name):
            raise NameWrong(name=name)
        if any(known.name == name for known in self.snapshots()):
            raise NameTaken(name=name)
        if not self.state.is_complete:
            raise LakeIncomplete(url=self.url)
        self.tidy(is_thorough=True)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = Snapshot(name, self._table.version(), self.state.followed.cursor, self.count(), now)
        text = json.dumps([made.version, made.cursor, made.documents, made.named])
        with told(self.url):
            self._table.alter.set_table_properties(
                {f"{_SNAPSHOT}{name}": text}, raise_if_not_exists=False, commit_properties=_properties(self.state)
            )
        self._renew()
        return made

    def snapshots(self) -> list[Snapshot]:
        """The named states, the oldest first."""
        kept = self._table.metadata().configuration
        found = (
            (key.removeprefix(_SNAPSHOT), text) for key, text in kept.items() if key.startswith(_SNAPSHOT) and text
        )
        return sorted((Snapshot(name, *json.loads(text)) for name, text in found), key=lambda made: made.version)

    def drop(self, name: str) -> None:
        """Takes a name away; what only that snapshot held goes with the next tidying. Raises SnapshotUnknown, LakeUnwritable."""
        self._named(name)
        with told(self.url):
            properties = {f"{_SNAPSHOT}{name}": ""}
            self._table.alter.set_table_properties(
                properties, raise_if_not_exists=False, commit_properties=_properties(self.state)
            )
        self._renew()

    def documents(self, type_: str, *, snapshot: str = "") -> Iterator[pa.RecordBatch]:
        """The documents of a type, as they stand or stood at a named snapshot. Raises SnapshotUnknown, LakeIncomplete."""
        table = self._at(snapshot)
        if not snapshot and not self.state.is_complete:
            raise LakeIncomplete(url=self.url)
        with told(self.url):
            query = (_ALL if snapshot else _CURRENT).format(type=_type(type_))
            found = QueryBuilder().register("documents", table).execute(query)
            yield from pa.RecordBatchReader.from_stream(found)

    def source(self, type_: str, *, snapshot: str = "") -> Documents | Stream:
        """What a view runs over: the files themselves where every row of them is alive and they are on this machine, else a
        stream of the documents that stand. Raises SnapshotUnknown, LakeIncomplete.
        """
        if not snapshot and not self.state.is_complete:
            raise LakeIncomplete(url=self.url)
        files = self._files(type_, snapshot)
        is_alive = bool(snapshot) or not self.state.dead.get(type_)
        if is_alive and files and all(file.startswith("/") for file in files):
            return Documents(tuple(map(Path, files)))
        added = pa.table(self._at(snapshot).get_add_actions(flatten=True)).to_pylist()
        size = sum(int(row["size_bytes"]) for row in added if row["partition.resource_type"] == type_)
        return Stream(self.documents(type_, snapshot=snapshot), size)

    def count(self, *, snapshot: str = "") -> int:
        """How many rows there are, the dead ones too."""
        table = self._at(snapshot)
        return sum(number for _, number in _files(table))

    def types(self, *, snapshot: str = "") -> list[str]:
        """The types that have files."""
        table = self._at(snapshot)
        return sorted({type_ for type_, number in _files(table) if number})

    def files(self, snapshot: str, type_: str) -> list[str]:
        """The Parquet files of a type in a named snapshot: every row is a document that stood. Raises SnapshotUnknown."""
        self._named(snapshot)
        return self._files(type_, snapshot)

    def _files(self, type_: str, snapshot: str) -> list[str]:
        return self._at(snapshot).file_uris(file_pruning_predicate=[("resource_type", "=", _type(type_))])

    def _at(self, snapshot: str) -> DeltaTable:
        return DeltaTable(self.url, version=self._named(snapshot).version) if snapshot else self._table

    def _named(self, name: str) -> Snapshot:
        found = next((known for known in self.snapshots() if known.name == name), None)
        if found is None:
            raise SnapshotUnknown(name=name, url=self.url)
        return found

    def _tidy(self, type_: str) -> int:
        with told(self.url):
            query = QueryBuilder().register("documents", self._table)
            keys = pa.RecordBatchReader.from_stream(query.execute(_DEAD_ROWS.format(type=_type(type_)))).read_all()
        state = self.state.tidied(type_, keys.num_rows)
        on = f"t.resource_type = '{_type(type_)}' AND t.id = s.id AND t.version = s.version"
        return self._delete(keys, on, state)

    def _delete(self, keys: pa.Table, on: str, state: State) -> int:
        with told(self.url):
            merge = self._table.merge(
                keys, on, source_alias="s", target_alias="t", commit_properties=_properties(state)
            )
            done = merge.when_matched_delete().execute()
        self._renew()
        return int(done["num_target_rows_deleted"])

    def _vacuum(self) -> None:
        """Deletes the files that no state of the last day and no named snapshot needs, those of killed syncs too."""
        kept = [made.version for made in self.snapshots()]
        with told(self.url):
            self._table.vacuum(
                retention_hours=_KEPT_HOURS,
                dry_run=False,
                full=True,
                keep_versions=kept,
                commit_properties=_properties(self.state),
            )
        self._renew()

    def _renew(self) -> None:
        self._table = DeltaTable(self.url)
        self.state = _state(self._table)


def _state(table: DeltaTable) -> State:
    for commit in table.history(_COMMITS_LOOKED_AT):
        if text := commit.get(KEY):
            return State.read(text)
    return State()


def _properties(state: State) -> CommitProperties:
    """The state, and a transaction of the lake's own, by which of two syncs at once only one can commit."""
    mark = Transaction("seve", state.followed.cursor)
    return CommitProperties(custom_metadata={KEY: state.text()}, app_transactions=[mark])


def _batch(rows: Sequence[Row]) -> pa.RecordBatch:
    columns: dict[str, Any] = {
        "resource_type": [row.type for row in rows],
        "type": [row.type for row in rows],
        "id": [row.id for row in rows],
        "version": [row.version for row in rows],
        "patient": [row.patient for row in rows],
        "updated": [((row.vid >> SHIFT) + EPOCH_MILLISECONDS) * 1_000 for row in rows],
        "vid": [row.vid for row in rows],
        "is_deleted": [row.document is None for row in rows],
        "document": [row.document for row in rows],
    }
    arrays = [pa.array(columns[field.name], field.type) for field in SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _files(table: DeltaTable) -> list[tuple[str, int]]:
    """The type and the number of rows of each file."""
    added = pa.table(table.get_add_actions(flatten=True))
    if not added.num_rows:
        return []
    return [(str(row["partition.resource_type"]), int(row["num_records"])) for row in added.to_pylist()]


def _type(name: str) -> str:
    """A type's name, which has letters only."""
    if not name.isalpha() or not name.isascii():
        raise ValueError(f"{name!r} is no resource type")
    return name
