"""The register of tools of a demonstration: its days are as far from today as they were from the day it was written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.requests import Request
from seve.fhir.search.keys import value_key
from seve.solutions.tool_register import solution

if TYPE_CHECKING:
    from seve.engine.engine import Engine

_WRITTEN: Final = date(2026, 11, 22)
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T.+)?")


async def fill_register(engine: Engine) -> None:
    """Writes the demonstration's makers, declarations and entries. A declaration is its maker's, who sees it for that reason."""
    for one in solution.demo:
        requester = one.get("requester", {}).get("reference", "")
        grant = replace(open_grant(), author=value_key(requester) if requester else 0)
        request = Request("PUT", f"{one['resourceType']}/{one['id']}", resource=_moved(one))
        await perform(engine, grant, request)


def _moved(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one) for one in value]
    if isinstance(value, str) and (found := _DAY.fullmatch(value)):
        day = date.fromisoformat(found[1]) + (datetime.now(UTC).date() - _WRITTEN)
        return f"{day.isoformat()}{found[2] or ''}"
    return value
