"""Views by compiled Python: pieces of the source in several processes, batches in the order of the source."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from typing import Any

from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.views import CompiledView, compile_view, parse_view
from seve.lake.batching import ROWS, Batch, batches, cleaned, of_resources
from seve.lake.sources import PIECE_BYTES, Documents, Ndjson, Piece, Resources, Source, Stream

_WORTH_PROCESSES = 4 * PIECE_BYTES
_AHEAD = 2


def run(compiled: CompiledView, source: Source, *, processes: int | None) -> Iterator[Batch]:
    """The batches of a view. `processes` None: as many as the machine has cores, where the source is worth it."""
    if isinstance(source, Resources):
        yield from _of_resources(compiled, source)
        return
    count = (os.cpu_count() or 1) if processes is None else processes
    if count < 2 or (processes is None and source.size < _WORTH_PROCESSES):
        for piece in source.pieces(compiled.view.resource):
            yield from batches(compiled, piece.documents())
        return
    yield from _in_processes(compiled, source, count)


def _of_resources(compiled: CompiledView, source: Resources) -> Iterator[Batch]:
    resources = iter(source.resources)
    while chunk := list(islice(resources, ROWS)):
        yield of_resources(compiled, [cleaned(resource) for resource in chunk])


def _in_processes(compiled: CompiledView, source: Ndjson | Documents | Stream, count: int) -> Iterator[Batch]:
    definition = definition_text(compiled.view.definition)
    waiting: deque[Future[list[Batch]]] = deque()
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        try:
            for piece in source.pieces(compiled.view.resource):
                waiting.append(pool.submit(work, definition, piece))
                if len(waiting) > count + _AHEAD:  # memory is bounded by what is under way
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def definition_text(definition: Mapping[str, Any]) -> str:
    """A definition as JSON text, to be compiled in another process."""
    return encode_json(dict(definition)).decode()


def work(definition: str, piece: Piece) -> list[Batch]:
    """What a process does: all batches of a piece."""
    gc.disable()  # parsed JSON has no cycles, and looking for them costs as much as parsing
    return list(batches(compiled_from(definition), piece.documents()))


@lru_cache(maxsize=16)
def compiled_from(definition: str) -> CompiledView:
    """A view from its JSON text, kept for the next piece."""
    return compile_view(parse_view(parse(definition.encode())))
