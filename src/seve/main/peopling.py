"""A territory written and counted by several processes: shards of patients that are the same whoever makes them."""

from __future__ import annotations

import gzip
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.main.child import settle_in
from seve.main.loading.running import cores
from seve.territory.checking import Tally
from seve.territory.generating import Terms, around, record
from seve.territory.personas import known

if TYPE_CHECKING:
    from seve.main.progress import Progress

_SHARD = 500
"""Patients in a file: whole blocks, so that no block is made twice."""
_COMPRESSION = 4
Made = TypeVar("Made")


@dataclass(slots=True)
class Written:
    """So far."""

    resources: int = 0
    patients: int = 0


@dataclass(frozen=True, slots=True)
class _Shard:
    """Patients `first` to `last`, the last left out."""

    terms: Terms
    first: int
    last: int


class FolderNotEmptyError(ValueError):
    """There are NDJSON files already: another territory would mix with this one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds .ndjson files already; choose another folder")


def write(
    folder: Path, terms: Terms, *, patients: int, processes: int = 0, is_gzip: bool = False, progress: Progress
) -> Written:
    """Writes the directory, the people whose story is known, and patients 0 to `patients`. Raises FolderNotEmptyError, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.glob("*.ndjson*")):
        raise FolderNotEmptyError(folder)
    written = Written()
    progress.begin(patients)
    written.resources += _file(folder / "0-directory.ndjson", around(terms), is_gzip=is_gzip)
    stories = (resource for record in known(terms) for resource in record.resources)
    written.resources += _file(folder / "0-people.ndjson", stories, is_gzip=is_gzip)
    work = partial(_write_shard, folder=folder, is_gzip=is_gzip)
    for shard, resources in _spread(work, _shards(terms, patients), processes=processes):
        written.resources += resources
        written.patients += shard.last - shard.first
        progress.advance(shard.last - shard.first, written)
    return written


def count(terms: Terms, *, patients: int, processes: int = 0, progress: Progress) -> Tally:
    """Makes patients and counts them, without keeping them."""
    tally = Tally()
    progress.begin(patients)
    for shard, found in _spread(_count_shard, _shards(terms, patients), processes=processes):
        tally.merge(found)
        progress.advance(shard.last - shard.first, tally)
    return tally


def _shards(terms: Terms, patients: int) -> list[_Shard]:
    size = _SHARD if patients > 4 * _SHARD else 50
    return [_Shard(terms, first, min(first + size, patients)) for first in range(0, patients, size)]


def _spread(work: Callable[[_Shard], Made], shards: list[_Shard], *, processes: int) -> Iterator[tuple[_Shard, Made]]:
    """Each shard with what became of it, as they are done; in this process when one is enough."""
    number = min(processes or cores(), len(shards))
    if number <= 1:
        yield from ((shard, work(shard)) for shard in shards)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(number, mp_context=context, initializer=settle_in) as pool:
        running = {pool.submit(work, shard): shard for shard in shards}
        for future in as_completed(running):
            yield running[future], future.result()


def _write_shard(shard: _Shard, *, folder: Path, is_gzip: bool) -> int:
    resources = (r for number in range(shard.first, shard.last) for r in record(shard.terms, number).resources)
    return _file(folder / f"patients-{shard.first:07d}.ndjson", resources, is_gzip=is_gzip)


def _count_shard(shard: _Shard) -> Tally:
    tally = Tally()
    for number in range(shard.first, shard.last):
        tally.add(record(shard.terms, number))
    return tally


def _file(path: Path, resources: Iterator[Resource], *, is_gzip: bool) -> int:
    """One resource a line; compressed files have no date inside, so that they are the same each time."""
    number = 0
    if is_gzip:
        raw = path.with_name(f"{path.name}.gz").open("wb")
        stream = gzip.GzipFile(filename="", mode="wb", compresslevel=_COMPRESSION, fileobj=raw, mtime=0)
    else:
        raw = stream = path.open("wb")
    with raw, stream:
        for resource in resources:
            stream.write(encode_json(resource) + b"\n")
            number += 1
    return number
