"""Measures the directory's search over invented roles: `python -m bench.directory [--roles N] [--queries N]`.

Each search is one visit of somebody who did not sign in: the public grant, the entries of the trail, and the cards made ready for the page.
One process, one search after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from seve.engine.access import public_grant
from seve.engine.engine import Engine
from seve.fhir import Resource
from seve.fhir.definitions import core
from seve.fhir.search.extraction import extract
from seve.fhir.search.parameters import SearchParameters
from seve.france.features import FEATURES, TARIFFS, characteristic
from seve.france.identity.professions import KNOW_HOW_SYSTEMS, PROFESSION_SYSTEM
from seve.france.trades import TRADES
from seve.sdk import Records
from seve.solutions.directory_search import solution
from seve.solutions.directory_search.model.asking import asked
from seve.solutions.directory_search.queries.looking import Look, found
from seve.store import loading
from seve.store.audit.keys import Keyring
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.loading import Loadable
from seve.store.migrate import prepare
from seve.territory.people import names

_CHUNK = 2_000
_BASE = "http://bench.example/fhir"
_TOWNS = 400
_QUERIES: dict[str, dict[str, str]] = {
    "trade": {"q": "cardiologue"},
    "trade, town": {"q": "médecin de famille", "place": "Bourg-ah"},
    "trade, 25 km": {"q": "docteur des yeux", "place": "Bourg-ah", "km": "25"},
    "name": {"q": "Martin"},
    "name, wrong letter": {"q": "Marttin"},
    "name and trade": {"q": "Dr Martin cardiologue"},
    "town, four ticks": {
        "place": "Bourg-am",
        "wheelchair": "1",
        "video": "1",
        "new-patients": "1",
        "sector": "sector-1",
    },
    "trade, language": {"q": "pédiatre", "language": "ar"},
    "town alone": {"place": "Bourg-be"},
}


async def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--roles", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seve-bench-") as folder:
        server = Embedded(Path(folder) / "postgres")
        server.start()
        try:
            await prepare(server.url())
            await _load(server.url(), list(_directory(options.roles)))
            database = await Database.open(server.url(), connections=4)
            engine = await Engine.open(database, core(), keys=Keyring.open(Path(folder)), base_url=_BASE)
            print(f"{options.roles:,} roles, {options.queries} searches of each kind")
            for name, query in _QUERIES.items():
                await _measure(engine, name, query, times=options.queries)
            await database.close()
        finally:
            server.stop()


async def _measure(engine: Engine, name: str, query: dict[str, str], *, times: int) -> None:
    milliseconds, total = list[float](), 0
    for _ in range(times):
        records = Records(engine, public_grant(source="203.0.113.9"), solution.manifest)
        began = time.perf_counter()
        total = (await found(Look(records, asked(query), datetime.now(UTC), "fr"), "people")).total
        milliseconds.append((time.perf_counter() - began) * 1_000)
    ordered = sorted(milliseconds)
    p95 = ordered[math.ceil(len(ordered) * 0.95) - 1]
    print(f"{name:20} median {statistics.median(ordered):7.1f} ms, p95 {p95:7.1f} ms, {total:6,} found")


def _directory(roles: int) -> Iterator[Resource]:
    random = Random(5)
    for number in range(roles // 4):
        town = number % _TOWNS
        place = {
            name: Decimal(f"{start + part + random.uniform(-0.1, 0.1):.4f}")
            for name, start, part in (("longitude", -1.0, town % 20 / 4), ("latitude", 44.0, town // 20 / 5))
        }
        yield {"resourceType": "Organization", "id": f"o{number}", "active": True, "name": f"Maison {number}"}
        yield {
            "resourceType": "Location",
            "id": f"l{number}",
            "status": "active",
            "name": f"Maison {number}",
            "address": {"city": f"Bourg-{chr(97 + town // 26)}{chr(97 + town % 26)}", "postalCode": f"{10_000 + town}"},
            "position": place,
            "managingOrganization": {"reference": f"Organization/o{number}"},
        }
    for number in range(roles):
        yield from _professional(number, number % (roles // 4), random=random)


def _professional(number: int, house: int, *, random: Random) -> Iterator[Resource]:
    trade = random.choice(TRADES)
    languages = ["fr", *(code for code in ("ar", "en", "es") if random.random() < 0.15)]
    person = {"family": names.family(random), "given": [f"Prénom{number}"], "prefix": ["Dr"]}
    yield {
        "resourceType": "Practitioner",
        "id": f"p{number}",
        "active": True,
        "name": [person],
        "communication": [{"coding": [{"system": "urn:ietf:bcp:47", "code": code}]} for code in languages],
    }
    features = [one for one in FEATURES if random.random() < 0.4]
    yield {
        "resourceType": "HealthcareService",
        "id": f"s{number}",
        "active": True,
        "providedBy": {"reference": f"Organization/o{house}"},
        "location": [{"reference": f"Location/l{house}"}],
        "name": f"Consultation {number}",
        "characteristic": [characteristic(one) for one in (*features, random.choice(TARIFFS))],
    }
    profession = trade.professions[0] if trade.professions else "10"
    role: Resource = {
        "resourceType": "PractitionerRole",
        "id": f"r{number}",
        "active": random.random() < 0.97,
        "practitioner": {"reference": f"Practitioner/p{number}"},
        "organization": {"reference": f"Organization/o{house}"},
        "location": [{"reference": f"Location/l{house}"}],
        "healthcareService": [{"reference": f"HealthcareService/s{number}"}],
        "code": [{"coding": [{"system": PROFESSION_SYSTEM, "code": profession}], "text": trade.fr}],
    }
    if trade.specialties:
        code = {"system": KNOW_HOW_SYSTEMS["S"], "code": random.choice(trade.specialties)}
        role["specialty"] = [{"coding": [code], "text": trade.fr}]
    yield role


async def _load(url: str, resources: list[Resource]) -> None:
    parameters, connection = SearchParameters(core()), await loading.connect(url)
    clock = await loading.next_clock(connection)
    for start in range(0, len(resources), _CHUNK):
        some = resources[start : start + _CHUNK]
        loadables = [Loadable.of(one, extract(one, parameters=parameters, base_url=_BASE)) for one in some]
        await loading.write_chunk(connection, clock, loadables, chunk=start)
    await loading.complete(connection)
    await loading.vacuum(connection)
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main())
