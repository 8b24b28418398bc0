"""The cases of SQL on FHIR v2 on every runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.lake.cases import FOLDER, as_bag, cases

from seve.fhir.codec import encode_json
from seve.fhir.views import parse_view
from seve.lake import Ndjson, Source, run_view

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/conformance/sql-on-fhir is not there")

CASES = [case for case in cases() if not case[2].get("expectError")]


def source(resources: list[Any], folder: Path) -> Ndjson:
    file = folder / "resources.ndjson"
    file.write_bytes(b"".join(encode_json(resource) + b"\n" for resource in resources))
    return Ndjson((file,))


def check(case: dict[str, Any], found: Source, *, runner: Any, **more: Any) -> None:
    run = run_view(parse_view(case["view"]), found, runner=runner, **more)
    table = run.table()
    assert as_bag(table.to_pylist()) == as_bag(case["expect"])
    assert "expectColumns" not in case or table.schema.names == case["expectColumns"]


@pytest.mark.parametrize(("resources", "case"), [pytest.param(*found, id=name) for name, *found in CASES])
@pytest.mark.parametrize("runner", ["python", "duckdb", "auto"])
def test_a_case_gives_its_rows(resources: list[Any], case: dict[str, Any], runner: str, tmp_path: Path) -> None:
    check(case, source(resources, tmp_path), runner=runner)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.xdist_group("spark")
def test_every_case_gives_its_rows_by_spark(spark: Any, tmp_path: Path) -> None:
    failed: list[str] = []
    sources: dict[str, Ndjson] = {}
    for name, resources, case in CASES:
        suite = name.partition(":")[0]
        if suite not in sources:
            folder = tmp_path / suite
            folder.mkdir()
            sources[suite] = source(resources, folder)
        run = run_view(parse_view(case["view"]), sources[suite], runner="spark", spark=spark)
        if as_bag(run.table().to_pylist()) != as_bag(case["expect"]):
            failed.append(name)
    assert not failed, json.dumps(failed)
