"""Booking under load: next free times across agendas, one time taken by 64 at once, and a day of bookings without a double or a loss.

`python -m bench.booking [--agendas 2000] [--bookings 10000]` on an empty embedded PostgreSQL of its own. The functions measured are those
that pages call (`seve.store.agendas.free`, `seve.engine.agendas.book`); HTTP and templates are not in the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

from seve.engine.access import open_grant
from seve.engine.agendas import NotFree, book
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.definitions import core
from seve.fhir.scheduling import Agenda, Asked, Reason, Rule, with_agenda, with_asked
from seve.store.agendas import Wanted, free
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.migrate import prepare

PARIS = ZoneInfo("Europe/Paris")
SPECIALTIES = ("SM54", "SM73", "SM15", "SM38", "SM40")
COMMUNES = ("37261", "37122", "37214", "37003", "37072", "37132")
DAYS = 90
SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"


def agenda(number: int) -> Resource:
    """Five mornings and three afternoons, twenty minutes each; two reasons, every seventh by video too."""
    modes = ("site", "video") if number % 7 == 0 else ("site",)
    reasons = (Reason("consultation", "Consultation", 20, modes), Reason("vaccination", "Vaccination", 10, ("site",)))
    rules = (
        Rule(("mon", "tue", "wed", "thu", "fri"), clock(9), clock(12), step=20),
        Rule(("mon", "wed", "fri"), clock(14), clock(18), step=20),
    )
    held: Resource = {
        "resourceType": "Schedule",
        "id": f"agenda-{number}",
        "active": True,
        "actor": [{"reference": f"PractitionerRole/role-{number}"}],
        "specialty": [{"coding": [{"system": SYSTEM, "code": SPECIALTIES[number % len(SPECIALTIES)]}]}],
    }
    return with_agenda(held, Agenda(reasons, rules, (), "Europe/Paris", COMMUNES[number % len(COMMUNES)]))


def appointment(schedule: str, start: datetime, who: int) -> Resource:
    """As a page makes it."""
    made: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=20)).isoformat(),
        "participant": [{"actor": {"reference": f"Patient/p{who}"}, "required": "required", "status": "accepted"}],
    }
    return with_asked(made, Asked(f"Schedule/{schedule}", "consultation", "site"))


async def lay_out(engine: Engine, agendas: int) -> float:
    """Writes the agendas; seconds."""
    began = time.perf_counter()
    for number in range(agendas):
        role: Resource = {"resourceType": "PractitionerRole", "id": f"role-{number}", "active": True}
        for resource in (role, agenda(number)):
            path = f"{resource['resourceType']}/{resource['id']}"
            await perform(engine, open_grant(), Request("PUT", path, resource=resource))
    return time.perf_counter() - began


def wanted(random_: random.Random) -> Wanted:
    """What somebody looks for: half across all agendas of a specialty, some in a town, by video, or of one agenda."""
    now = datetime.now(UTC)
    tags = [f"specialty|{random_.choice(SPECIALTIES)}", "public|consultation"]
    if random_.random() < 0.3:
        tags.append(f"commune|{random_.choice(COMMUNES)}")
    if random_.random() < 0.2:
        tags.append("mode|video")
    since = now + timedelta(days=random_.randrange(0, 30))
    each = 4 if random_.random() < 0.5 else 0
    return Wanted(since, now + timedelta(days=DAYS), "consultation", tuple(tags), count=20, each=each)


async def search(engine: Engine, *, agendas: int, number: int, per_second: float) -> tuple[list[float], float]:
    """Milliseconds of each search, sent at a steady pace whatever the answers do, and searches answered a second."""
    random_, milliseconds = random.Random(7), list[float]()

    async def one(due: float) -> None:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        assert (
            await free(engine.database.pool, wanted(random_)) or agendas < 1_000
        )  # few agendas may lack a combination
        milliseconds.append((time.perf_counter() - due) * 1_000)  # from when it was due: waiting in line counts

    began = time.perf_counter()
    await asyncio.gather(*(one(began + turn / per_second) for turn in range(number)))
    return milliseconds, number / (time.perf_counter() - began)


async def one_by_one(engine: Engine, *, each: int, number: int = 40) -> float:
    """The median of searches with nothing beside them, in milliseconds."""
    random_, milliseconds = random.Random(5), list[float]()
    for _ in range(number):
        began = time.perf_counter()
        await free(engine.database.pool, replace(wanted(random_), each=each))
        milliseconds.append((time.perf_counter() - began) * 1_000)
    return statistics.median(milliseconds)


async def race(engine: Engine, people: int) -> tuple[float, Counter[str]]:
    """Everybody takes the same time at once; seconds until the last has an answer, and what they were answered."""
    now = datetime.now(UTC)
    [first] = await free(engine.database.pool, Wanted(now + timedelta(days=7), now + timedelta(days=14), count=1))
    outcomes = Counter[str]()

    async def one(who: int) -> None:
        try:
            await book(engine, open_grant(), appointment(first.schedule, first.start, who))
            outcomes["booked"] += 1
        except NotFree as refusal:
            outcomes[f"{len(refusal.choices)} other times"] += 1

    began = time.perf_counter()
    await asyncio.gather(*(one(who) for who in range(people)))
    return time.perf_counter() - began, outcomes


async def day(engine: Engine, *, bookings: int, agendas: int) -> tuple[float, int, int, int]:
    """Bookings from 32 at once, one in eight on a time that was just taken; seconds, booked, refused, and doubles in the end."""
    random_, now = random.Random(3), datetime.now(UTC)
    asked = list[tuple[str, datetime]]()
    each = -(-bookings // agendas)
    for number in range(agendas):
        span = (now + timedelta(days=10), now + timedelta(days=DAYS))
        times = await free(
            engine.database.pool, Wanted(*span, "consultation", schedules=(f"agenda-{number}",), count=each)
        )
        asked += [(one.schedule, one.start) for one in times]
    asked = asked[:bookings]
    asked += random_.sample(asked, len(asked) // 8)
    random_.shuffle(asked)
    outcomes, line = Counter[str](), iter(enumerate(asked))

    async def worker() -> None:
        for who, (schedule, start) in line:
            try:
                await book(engine, open_grant(), appointment(schedule, start, who))
                outcomes["booked"] += 1
            except NotFree:
                outcomes["refused"] += 1

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(32)))
    seconds = time.perf_counter() - began
    doubles: int = await engine.database.pool.fetchval(
        "SELECT count(*) FROM claim a JOIN claim b ON a.actor = b.actor AND a.seat = b.seat AND a.ref < b.ref "
        "AND int4range(a.lo, a.hi) && int4range(b.lo, b.hi)"
    )
    kept: int = await engine.database.pool.fetchval(
        "SELECT count(*) FROM version WHERE type = 'Appointment' AND ended IS NULL"
    )
    assert kept == outcomes["booked"] + 1, f"{kept} kept of {outcomes['booked']} booked, and the one of the race"
    return seconds, outcomes["booked"], outcomes["refused"], doubles


async def measure(url: str, folder: Path, *, agendas: int, bookings: int) -> None:
    """All three."""
    await prepare(url)
    database = await Database.open(url)
    try:
        engine = await Engine.open(
            database, core(), keys=Keyring.open(folder / "keys"), base_url="http://bench.example/fhir"
        )
        seconds = await lay_out(engine, agendas)
        print(f"{agendas} agendas laid out in {seconds:.1f} s")
        await database.pool.execute("ANALYZE")
        for each in (0, 4):
            alone = await one_by_one(engine, each=each)
            print(f"one after the other, {each or 'any number'} of an agenda: median {alone:.1f} ms")
        for per_second in (20.0, 200.0):
            found, answered = await search(engine, agendas=agendas, number=int(per_second * 3), per_second=per_second)
            found.sort()
            print(
                f"next free times, {per_second:.0f} a second asked: median {statistics.median(found):.1f} ms, "
                f"p95 {found[int(len(found) * 0.95)]:.1f} ms, {answered:.0f} a second answered"
            )
        seconds, outcomes = await race(engine, 64)
        print(f"64 take one time at once: {seconds:.2f} s, {dict(outcomes)}")
        seconds, booked, refused, doubles = await day(engine, bookings=bookings, agendas=agendas)
        print(
            f"{booked} booked and {refused} refused in {seconds:.1f} s ({booked / seconds:.0f} a second), {doubles} doubles, none lost"
        )
    finally:
        await database.close()


def main() -> None:
    """Starts a PostgreSQL of its own, measures, and removes it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agendas", type=int, default=2_000)
    parser.add_argument("--bookings", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seve-bench-") as name:
        folder = Path(name)
        server = Embedded(folder / "postgres")
        server.start()
        try:
            url = server.url("bench")
            asyncio.run(measure(url, folder, agendas=options.agendas, bookings=options.bookings))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
