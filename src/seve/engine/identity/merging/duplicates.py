"""The queue of suspected duplicates: one Task for each pair that a person must look at.

The id of a Task follows from its pair, so that a pair stands in the queue once, and one that was looked at and rejected does not
come back. A merge of the pair completes its Task.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING

from seve.engine.identity.matching.matches import Match, matches
from seve.engine.identity.merging.traces import SYSTEM
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.search.query import Query
from seve.store.deeds import Current, Deed, Draft
from seve.store.search import running

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant
    from seve.store.search.running import Found, Place

CODE = "duplicate-patients"
_PAGE = 200
_QUEUED = ("certain", "probable")


@dataclass(slots=True)
class Tally:
    """How many patients were looked at, how many pairs are new in the queue."""

    resources: int = 0
    queued: int = 0

    def __str__(self) -> str:
        return f"{self.resources:,} patients looked at, {self.queued:,} suspected duplicates are new"


async def find_duplicates(engine: Engine, grant: Grant, *, looked_at: Callable[[Tally], None]) -> Tally:
    """Compares every patient in force with its candidates, and queues each pair that is probable at least.

    `looked_at` is told after each page of patients.
    """
    tally = Tally()
    async for page in _pages(engine, grant):
        for one in page:
            patient = parse(one.body.encode())
            if patient.get("active") is not False:
                tally.queued += await queue_duplicates(engine, grant, patient)
        tally.resources += len(page)
        looked_at(tally)
    return tally


async def queue_duplicates(engine: Engine, grant: Grant, patient: Resource) -> int:
    """Compares one patient with its candidates, and queues each pair that is probable at least; how many are new."""
    queued = 0  # a pair that is met from its other end has the same id
    for match in await matches(engine, grant, patient, apart_from=patient["id"]):
        if match.likeness.grade in _QUEUED:
            [written] = await engine.lane.commit(grant, [_deed(engine, _task(patient["id"], match))])
            queued += written.is_created
    return queued


def task_id(one: str, other: str) -> str:
    """The id of the Task of a pair of references, in either order."""
    first, second = sorted((one, other))
    return "duplicate-" + blake2b(f"{first}\0{second}".encode(), digest_size=16).hexdigest()


def is_duplicate_task(resource: Resource) -> bool:
    """Whether it is a Task of this queue."""
    codings = resource.get("code", {}).get("coding", ()) if resource["resourceType"] == "Task" else ()
    return any((coding.get("system"), coding.get("code")) == (SYSTEM, CODE) for coding in codings)


async def _pages(engine: Engine, grant: Grant) -> AsyncIterator[tuple[Found, ...]]:
    query, place = Query(types=("Patient",)), None
    while True:
        page_of: Place | None = place
        async with engine.database.pool.acquire() as connection:
            page = await running.search(connection, grant, query, count=_PAGE, place=page_of)
        yield page.matches
        if page.next is None:
            return
        place = page.next


def _deed(engine: Engine, task: Resource) -> Deed:
    draft = Draft("PUT", task, engine.entries(task))

    def decide(current: Current | None) -> Draft | None:
        return draft if current is None else None

    return Deed("Task", task["id"], decide)


def _task(id_: str, match: Match) -> Resource:
    one, other = sorted((f"Patient/{id_}", f"Patient/{match.found.id}"))
    score = Decimal(str(round(match.likeness.score, 4)))
    return {
        "resourceType": "Task",
        "id": task_id(one, other),
        "status": "requested",
        "intent": "proposal",
        "code": {"coding": [{"system": SYSTEM, "code": CODE}]},
        "focus": {"reference": one},
        "for": {"reference": one},
        "authoredOn": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "input": [
            {"type": {"text": "other record"}, "valueReference": {"reference": other}},
            {"type": {"text": "grade"}, "valueCode": match.likeness.grade},
            {"type": {"text": "score"}, "valueDecimal": score},
        ],
    }
