"""The work of `$viewdefinition-export`: which versions give the rows of each view, each looked at once.

As with bulk export, what is stored is the list of versions, which never change; the table is made of them when its file is
downloaded, so that no second place holds personal data. A resource that doesn't fit its view fails the task.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from seve.engine.requests import Answer
from seve.engine.tasks.exporting import Asked, matching
from seve.engine.tasks.granting import background
from seve.fhir.views import CompiledView, compile_view, parse_view
from seve.kernel.identifiers import instant_of
from seve.lake.batching import Batch, batches, sliced
from seve.lake.encoding import CONTENT_TYPES, encoder
from seve.lake.problems import Problems
from seve.lake.schema import schema
from seve.store import exporting, tasks
from seve.store.exporting import Window
from seve.store.tasks import File, Hold, Output, Task

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

KIND = "view-export"
_WINDOW = 10_000
_MOST_PROBLEMS = 10  # who asked is told so many; a view that no resource fits costs no more


async def rows(
    engine: Engine, grant: Grant, asked: Asked, compiled: CompiledView, *, goes_on: bool = False
) -> AsyncIterator[Batch]:
    """The rows of a view over what the caller may read, a window of versions at a time.

    A batch ends at its tenth resource that doesn't fit, unless it `goes_on`: for who keeps the rows of the others.
    """
    most = None if goes_on else _MOST_PROBLEMS
    after = asked.since
    while (found := await _window(engine, asked, compiled, after)) is not None:
        for batch in await _judged(engine, compiled, await matching(engine, grant, asked, found), most):
            yield batch
        after = found.last


async def run_view_export(engine: Engine, hold: Hold) -> dict[str, Any]:
    """Fills the outputs from where they are. Raises RowsRefused for a resource that doesn't fit its view."""
    request = hold.task.request
    progress = hold.task.progress or {"view": 0, "after": request["since"], "part": 0}
    if not hold.task.progress:
        await exporting.settle(engine.database.pool, until=request["until"])
    while progress["view"] < len(request["views"]):
        progress = await _step(engine, hold, progress)
    return progress


async def _step(engine: Engine, hold: Hold, progress: dict[str, Any]) -> dict[str, Any]:
    """One window of one view, or the step to the next view."""
    number, after = progress["view"], progress["after"]
    compiled, asked = _compiled(hold.task, number), _asked(hold.task, number)
    found = await _window(engine, asked, compiled, after)
    outputs: list[Output] = []
    if found is None:
        if not progress["part"]:  # a table without rows is a file too
            outputs = [_output(hold.task, number, part=0, count=0, vids=[])]
        following = {"view": number + 1, "after": hold.task.request["since"], "part": 0}
    else:
        vids = await matching(engine, background(engine, hold.task), asked, found)
        count = await _counted(engine, compiled, vids)
        outputs = [_output(hold.task, number, part=progress["part"], count=count, vids=vids)] if vids else []
        following = {"view": number, "after": found.last, "part": progress["part"] + len(outputs)}
    following["shown"] = f"{following['view']} of {len(hold.task.request['views'])} views"
    await hold.advance(following, outputs)
    return following


async def _counted(engine: Engine, compiled: CompiledView, vids: list[int]) -> int:
    problems, count = Problems(), 0
    for batch in await _judged(engine, compiled, vids, _MOST_PROBLEMS):
        problems.add(batch.problems)
        count += batch.rows.num_rows
    return count


def _output(task: Task, number: int, *, part: int, count: int, vids: list[int]) -> Output:
    view = task.request["views"][number]
    return Output(number, part, "output", view["resource"], count, label=view["name"], vids=vids)


def _compiled(task: Task, number: int) -> CompiledView:
    return compile_view(parse_view(task.request["views"][number]["definition"]))


def _asked(task: Task, number: int) -> Asked:
    request = task.request
    return Asked(
        url=request["url"],
        since=request["since"],
        until=request["until"],
        types=[request["views"][number]["resource"]],
        filters={},
        elements=[],
        is_of_patients=False,
        members=request["members"],
    )


async def _window(engine: Engine, asked: Asked, compiled: CompiledView, after: int) -> Window | None:
    pool, type_ = engine.database.pool, compiled.view.resource
    return await exporting.window(pool, type_=type_, after=after, until=asked.until, size=_WINDOW)


async def _judged(engine: Engine, compiled: CompiledView, vids: list[int], most: int | None) -> list[Batch]:
    texts = await exporting.documents(engine.database.pool, vids) if vids else []
    return await asyncio.to_thread(_batches, compiled, texts, most)


def _batches(compiled: CompiledView, texts: Sequence[str], most: int | None = _MOST_PROBLEMS) -> list[Batch]:
    documents = (text.encode() for text in texts)
    return list(batches(compiled, documents, most_problems=most))


def cut(found: Sequence[Any], most: int) -> list[Any]:
    """The first rows of some batches."""
    kept: list[Any] = []
    for batch in found:
        kept.append(sliced(batch, most))
        most -= kept[-1].num_rows
    return kept


def manifest(engine: Engine, task: Task, files: list[File]) -> dict[str, Any]:
    """What a finished export gives, as the operation's Parameters."""
    request, place = task.request, f"{engine.base_url}/_task/{task.id}"
    tracking = request["tracking"]
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "exportId", "valueString": task.id},
            *([{"name": "clientTrackingId", "valueString": tracking}] if tracking else []),
            {"name": "status", "valueCode": "completed"},
            {"name": "location", "valueUri": place},
            {"name": "_format", "valueCode": request["format"]},
            {"name": "exportStartTime", "valueInstant": instant_of(request["until"])},
            *(
                {
                    "name": "output",
                    "part": [
                        {"name": "name", "valueString": found.label},
                        {"name": "location", "valueUri": f"{place}/{found.number}"},
                    ],
                }
                for found in files
            ),
        ],
    }


def file(engine: Engine, task: Task, number: int) -> Answer:
    """A table, streamed."""
    return Answer(200, stream=_stream(engine, task, number), content_type=CONTENT_TYPES[task.request["format"]])


async def _stream(engine: Engine, task: Task, number: int) -> AsyncIterator[bytes]:
    compiled = _compiled(task, number)
    writer = encoder(schema(compiled.columns), task.request["format"], header=task.request["header"])
    yield writer.begin()
    async for stretch in tasks.batches(engine.database.pool, task.id, number):
        for batch in await asyncio.to_thread(_batches, compiled, stretch.lines):
            yield await asyncio.to_thread(writer.add, batch.rows)
    yield writer.end()
