"""The cases of SQL on FHIR v2 on every runner; which of them DuckDB leaves to compiled Python is written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.lake.cases import FOLDER, as_bag, cases

from seve.fhir.codec import encode_json
from seve.fhir.views import parse_view
from seve.lake import Ndjson, Source, run_view
from seve.lake.sql import NotInSqlError, query

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/conformance/sql-on-fhir is not there")

CASES = [case for case in cases() if not case[2].get("expectError")]
OUTSIDE_SQL = {
    "*": ["fhirpath_numbers: add observation"],
    "lowBoundary()": [f"fn_boundary: {type_} lowBoundary" for type_ in ("decimal", "datetime", "date", "time")],
    "highBoundary()": [f"fn_boundary: {type_} highBoundary" for type_ in ("decimal", "datetime", "date", "time")],
    "repeat": [
        "repeat: basic",
        "repeat: item and answer.item",
        "repeat: empty expression",
        "repeat: empty child expression",
        "repeat: combined with forEach",
        "repeat: combined with forEachOrNull",
        "repeat: combined with unionAll",
        "row_index: %rowIndex with repeat",
    ],
}


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
@pytest.mark.parametrize("runner", ["python", "auto"])
def test_a_case_gives_its_rows(resources: list[Any], case: dict[str, Any], runner: str, tmp_path: Path) -> None:
    check(case, source(resources, tmp_path), runner=runner)


@pytest.mark.parametrize(("resources", "case"), [pytest.param(*found, id=name) for name, *found in CASES])
def test_a_case_that_sql_can_say_gives_its_rows_by_duckdb(
    resources: list[Any], case: dict[str, Any], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    name = request.node.callspec.id
    outside = {found: part for part, names in OUTSIDE_SQL.items() for found in names}
    if name in outside:
        with pytest.raises(NotInSqlError) as caught:
            query(parse_view(case["view"]))
        assert caught.value.fields["part"] == outside[name]
        assert caught.value.expression.startswith("ViewDefinition.")
    else:
        check(case, source(resources, tmp_path), runner="duckdb")


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
