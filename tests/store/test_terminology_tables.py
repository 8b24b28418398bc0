"""Code systems in tables answer as those in memory do."""

from __future__ import annotations

import csv
import gzip
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from seve.engine.access import open_grant
from seve.engine.engine import Engine
from seve.engine.terminology.importing import put
from seve.fhir.terminology.concepts import Filter, Selection
from seve.fhir.terminology.hierarchy import concepts
from seve.fhir.terminology.memory import MemoryConcepts
from seve.france import cim10
from seve.store.terminology.importing import install
from seve.store.terminology.resources import imported

CIM10 = Path(__file__).parents[2] / ".." / "shared" / "france" / "eds-aphp" / "edsnlp-cim10.csv.gz"
URL = "http://seve.example/plantes"


def plants(**fields: Any) -> dict[str, Any]:
    def concept(code: str, display: str, *parents: str, **properties: str) -> dict[str, Any]:
        stated = [{"code": "parent", "valueCode": parent} for parent in parents]
        stated += [{"code": name, "valueString": value} for name, value in properties.items()]
        return {
            "code": code,
            "display": display,
            "property": stated,
            "designation": [{"language": "la", "value": f"{code} 'x'"}],
        }

    return {
        "resourceType": "CodeSystem",
        "url": URL,
        "version": "1",
        "status": "active",
        "content": "complete",
        "property": [
            {"code": "inactive", "uri": "http://hl7.org/fhir/concept-properties#inactive", "type": "boolean"},
            {"code": "notSelectable", "uri": "http://hl7.org/fhir/concept-properties#notSelectable", "type": "boolean"},
        ],
        "concept": [
            concept("plant", "Plante", notSelectable="true"),
            concept("tree", "Arbre\tà feuilles\\aiguilles", "plant"),
            concept("Oak", "Chêne 100 %_", "tree", leaf="wide"),
            concept("pine", "Pin", "tree", leaf="needle"),
            concept("shrub", 'Arbuste "bas"\nligne', "plant"),
            concept("bonsai", "Bonsaï", "tree", "shrub", "nowhere", leaf="any, wide"),
            concept("fern", "Fougère", inactive="true"),
        ],
        **fields,
    }


FILTERS = [
    *(Filter("concept", op, v) for op in ("is-a", "descendent-of", "is-not-a", "generalizes") for v in ("tree", "bonsai", "none")),
    *(Filter(p, op, "wide,pine") for p in ("leaf", "code", "parent", "display") for op in ("=", "in", "not-in", "regex")),
    *(Filter(p, "exists", v) for p in ("leaf", "parent", "code", "display") for v in ("true", "false")),
    Filter("leaf", "=", "wide"),
    Filter("parent", "=", "tree"),
    Filter("display", "=", "Pin"),
    Filter("code", "regex", ".*n.*"),
    Filter("display", "regex", "B.*"),
]  # fmt: skip
SELECTIONS = [
    Selection(),
    Selection(offset=2, limit=3),
    Selection(codes=("pine", "oak", "OAK", "none")),
    Selection(is_active_only=True),
    Selection(is_concrete_only=True, words=("ar",)),
    Selection(words=("chene",)),
    Selection(words=("arb", "bas")),
    Selection(words=("100 %_",)),
    Selection(words=("100 %x",)),
    Selection(words=("'x'",)),
    *(Selection(filters=(f,)) for f in FILTERS),
    Selection(filters=(FILTERS[0], Filter("leaf", "exists", "true")), limit=1),
]


