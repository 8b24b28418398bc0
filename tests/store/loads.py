"""What tests of loading share."""

import json
from pathlib import Path
from typing import Any

from seve.main.loading.chunks import Chunk, Document
from seve.main.loading.work import Outcome, Terms, Worker
from seve.store.copying import COLUMNS
from seve.store.database import Database
from seve.testing.plugin import BASE_URL

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Lefèvre", "given": ["Zoé"]}],
    "birthDate": "1980-02-03",
}
OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Pouls régulier</div>'},
    "status": "final",
    "category": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
    ],
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
    "subject": {"reference": "Patient/p1"},
    "performer": [{"reference": "Patient/p1"}],
    "effectiveDateTime": "2026-01-02T03:04:05Z",
    "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
}
LOCATION = {"resourceType": "Location", "id": "l1", "name": "Tours", "position": {"longitude": 0.68, "latitude": 47.39}}
RESOURCES: list[dict[str, Any]] = [PATIENT, OBSERVATION, LOCATION]


def document(*resources: dict[str, Any], name: str = "file.ndjson") -> Document:
    """NDJSON."""
    data = "\n".join(json.dumps(resource) for resource in resources).encode()
    return Document(name, "ndjson", data, len(data))


def bundle(*entries: dict[str, Any], type_: str = "transaction", name: str = "bundle.json") -> Document:
    """A Bundle."""
    data = json.dumps({"resourceType": "Bundle", "type": type_, "entry": list(entries)}).encode()
    return Document(name, "json", data, len(data))


async def opened(url: str) -> Worker:
    """A worker in this process."""
    return await Worker.open(Terms(url, BASE_URL))


async def loaded(url: str, *documents: Document) -> Outcome:
    """One chunk loaded, and its mark forgotten."""
    worker = await opened(url)
    try:
        outcome = await worker.load(Chunk.of(documents))
        await worker.connection.execute("DELETE FROM loaded")
    finally:
        await worker.connection.close()
    return outcome


async def index_rows(database: Database) -> dict[str, list[str]]:
    """Every index row of current versions as text, the resource in place of its `vid`, trigrams and words included."""
    found: dict[str, list[str]] = {}
    for table, columns in COLUMNS.items():
        if table == "version":
            values = "array(SELECT unnest(v.present) ORDER BY 1), v.patient"
            sql = (
                f"SELECT v.type || '/' || v.id || ' ' || ROW({values})::text AS row FROM version v WHERE ended IS NULL"
            )
        else:
            values = ", ".join(f"t.{column}" for column in columns if column != "vid")
            sql = (
                f"SELECT v.type || '/' || v.id || ' ' || ROW({values})::text AS row "
                f"FROM {table} t JOIN version v USING (vid) WHERE v.ended IS NULL"
            )
        found[table] = sorted(row["row"] for row in await database.pool.fetch(sql))
    return found


def written(folder: Path, *resources: dict[str, Any], name: str = "resources.ndjson") -> Path:
    """A file of NDJSON."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(json.dumps(resource) for resource in resources))
    return folder / name
