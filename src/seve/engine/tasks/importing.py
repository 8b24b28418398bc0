"""The work of `$import`: file by file, line by line, in batches that share commits; what is wrong with a line is told in its place.

A line with an id is an update under that id, one without is a creation under an id that its place in the import gives, and a
resource that is there already as it stands is left alone: a batch that is written twice, because a server was killed between
writing and saying so, leaves what it would have left once.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seve.engine.interactions.naming import check_id, check_type
from seve.engine.outcomes import outcome
from seve.engine.tasks import fetching
from seve.engine.tasks.fetching import Bounds
from seve.engine.tasks.granting import background
from seve.engine.tasks.refusals import WrongLineType
from seve.fhir.codec import decode_json, encode_json
from seve.kernel.refusals import Issue, Refusal
from seve.store.deeds import Current, Deed, Draft
from seve.store.staging import stamped
from seve.store.tasks import Hold, Output

if TYPE_CHECKING:
    from seve.engine.engine import Engine

_BATCH = 250


@dataclass(slots=True)
class _Place:
    """How far an import is: the input, its lines done; for each input how many resources it gave and its parts of errors."""

    input: int
    line: int
    counts: list[int]
    parts: list[int]

    def progress(self) -> dict[str, Any]:
        return {
            "input": self.input,
            "line": self.line,
            "counts": self.counts,
            "parts": self.parts,
            "shown": f"{sum(self.counts)} resources, file {min(self.input + 1, len(self.counts))} of {len(self.counts)}",
        }


@dataclass(slots=True)
class _Batch:
    """Lines on their way into the store, by their number in the file."""

    deeds: list[tuple[int, Deed]] = field(default_factory=list[tuple[int, Deed]])
    errors: list[str] = field(default_factory=list[str])
    lines: int = 0


async def run_import(engine: Engine, hold: Hold) -> dict[str, Any]:
    """Reads the inputs from where the work stands."""
    inputs: list[dict[str, str]] = hold.task.request["inputs"]
    stored = hold.task.progress
    place = _Place(0, 0, [0] * len(inputs), [0] * len(inputs))
    if stored:
        place = _Place(stored["input"], stored["line"], stored["counts"], stored["parts"])
    while place.input < len(inputs):
        try:
            await _read(engine, hold, place, inputs[place.input])
        except Refusal as refusal:
            await _settle(hold, place, inputs[place.input], [_told(refusal.issues)])
        place.input, place.line = place.input + 1, 0
        await hold.advance(place.progress())
    return place.progress()


async def _read(engine: Engine, hold: Hold, place: _Place, source: dict[str, str]) -> None:
    """One file, without the lines that are done."""
    batch, done, number = _Batch(), place.line, 0
    async for line in fetching.lines(source["url"], hosts=engine.import_hosts, bounds=Bounds()):
        number += 1
        if number <= done:
            continue
        _take(engine, hold, batch, (line, place.input, number), type_=source["type"])
        await asyncio.sleep(0)  # requests have their turn between lines
        if batch.lines == _BATCH:
            await _write(engine, hold, place, source, batch)
            batch = _Batch()
    await _write(engine, hold, place, source, batch)


def _take(engine: Engine, hold: Hold, batch: _Batch, at: tuple[bytes, int, int], *, type_: str) -> None:
    line, input_, number = at
    batch.lines += 1
    try:
        resource = decode_json(line)
        if resource["resourceType"] != check_type(engine, type_):
            raise WrongLineType(expected=type_, found=resource["resourceType"])
        resource.setdefault("id", str(uuid.uuid5(uuid.UUID(hold.task.id), f"{input_}/{number}")))
        check_id(resource["id"])
        engine.checker.check(resource)
    except Refusal as refusal:
        batch.errors.append(_told(refusal.issues, number))
        return
    draft = Draft("PUT", resource, engine.entries(resource))
    batch.deeds.append((number, Deed(type_, resource["id"], _Unless(draft).decide)))


@dataclass(frozen=True, slots=True)
class _Unless:
    """A draft that is written unless the resource is there as it stands."""

    draft: Draft

    def decide(self, current: Current | None) -> Draft | None:
        resource = self.draft.resource
        if current is None or current.body is None or resource is None:
            return self.draft
        same = stamped(resource, resource["id"], vid=current.vid, version=current.version)
        return None if same == current.body else self.draft


async def _write(engine: Engine, hold: Hold, place: _Place, source: dict[str, str], batch: _Batch) -> None:
    grant = background(engine, hold.task)
    outcomes = await asyncio.gather(
        *(engine.lane.commit(grant, [deed]) for _, deed in batch.deeds), return_exceptions=True
    )
    for (number, _), found in zip(batch.deeds, outcomes, strict=True):
        if isinstance(found, Refusal):
            batch.errors.append(_told(found.issues, number))
        elif isinstance(found, BaseException):
            raise found
        else:
            place.counts[place.input] += 1
    place.line += batch.lines
    await _settle(hold, place, source, batch.errors)


async def _settle(hold: Hold, place: _Place, source: dict[str, str], errors: list[str]) -> None:
    outputs = list[Output]()
    if errors:
        part = place.parts[place.input]
        outputs = [
            Output(place.input, part, "error", "OperationOutcome", len(errors), label=source["url"], lines=errors)
        ]
        place.parts[place.input] += 1
    await hold.advance(place.progress(), outputs)


def _told(issues: Sequence[Issue], line: int = 0) -> str:
    """An OperationOutcome as one line; each issue says which line it is about."""
    told = outcome(issues)
    if line:
        for issue in told["issue"]:
            issue["location"] = [f"line {line}"]
    return encode_json(told).decode()
