"""What a lake costs to keep: the first sync, later ones after some changes, a snapshot; beside them what the alternatives cost.

`python -m bench.feed --resources 100000`. Beside the sync of changes: Delta's own MERGE of the same changes into the same
documents, which rewrites every file that one of them is in, and everything exported again.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from rich.console import Console
from rich.table import Table

from seve.lake.tables.documents import Lake
from seve.main.lake.syncing import sync
from seve.main.loading.chunks import Document
from seve.main.loading.running import load_documents
from seve.main.loading.work import Terms
from seve.main.progress import Progress
from seve.store import dumping
from seve.store.embedded import Embedded
from seve.store.migrate import prepare

_CHANGES = (100, 1_000, 10_000)
_DOCUMENT = 500


def observations(ids: range | list[int], *, value: int) -> Iterator[bytes]:
    """Observations with the same ids at every call."""
    for at in ids:
        quantity = {"value": value + at % 50, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"}
        code = {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]}
        told: dict[str, Any] = {"resourceType": "Observation", "id": f"o{at}", "status": "final", "code": code}
        told |= {"subject": {"reference": f"Patient/p{at % 1_000}"}, "effectiveDateTime": "2026-01-02T03:04:05Z"}
        yield msgspec.json.encode(told | {"valueQuantity": quantity})


def documents(ids: range | list[int], *, value: int) -> Iterator[Document]:
    """The same as a load takes them."""
    lines = list(observations(ids, value=value))
    for start in range(0, len(lines), _DOCUMENT):
        yield Document("bench", "ndjson", b"\n".join(lines[start : start + _DOCUMENT]), 1, start + 1)


def main() -> None:
    """Loads, syncs, changes, syncs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=100_000)
    options = parser.parse_args()
    table = Table("work", "seconds", "MB written", title=f"A lake of {options.resources:,} Observations")
    with tempfile.TemporaryDirectory(prefix="seve-feed-") as name:
        server = Embedded(Path(name) / "postgres")
        server.start()
        try:
            asyncio.run(measured(server.url(), Path(name), options.resources, table=table))
        finally:
            server.stop()
    Console(width=150).print(table)


async def measured(url: str, folder: Path, number: int, *, table: Table) -> None:
    """All rows of the table."""
    await prepare(url)
    progress, terms, dice = Progress("bench"), Terms(url, "http://seve.example/fhir"), random.Random(5)
    progress.begin(number)
    await load_documents(terms, documents(range(number), value=50), progress=progress)
    lake, merged = folder / "lake", folder / "merged"
    connection = await dumping.connect(url)
    try:
        began = time.perf_counter()
        await sync(connection, str(lake), progress=progress)
        _row(table, "first sync", began, written=_size(lake))
        _copy(Lake.open(str(lake)), merged)
        for changes in _CHANGES:
            ids = dice.sample(range(number), changes)
            await load_documents(terms, documents(ids, value=100 + changes), progress=progress)
            before, began = _size(lake), time.perf_counter()
            done = await sync(connection, str(lake), progress=progress)
            _row(
                table, f"sync of {changes:,} changes ({done.tidied:,} rows tidied)", began, written=_size(lake) - before
            )
            before, began = _size(merged), time.perf_counter()
            _merge(merged, ids)
            _row(table, f"beside: MERGE of {changes:,} changes", began, written=_size(merged) - before)
        before, began = _size(lake), time.perf_counter()
        Lake.open(str(lake)).snapshot("bench")
        _row(table, "snapshot", began, written=_size(lake) - before)
        began = time.perf_counter()
        await sync(connection, str(folder / "again"), progress=progress)
        _row(table, "beside: everything again", began, written=_size(folder / "again"))
    finally:
        await connection.close()


def _copy(lake: Lake, to: Path) -> None:
    rows = pa.Table.from_batches(lake.documents("Observation"))
    write_deltalake(str(to), rows.select(["type", "id", "version", "document"]), partition_by=["type"])


def _merge(to: Path, ids: list[int]) -> None:
    changed = pa.table(
        {"id": [f"o{at}" for at in ids], "document": [line.decode() for line in observations(ids, value=9)]}
    )
    merge = DeltaTable(str(to)).merge(changed, "t.id = s.id", source_alias="s", target_alias="t")
    merge.when_matched_update({"document": "s.document"}).execute()


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _row(table: Table, work: str, began: float, *, written: int) -> None:
    table.add_row(work, f"{time.perf_counter() - began:.2f}", f"{written / 2**20:.2f}")


if __name__ == "__main__":
    main()
