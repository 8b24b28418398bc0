"""Tables as files: written under another name and renamed when whole, so that no half table ever stands under the final name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from seve.lake.encoding import Format, encoded
from seve.lake.running import Run


def write(
    run: Run, path: Path, format_: Format, *, header: bool = True, tell: Callable[[int], None] = lambda _: None
) -> int:
    """Write the rows of a run to a file. Returns how many there are; `tell` hears how many so far, batch by batch.

    When anything fails (a resource that doesn't fit, a full disk, a kill), what stood at `path` before still does.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    count = _Count(run, tell)
    try:
        with partial.open("wb") as file:
            for part in encoded(count, run.schema, format_, header=header):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return count.rows


class _Count:
    """The batches of a run, counted as they pass."""

    def __init__(self, run: Run, tell: Callable[[int], None]) -> None:
        self._run = run
        self._tell = tell
        self.rows = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self._run:
            self.rows += batch.num_rows
            self._tell(self.rows)
            yield batch
