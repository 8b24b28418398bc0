"""Requests for care at home, and who is asked."""

from __future__ import annotations

from collections.abc import Iterable

from seve.fhir import Resource
from seve.sdk import NotFound, Records
from seve.solutions.home_care.model.asking import in_order
from seve.solutions.home_care.model.needs import CATEGORY, SYSTEM, is_ours

SHOWN = 100
_AT_ONCE = 50


async def one(records: Records, id_: str) -> Resource:
    """Raises NotFound."""
    found = await records.read("ServiceRequest", id_)
    if not is_ours(found):
        raise NotFound
    return found


async def all_seen(records: Records, *pairs: tuple[str, str], most: int = SHOWN) -> tuple[Resource, ...]:
    """Those that the visitor sees, the latest first."""
    category = ("category", f"{SYSTEM}|{CATEGORY}")
    found = await records.every("ServiceRequest", category, *pairs, ("_sort", "-_lastUpdated"), most=most)
    return tuple(one for one in found if is_ours(one))


async def tasks_of(records: Records, ids: Iterable[str]) -> dict[str, list[Resource]]:
    """The Tasks of requests, by request, in the order in which they are asked."""
    wanted = list(ids)
    made: dict[str, list[Resource]] = {one: [] for one in wanted}
    for start in range(0, len(wanted), _AT_ONCE):
        focus = ",".join(f"ServiceRequest/{one}" for one in wanted[start : start + _AT_ONCE])
        for task in await records.every("Task", ("focus", focus)):
            made[str(task["focus"]["reference"]).partition("/")[2]].append(task)
    return {id_: in_order(held) for id_, held in made.items()}
