"""`$import` (SMART Bulk Data Import, NDJSON by url): the kick-off; see engine/tasks for the work."""

from __future__ import annotations

from seve.engine.interactions.naming import check_type
from seve.engine.operations.registry import Call, Operation
from seve.engine.refusals import InvalidParameter
from seve.engine.requests import Answer
from seve.engine.tasks.fetching import check_source
from seve.engine.tasks.following import start
from seve.engine.tasks.refusals import AsynchronousOnly

_FORMATS = ("application/fhir+ndjson", "application/ndjson", "ndjson")


async def import_(call: Call) -> Answer:
    """202 with where to follow the task. Sources that may not be read are refused before anything begins."""
    if not call.request.is_asynchronous:
        raise AsynchronousOnly(operation="$import")
    if call.one("inputFormat") not in _FORMATS:
        raise InvalidParameter(
            name="inputFormat", value=str(call.one("inputFormat"))[:100], expression=_place("inputFormat")
        )
    storage = call.one("storageDetail", {"type": ["https"]}).get("type", [""])[0]
    if storage != "https":
        raise InvalidParameter(name="storageDetail.type", value=str(storage)[:100], expression=_place("storageDetail"))
    request = {
        "url": f"{call.engine.base_url}/{call.request.path}",
        "until": call.engine.database.clock.next(),
        "inputs": [_input(call, part) for part in call.parameters["input"]],
    }
    return await start(call.engine, call.grant, kind="import", request=request)


def _input(call: Call, part: dict[str, list[str]]) -> dict[str, str]:
    type_, url = part.get("type", [""])[0], part.get("url", [""])[0]
    check_type(call.engine, type_)
    check_source(url, call.engine.import_hosts)
    return {"type": type_, "url": url}


def _place(name: str) -> str:
    return f"Parameters.parameter.where(name = '{name}')"


OPERATIONS = (Operation("http://hl7.org/fhir/uv/bulkdata/OperationDefinition/import", import_),)
