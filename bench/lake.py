"""`python -m bench.lake`: Observations to Parquet by a view of sixteen columns, beside reading alone and hand-written SQL.

Time on the clock counts what else the machine does; processor time doesn't. Memory is the largest process's peak.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from rich.console import Console
from rich.table import Table

from seve.fhir.views import parse_view
from seve.lake import Ndjson, run_view, write
from seve.lake.sources import Piece

PATHS = {
    "id": "id",
    "status": "status",
    "category": "category.first().coding.first().code",
    "system": "code.coding.first().system",
    "code": "code.coding.first().code",
    "display": "code.coding.first().display",
    "text": "code.text",
    "patient": "subject.getReferenceKey(Patient)",
    "encounter": "encounter.getReferenceKey(Encounter)",
    "effective": "effective.ofType(dateTime)",
    "issued": "issued",
    "value": "value.ofType(Quantity).value",
    "unit": "value.ofType(Quantity).unit",
    "value_code": "value.ofType(CodeableConcept).coding.first().code",
    "value_text": "value.ofType(string)",
    "updated": "meta.lastUpdated",
}
FLAT: dict[str, Any] = {
    "resource": "Observation",
    "name": "observations",
    "select": [{"column": [{"name": name, "path": path} for name, path in PATHS.items()]}],
}
UNNESTED: dict[str, Any] = {
    "resource": "Observation",
    "name": "codings",
    "select": [
        {"column": [{"name": "id", "path": "id"}, {"name": "patient", "path": "subject.getReferenceKey(Patient)"}]},
        {"forEach": "code.coding", "column": [{"name": name, "path": name} for name in ("system", "code", "display")]},
        {"forEachOrNull": "category.coding", "column": [{"name": "category", "path": "code"}]},
    ],
}
SELECTIVE = {**FLAT, "name": "few", "where": [{"path": "code.coding.exists(code = '8867-4')"}]}
VIEWS = {"sixteen columns": FLAT, "two unnested lists": UNNESTED, "one code in eight": SELECTIVE}
_CODES = [("4548-4", "HbA1c"), ("8867-4", "Heart rate"), ("29463-7", "Body weight"), ("8302-2", "Body height")]
_BY_HAND = """COPY (SELECT id, status, category[1].coding[1].code AS category, code.coding[1]."system" AS "system",
code.coding[1].code AS code, code.coding[1].display AS display, code.text AS "text", subject.reference AS patient,
encounter.reference AS encounter, effectiveDateTime AS effective, issued, valueQuantity."value" AS "value", valueQuantity.unit AS unit,
valueCodeableConcept.coding[1].code AS value_code, valueString AS value_text, meta.lastUpdated AS updated
FROM read_json('{source}', format = 'newline_delimited', columns = {{id: 'VARCHAR', status: 'VARCHAR',
category: 'STRUCT(coding STRUCT(code VARCHAR)[])[]',
code: 'STRUCT(coding STRUCT("system" VARCHAR, code VARCHAR, display VARCHAR)[], text VARCHAR)', subject: 'STRUCT(reference VARCHAR)',
encounter: 'STRUCT(reference VARCHAR)', effectiveDateTime: 'VARCHAR', issued: 'VARCHAR',
valueQuantity: 'STRUCT("value" DECIMAL(38, 9), unit VARCHAR)', valueCodeableConcept: 'STRUCT(coding STRUCT(code VARCHAR)[])',
valueString: 'VARCHAR', meta: 'STRUCT(lastUpdated VARCHAR)'}})) TO '{target}' (FORMAT parquet)"""


def observations(file: Path, number: int, *, start: int = 0) -> None:
    """Laboratory-like Observations of 100,000 patients, the same each time; ids count from `start`."""
    chance = random.Random(3)
    with file.open("w", encoding="utf-8") as stream:
        for index in range(start, start + number):
            code, display = _CODES[index % 8 // 2] if index % 8 < 7 else _CODES[0]
            stream.write(
                f'{{"resourceType":"Observation","id":"{index:032x}","meta":{{"lastUpdated":"2026-01-01T00:00:00Z"}},'
                '"status":"final","category":[{"coding":[{"system":'
                '"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"laboratory"}]}],'
                f'"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"{display}"}}],"text":"{display}"}},'
                f'"subject":{{"reference":"Patient/{chance.randrange(100_000)}"}},"encounter":{{"reference":"Encounter/{index // 9}"}},'
                f'"effectiveDateTime":"20{chance.randrange(10, 26)}-03-01T10:00:00+01:00","issued":"2025-03-01T10:00:00.000+01:00",'
                f'"valueQuantity":{{"value":{chance.randrange(40, 120) / 10},"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}}}\n'
            )


def parse_only(source: Path, _: Path) -> int:
    """The limit of whatever reads JSON in Python: parse, count."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return sum(pool.map(_counted, Ndjson((source,)).pieces("Observation")))


def _counted(piece: Piece) -> int:
    decode = msgspec.json.Decoder().decode
    return sum(1 for document in piece.documents() if decode(document))


def by_hand(source: Path, target: Path) -> int:
    """SQL that somebody wrote for these data, with none of the doubts of a general runner."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        return int((connection.execute(_BY_HAND.format(source=source, target=target)).fetchone() or (0,))[0])


def by(runner: Any, definition: dict[str, Any]) -> Callable[[Path, Path], int]:
    """A view by a runner of ours."""
    return lambda source, target: write(
        run_view(parse_view(definition), Ndjson((source,)), runner=runner, processes=2), target, "parquet"
    )


WORKS: dict[str, Callable[[Path, Path], int]] = {
    "parse only (msgspec)": parse_only,
    "DuckDB, SQL by hand": by_hand,
    **{f"{runner}: {name}": by(runner, view) for name, view in VIEWS.items() for runner in ("python", "duckdb")},
}


def measured(work: str, source: Path) -> dict[str, float]:
    """One work in this process: seconds, processor seconds, peak memory in MB, rows."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        rows = WORKS[work](source, Path(folder) / "out.parquet")
        seconds = time.perf_counter() - began
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return {"seconds": seconds, "processor": processor, "mb": max(u.ru_maxrss for u in usages) / 1_024, "rows": rows}


def main() -> None:
    """Each work in a process of its own; a table at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=int, default=1_000_000)
    parser.add_argument("--work", choices=WORKS, help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        print(json.dumps(measured(options.work, options.source)))
        return
    table = Table(
        "work",
        "seconds",
        "processor s",
        "µs a resource",
        "peak MB",
        "rows",
        title=f"{options.observations:,} Observations",
    )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Observation.ndjson"
        observations(source, options.observations)
        print(f"{source.stat().st_size / 1e6:,.0f} MB of NDJSON, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for work in WORKS:
            command = [sys.executable, "-m", "bench.lake", "--work", work, "--source", str(source)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            each = found["processor"] / options.observations * 1e6
            table.add_row(
                work,
                f"{found['seconds']:.1f}",
                f"{found['processor']:.1f}",
                f"{each:.1f}",
                f"{found['mb']:.0f}",
                f"{found['rows']:,.0f}",
            )
            print(work, found, flush=True)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
