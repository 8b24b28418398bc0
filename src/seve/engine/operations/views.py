"""`$viewdefinition-run` and `$viewdefinition-export` (SQL on FHIR v2): tables of what the caller may read.

R4 has no type ViewDefinition, so that the definition comes with the request, as `viewResource`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from seve.engine.operations.export import named_patients, since_of, url_of
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter, MethodNotAllowed
from seve.engine.requests import Answer
from seve.engine.tasks import viewing
from seve.engine.tasks.exporting import Asked
from seve.engine.tasks.following import start
from seve.engine.tasks.refusals import AsynchronousOnly
from seve.fhir.views import CompiledView, View, compile_view, parse_view
from seve.kernel.refusals import Refusal
from seve.lake.batching import Batch, of_resources
from seve.lake.encoding import CONTENT_TYPES, Format, encoded
from seve.lake.problems import Problems
from seve.lake.schema import schema
from seve.store.access.admission import check_scope

VIEW_DEFINITION = "ViewDefinition"
MOST_ROWS = 1_000_000
_NAMES: Mapping[str, Format] = {
    "csv": "csv",
    "text/csv": "csv",
    "ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/x-ndjson": "ndjson",
    "application/fhir+ndjson": "ndjson",
    "json": "json",
    "application/json": "json",
    "parquet": "parquet",
    "application/vnd.apache.parquet": "parquet",
    "application/octet-stream": "parquet",
}


class TooManyRows(Refusal):
    """More rows than one answer holds. Field: `most`."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "engine.operations.too_many_rows"


async def run(call: Call) -> Answer:
    """The rows of a view, whole: a resource that doesn't fit refuses the run instead of breaking the table off."""
    compiled = compile_view(_view(call.one("viewResource")))
    format_, limit = _format(call), call.one("_limit")
    if limit is not None and not (type(limit) is int and 0 <= limit <= MOST_ROWS):
        raise InvalidParameter(name="_limit", value=str(limit)[:100], expression="http._limit")
    given = call.parameters.get("resource")
    problems = Problems()
    if given:
        found = [of_resources(compiled, given)]
        problems.add(found[0].problems)
    else:
        found = await _read(call, compiled, problems, limit=limit)
    rows = [batch.rows for batch in found] if limit is None else viewing.cut([batch.rows for batch in found], limit)
    parts = encoded(rows, schema(compiled.columns), format_, header=call.one("header", default=True) is not False)
    table = await asyncio.to_thread(b"".join, parts)
    return Answer(200, binary=table, content_type=CONTENT_TYPES[format_])


async def export(call: Call) -> Answer:
    """202 with where to follow the task."""
    if call.request.method != "POST":
        raise MethodNotAllowed(method=call.request.method, path=call.request.path)
    if not call.request.is_asynchronous:
        raise AsynchronousOnly(operation="$viewdefinition-export")
    views = [_named(call, value, index) for index, value in enumerate(call.parameters["view"])]
    request = {
        "url": url_of(call),
        "until": call.engine.database.clock.next(),
        "since": since_of(call.one("_since")),
        "members": await named_patients(call),
        "views": views,
        "format": _format(call),
        "header": call.one("header", default=True) is not False,
        "tracking": call.one("clientTrackingId"),
    }
    return await start(call.engine, call.grant, kind=viewing.KIND, request=request)


def _view(definition: Any) -> View:
    if not isinstance(definition, dict) or definition.get("resourceType") != VIEW_DEFINITION:
        raise InvalidParameter(name="viewResource", value=str(definition)[:100], expression="Parameters.parameter")
    return parse_view(definition)


def _named(call: Call, value: Any, index: int) -> dict[str, Any]:
    parts: Mapping[str, Any] = value if isinstance(value, dict) else {}
    definition = next(iter(parts.get("viewResource", ())), None)
    view = _view(definition)
    check_scope(call.grant, "s", view.resource)
    name = next(iter(parts.get("name", ())), None) or view.name or f"view{index + 1}"
    return {"name": str(name), "resource": view.resource, "definition": definition}


def _format(call: Call) -> Format:
    """The format asked for: as a parameter, in the query, by the media type accepted, else NDJSON."""
    asked = call.one("_format") or dict(call.request.query).get("_format")
    if asked is not None:
        name = str(asked).partition(";")[0].strip().replace(" ", "+").lower()
        if name not in _NAMES:
            raise InvalidParameter(name="_format", value=str(asked)[:100], expression="http._format")
        return _NAMES[name]
    for part in call.request.accept.split(","):
        if (found := _NAMES.get(part.partition(";")[0].strip().lower())) is not None:
            return found
    return "ndjson"


async def _read(call: Call, compiled: CompiledView, problems: Problems, *, limit: int | None) -> list[Batch]:
    resource = compiled.view.resource
    check_scope(call.grant, "s", resource)
    asked = Asked(
        url="",
        since=since_of(call.one("_since")),
        until=call.engine.database.clock.next(),
        types=[resource],
        filters={},
        elements=[],
        is_of_patients=False,
        members=await named_patients(call),
    )
    found, count = list[Batch](), 0
    async for batch in viewing.rows(call.engine, call.grant, asked, compiled):
        problems.add(batch.problems)
        found.append(batch)
        count += batch.rows.num_rows
        if limit is not None and count >= limit:
            break
        if count > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
    return found


OPERATIONS = (
    Operation("http://sql-on-fhir.org/OperationDefinition/$viewdefinition-run", run),
    Operation("http://sql-on-fhir.org/OperationDefinition/$viewdefinition-export", export),
)