@pytest.mark.parametrize("is_case_sensitive", [True, False])
async def test_every_selection_is_the_same_in_tables_and_in_memory(engine: Engine, is_case_sensitive: bool) -> None:
    resource = plants(caseSensitive=is_case_sensitive)
    written = list[int]()
    assert await install(engine.database, resource, list(concepts(resource)), progress=written.append) == 7
    assert sum(written) == 7
    memory, table = MemoryConcepts(resource), await imported(engine.database.pool, URL)
    assert table
    for selection in SELECTIONS:
        expected = await memory.select(selection)
        found = await table.select(selection)
        wanted = sorted(c.code for c in expected) if selection.codes else [c.code for c in expected]
        assert (sorted(c.code for c in found) if selection.codes else [c.code for c in found]) == wanted, selection
        assert await table.count(selection) == await memory.count(selection), selection
        assert {c.code: c.detail for c in found} == {c.code: c.detail for c in expected}
    for code in ("bonsai", "plant", "none"):
        assert await table.ancestors(code) == (await memory.ancestors(code)) - {"nowhere"}


async def test_an_import_replaces_its_version_and_leaves_others(engine: Engine) -> None:
    pool = engine.database.pool
    for version, name in (("1", "First"), ("1", "Again"), ("2", "Second")):
        resource = plants(version=version, title=name)
        await install(engine.database, resource, list(concepts(resource)), progress=lambda _: None)
    assert await pool.fetchval("SELECT count(*) FROM concept") == 14
    for version, name in (("1", "Again"), ("2", "Second"), ("", "Second")):
        found = await imported(pool, URL, version)
        assert found
        assert found.header.name == name
    assert await imported(pool, URL, "3") is None


async def test_a_large_code_system_goes_to_tables_and_a_small_one_stays_a_resource(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    large = plants(url="http://seve.example/large")
    large["concept"] += [{"code": f"c{n}"} for n in range(1_000)]
    assert await put(engine, open_grant(), plants(), progress=lambda _: None) == 0
    for _ in range(2):
        assert await put(engine, open_grant(), large, progress=lambda _: None) == 1_007
    found = (await client.get("CodeSystem", params={"url": "http://seve.example/large"})).json()["entry"]
    assert [(e["resource"]["content"], e["resource"]["count"]) for e in found] == [("not-present", 1_007)]
    for url in (URL, "http://seve.example/large"):
        answer = await client.get("CodeSystem/$lookup", params={"system": url, "code": "bonsai"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["parameter"][2]["valueString"] == "Bonsaï"
    on_instance = await client.get(f"CodeSystem/{found[0]['resource']['id']}/$subsumes?codeA=plant&codeB=bonsai")
    assert on_instance.json()["parameter"][0]["valueCode"] == "subsumes"


async def test_the_cim_10_is_imported_and_searched(client: httpx.AsyncClient, engine: Engine) -> None:
    if not CIM10.exists():
        pytest.skip("../shared/france/eds-aphp/edsnlp-cim10.csv.gz is not here: the CIM-10 is not imported")
    with gzip.open(CIM10, "rt") as file:
        resource = cim10.code_system(csv.DictReader(file), version="2024")
    began = time.monotonic()
    assert await put(engine, open_grant(), resource, progress=lambda _: None) == 42_886
    assert time.monotonic() - began < 60
    params = {"url": f"{cim10.URL}?fhir_vs", "filter": "diabete type 2 coma", "count": 5}
    found = (await client.get("ValueSet/$expand", params=params)).json()
    assert found["expansion"]["contains"][0]["code"] == "E11.0"
    await client.post(
        "Condition",
        json={
            "resourceType": "Condition",
            "subject": {"display": "x"},
            "code": {"coding": [{"system": cim10.URL, "code": "E11.08"}]},
        },
    )
    below = await client.get("Condition", params={"code:below": f"{cim10.URL}|E11"})
    assert len(below.json()["entry"]) == 1
    assert "entry" not in (await client.get("Condition", params={"code:below": f"{cim10.URL}|E10"})).json()
    too_many = await client.get("ValueSet/$expand", params={"url": f"{cim10.URL}?fhir_vs"})
    assert too_many.json()["issue"][0]["code"] == "too-costly"
    assert "42886" in too_many.json()["issue"][0]["details"]["text"]
