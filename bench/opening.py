"""`python -m bench.opening [--patients 2000]`: automatic opening of records (N03): notices sent, records opened, a second, and for 40 million.

People of the synthetic territory (their Patient resources) on an empty embedded PostgreSQL of its own; the functions measured are those that
the queue calls (`shared_record.actions.opening`): a list of INS is worked through, then the day of opening comes. One in fifty has
opposed by then. Nobody has an account, so that each notice goes by post; printing and postage are not in the figures.

The extrapolation assumes that the rate stays as it is when the store grows: two sizes are measured, the second with five times as many people in the store, and
the loss between them is told, as is what it would come to at 40 million if the same share were lost at each further fivefold.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from seve.engine.access import open_grant
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.access.openings import latest
from seve.fhir.definitions import core
from seve.france.identity.ins import in_force
from seve.jobs import schema
from seve.jobs.working import work_off
from seve.sdk import Chores
from seve.sdk.chores import queue_jobs
from seve.solutions.shared_record import solution
from seve.solutions.shared_record.actions import opening
from seve.solutions.shared_record.actions.opening import Given
from seve.solutions.shared_record.model import batches
from seve.solutions.shared_record.model.opening import decided
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.migrate import prepare
from seve.territory.generating import Terms, record

EVERYBODY = 40_000_000
NOTICE_DAYS = 42
_TERMS = Terms("bench")
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Rates:
    """A second."""

    notices: float
    openings: float


def people(first: int, last: int) -> list[Resource]:
    """Patients of the territory that have an INS."""
    made = (one for at in range(first, last) for one in record(_TERMS, at).resources)
    return [one for one in made if one["resourceType"] == "Patient" and in_force(one) is not None]


async def measure(engine: Engine, url: str, found: list[Resource]) -> Rates:
    """Writes the people, then sends notices and opens; checks that each has what they decided."""
    chores = Chores(engine, open_grant(), solution.manifest)
    await _put(engine, found)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    task = await chores.records.create(batches.asked("automatic", days=NOTICE_DAYS, at=at, by="bench"))
    lines = "\n".join(ins.value for one in found if (ins := in_force(one)))
    await chores.enqueue(opening.LISTS, Given(task["id"], "", NOTICE_DAYS, "automatic"), slip=lines.encode())
    began = time.perf_counter()
    await work_off(engine, url, queue_jobs(solution))
    notices = len(found) / (time.perf_counter() - began)
    opposed = {one["id"] for one in found[::50]}
    for id_ in opposed:
        await chores.records.create(decided(id_, "rejected", "patient", by=f"Patient/{id_}", at=_now()))
    await _make_due(chores)
    began = time.perf_counter()
    opened = await opening.open_due(chores)
    openings = opened / (time.perf_counter() - began)
    assert opened == len(found) - len(opposed), f"{opened} opened of {len(found)}, {len(opposed)} opposed"
    [one] = [await _state(chores, min(opposed))]
    assert one == "rejected", one
    return Rates(notices, openings)


async def main() -> None:
    """Prints both sizes and what they come to."""
    parser = argparse.ArgumentParser(prog="python -m bench.opening", description=__doc__)
    parser.add_argument("--patients", type=int, default=2_000)
    number = parser.parse_args().patients
    few, many = people(0, number // 5), people(number // 5, number)
    with tempfile.TemporaryDirectory(prefix="seve-opening-") as folder:
        server = Embedded(Path(folder) / "postgres")
        server.start()
        try:
            url = server.url("bench")
            await prepare(url)
            await schema.prepare(url)
            database = await Database.open(url)
            keys = Keyring.open(Path(folder) / "keys")
            engine = await Engine.open(database, core(), keys=keys, base_url="http://sante.example/fhir")
            first = _told(len(few), await measure(engine, url, few))
            second = _told(len(many), await measure(engine, url, many))
            await database.close()
        finally:
            server.stop()
    _extrapolate("notices", first.notices, second.notices, size=number)
    _extrapolate("openings", first.openings, second.openings, size=number)


def _told(number: int, rates: Rates) -> Rates:
    print(f"{number:6,} people: {rates.notices:6,.0f} notices/s, {rates.openings:6,.0f} openings/s", flush=True)
    return rates


def _extrapolate(what: str, first: float, second: float, *, size: int) -> None:
    steady = EVERYBODY / second / 86_400
    kept = min(1.0, second / first)
    falling = second * kept ** math.log(EVERYBODY / size, 5)
    days = EVERYBODY / falling / 86_400
    print(
        f"{what}: 40 million at {second:,.0f}/s: {steady:,.1f} days of one process; losing {1 - kept:.0%} at each fivefold: "
        f"{falling:,.0f}/s, {days:,.1f} days; so {math.ceil(days / NOTICE_DAYS)} such processes for six weeks"
    )


async def _put(engine: Engine, found: Iterable[Resource]) -> None:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def put(one: Resource) -> None:
        async with slots:
            await perform(engine, open_grant(), Request("PUT", f"Patient/{one['id']}", resource=one))

    await asyncio.gather(*map(put, found))


async def _make_due(chores: Chores) -> None:
    """As if all notices had been sent seven weeks ago."""
    day, page = (datetime.now(UTC).date() - timedelta(days=1)).isoformat(), ""
    while True:
        found = await chores.records.search("Consent", ("status", "proposed"), ("_count", "500"), page=page)
        for one in found.matches:
            await chores.records.update({**one, "provision": {"period": {"start": day}}})
        page = found.next
        if not page:
            return


async def _state(chores: Chores, patient_id: str) -> str:
    found = await chores.records.search("Consent", ("patient", f"Patient/{patient_id}"))
    return latest(found.matches).state


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


if __name__ == "__main__":
    asyncio.run(main())
