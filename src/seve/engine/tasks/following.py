"""`_task/[id]`: how far a task is, what it gives, its end (Bulk Data Access v2, 2.1.0.6); `_task/[id]/[file]`: a file as NDJSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from seve.engine.interactions.naming import check_id
from seve.engine.refusals import MethodNotAllowed, UnknownPath
from seve.engine.requests import Answer, Request
from seve.engine.tasks import viewing
from seve.engine.tasks.refusals import FileNotFound, TaskNotFound, failed
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.subset import elements
from seve.kernel.identifiers import instant_of, new_id
from seve.store import tasks
from seve.store.tasks import Batch, File, Task

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

KEPT_SECONDS = 86_400.0
_RETRY_SECONDS = "2"
_READS = ("GET", "HEAD")


async def start(engine: Engine, grant: Grant, *, kind: str, request: dict[str, Any]) -> Answer:
    """A new task: 202 with where to follow it."""
    id_ = new_id()
    await tasks.add(engine.database.pool, grant, id_=id_, kind=kind, request=request)
    return Answer(202, headers=(("content-location", f"{engine.base_url}/_task/{id_}"),))


async def follow(engine: Engine, grant: Grant, request: Request, segments: list[str]) -> Answer:
    """The answer to a request below `_task`. Raises TaskNotFound for a task of somebody else too."""
    match segments:
        case [id_] | [id_, _]:
            task = await tasks.read(engine.database.pool, grant, check_id(id_))
        case _:
            raise UnknownPath(path=request.path[:200])
    if task is None:
        raise TaskNotFound(id=id_)
    if request.method == "DELETE" and len(segments) == 1:
        await tasks.remove(engine.database.pool, grant, id_)
        return Answer(202)
    if request.method not in _READS:
        raise MethodNotAllowed(method=request.method, path=request.path)
    return await _status(engine, task) if len(segments) == 1 else await _download(engine, task, segments[1])


async def _status(engine: Engine, task: Task) -> Answer:
    if task.state == "failed":
        raise failed(task.progress)
    if task.state != "done":
        shown = task.progress.get("shown", task.state)
        return Answer(202, headers=(("x-progress", shown), ("retry-after", _RETRY_SECONDS)))
    files = await tasks.files(engine.database.pool, task.id)
    manifest = encode_json(_MANIFESTS[task.kind](engine, task, files))
    expires = formatdate(task.created + KEPT_SECONDS, usegmt=True)
    return Answer(200, headers=(("expires", expires),), binary=manifest, content_type="application/json")


def _export_manifest(engine: Engine, task: Task, files: list[File]) -> dict[str, Any]:
    return {
        "transactionTime": instant_of(task.request["until"]),
        "request": task.request["url"],
        "requiresAccessToken": task.origin != "",
        **{role: [_file(engine, task, f) for f in files if f.role == role] for role in ("output", "deleted", "error")},
    }


def _import_manifest(engine: Engine, task: Task, files: list[File]) -> dict[str, Any]:
    inputs = task.request["inputs"]
    counts = task.progress["counts"]
    return {
        "transactionTime": instant_of(task.request["until"]),
        "request": task.request["url"],
        "requiresAccessToken": task.origin != "",
        "output": [
            {"type": i["type"], "inputUrl": i["url"], "count": count}
            for i, count in zip(inputs, counts, strict=True)
            if count
        ],
        "error": [{**_file(engine, task, f), "inputUrl": f.label} for f in files],
    }


_MANIFESTS: Mapping[str, Callable[[Engine, Task, list[File]], dict[str, Any]]] = {
    "export": _export_manifest,
    "import": _import_manifest,
    "view-export": viewing.manifest,
}


def _file(engine: Engine, task: Task, file: File) -> dict[str, Any]:
    return {"type": file.type, "url": f"{engine.base_url}/_task/{task.id}/{file.number}", "count": file.count}


async def _download(engine: Engine, task: Task, number: str) -> Answer:
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    files = await tasks.files(engine.database.pool, task.id) if task.state == "done" and is_number else []
    if not any(file.number == int(number) for file in files):
        raise FileNotFound(id=task.id, file=number[:20])
    if task.kind == "view-export":
        return viewing.file(engine, task, int(number))
    stream = _lines(engine, task, int(number))
    return Answer(200, stream=stream, content_type="application/fhir+ndjson")


async def _lines(engine: Engine, task: Task, number: int) -> AsyncIterator[bytes]:
    names: list[str] = task.request.get("elements", [])
    async for batch in tasks.batches(engine.database.pool, task.id, number):
        yield _written(batch, names)


def _written(batch: Batch, names: list[str]) -> bytes:
    if batch.deleted:
        requests = [{"request": {"method": "DELETE", "url": f"{type_}/{id_}"}} for type_, id_ in batch.deleted]
        return encode_json({"resourceType": "Bundle", "type": "transaction", "entry": requests}) + b"\n"
    if names:
        return b"".join(encode_json(elements(parse(line.encode()), names)) + b"\n" for line in batch.lines)
    return "".join(f"{line}\n" for line in batch.lines).encode()
