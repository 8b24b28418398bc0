"""The question of the cohort: diabetics with an HbA1c above 8 % in the last year, by age and commune, over views in Parquet.

`python -m bench.cohort --patients 100000`. The data are made here, invented: for every patient a Patient, for one in ten
diabetes, for each of these four HbA1c in two years, and for everyone five other results. Beside: reading the Parquet columns and
doing nothing, and hand-written SQL of DuckDB over the same NDJSON.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from rich.console import Console
from rich.table import Table

from seve.fhir.measures import parse_measure
from seve.lake import Ndjson
from seve.lake.measures.counting import count
from seve.lake.measures.engines import DuckDb
from seve.lake.measures.tables import flatten, shipped_measures, views_of

_START, _END = "2025-01-01", "2026-01-01"
_INSEE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_COMMUNES = [str(37_001 + at) for at in range(30)]
_WEIGHTS = [1 / (at + 1) for at in range(30)]  # a town, and ever smaller places
_BY_HAND = """
WITH docs AS (SELECT json AS doc FROM read_ndjson_objects('{file}')),
diabetics AS (
    SELECT DISTINCT doc ->> '$.subject.reference' AS id FROM docs
    WHERE doc ->> '$.resourceType' = 'Condition' AND substr(doc ->> '$.code.coding[0].code', 1, 3) BETWEEN 'E10' AND 'E14'),
high AS (
    SELECT DISTINCT doc ->> '$.subject.reference' AS id FROM docs
    WHERE doc ->> '$.resourceType' = 'Observation' AND doc ->> '$.code.coding[0].code' = '4548-4'
        AND CAST(doc ->> '$.valueQuantity.value' AS DOUBLE) > 8
        AND doc ->> '$.effectiveDateTime' >= '2025-01-01' AND doc ->> '$.effectiveDateTime' < '2026-01-01'),
people AS (
    SELECT 'Patient/' || (doc ->> '$.id') AS id, (2026 - CAST(substr(doc ->> '$.birthDate', 1, 4) AS INTEGER)) // 10 AS age,
        doc ->> '$.address[0].extension[0].valueCoding.code' AS commune
    FROM docs WHERE doc ->> '$.resourceType' = 'Patient')
SELECT age, commune, count(*), count(high.id) FROM diabetics JOIN people USING (id) LEFT JOIN high USING (id) GROUP BY age, commune
"""


def resources(patients: int) -> Iterator[dict[str, Any]]:
    """The invented resources."""
    dice = random.Random(11)
    for at in range(patients):
        id_, subject = f"p{at}", {"reference": f"Patient/p{at}"}
        commune = {"url": _INSEE, "valueCoding": {"system": "urn:cog", "code": dice.choices(_COMMUNES, _WEIGHTS)[0]}}
        born = f"{dice.randint(1925, 2020)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        yield {
            "resourceType": "Patient",
            "id": id_,
            "gender": dice.choice(("female", "male")),
            "birthDate": born,
            "name": [{"family": f"Famille{at % 900}", "given": ["Prénom"]}],
            "address": [{"extension": [commune], "city": "TOURS", "postalCode": "37000"}],
        }
        tests = [("2345-7", "mmol/L")] * 5
        if dice.random() < 0.1:
            coding = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11.9", "display": "Diabète de type 2"}
            yield {
                "resourceType": "Condition",
                "id": f"c{at}",
                "code": {"coding": [coding]},
                "subject": subject,
                "onsetDateTime": "2015",
            }
            tests += [("4548-4", "%")] * 4
        for number, (code, unit) in enumerate(tests):
            day = f"{dice.choice((2024, 2025))}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}T08:00:00Z"
            value = {"value": round(dice.uniform(4, 12), 1), "unit": unit, "system": _UCUM, "code": unit}
            coding = {"system": _LOINC, "code": code}
            yield {
                "resourceType": "Observation",
                "id": f"o{at}-{number}",
                "status": "final",
                "code": {"coding": [coding]},
                "subject": subject,
                "effectiveDateTime": day,
                "valueQuantity": value,
            }


def main() -> None:
    """Makes the data, and asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the data as NDJSON and measure nothing")
    options = parser.parse_args()
    if options.write:
        make(options.write, options.patients)
    else:
        measure(options.patients)


def make(file: Path, patients: int) -> int:
    """Writes the data; how many resources."""
    encode, number = msgspec.json.Encoder().encode, 0
    with file.open("wb") as stream:
        for resource in resources(patients):
            stream.write(encode(resource) + b"\n")
            number += 1
    return number


def measure(patients: int) -> None:
    """Flattens and asks."""
    table = Table("work", "seconds", "", title=f"The question of the cohort, {patients:,} patients")
    with tempfile.TemporaryDirectory(prefix="seve-cohort-") as name:
        folder = Path(name)
        file = folder / "cohort.ndjson"
        number = make(file, patients)
        asked = parse_measure(shipped_measures()["hba1c_above_8"])
        views = views_of(asked, {})
        began = time.perf_counter()
        tables = flatten(views, lambda _: Ndjson((file,)), folder, tell=lambda _: None)
        size = f"{number:,} resources, {file.stat().st_size / 2**20:,.0f} MB of NDJSON"
        table.add_row("views to Parquet, once", f"{time.perf_counter() - began:.2f}", size)
        with DuckDb(tables) as engine:
            result, seconds = timed(lambda: count(asked, engine, start=_START, end=_END))
        strata = result.strata[0]
        hidden = sum(not stratum.count.shows[1] for stratum in strata)
        told = f"{result.whole.numerator:,} of {result.whole.denominator:,}; {len(strata):,} strata, {hidden:,} hidden"
        table.add_row("the question over Parquet, hiding included", f"{seconds:.2f}", told)
        _, seconds = timed(lambda: [_scan(path) for path in tables.values()])
        table.add_row("beside: all columns of that Parquet read", f"{seconds:.2f}", "")
        _, seconds = timed(lambda: duckdb.execute(_BY_HAND.format(file=file)).fetchall())
        table.add_row("beside: SQL by hand over the NDJSON", f"{seconds:.2f}", "DuckDB")
    Console(width=150).print(table)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What the work gives, and the median of five times."""
    seconds, found = list[float](), None
    for _ in range(5):
        began = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - began)
    return found, statistics.median(seconds)


def _scan(path: Path) -> None:
    names = [row[0] for row in duckdb.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()]
    columns = ", ".join(f"max({name})" for name in names)
    duckdb.execute(f"SELECT {columns} FROM read_parquet('{path}')").fetchall()


if __name__ == "__main__":
    main()
