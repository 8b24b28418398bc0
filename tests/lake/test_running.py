"""Sources, tables as files, and resources that don't fit: on the runners of one machine."""

from __future__ import annotations

import csv
import gzip
import json
import resource
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seve.fhir.codec import encode_json
from seve.fhir.views import parse_view
from seve.lake import Documents, Ndjson, Resources, RowsRefused, explain, run_view, write
from seve.lake import sources as lake_sources
from seve.lake.problems import LakeRefused

VIEW = {
    "resource": "Patient",
    "name": "patients",
    "select": [
        {
            "column": [
                {"path": "id", "name": "id"},
                {"path": "name.family", "name": "family", "description": "the surname"},
                {"path": "name.given", "name": "given", "collection": True},
                {"path": "extension('n').first().value.ofType(decimal)", "name": "n"},
                {"path": "active", "name": "active"},
            ]
        }
    ],
}
RUNNERS = ["python", "duckdb"]


def patient(number: int, **more: Any) -> dict[str, Any]:
    extension = [{"url": "n", "valueDecimal": Decimal(number) / 2}]
    return {"resourceType": "Patient", "id": f"p{number}", "extension": extension, "active": number % 2 == 0, **more}


def ndjson(folder: Path, resources: list[dict[str, Any]], name: str = "Patient.ndjson") -> Path:
    file = folder / name
    content = b"".join(encode_json(resource) + b"\n" for resource in resources)
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return file


def ids(source: Any, **more: Any) -> list[str]:
    return run_view(parse_view(VIEW), source, **more).table().column("id").to_pylist()


@pytest.mark.parametrize("runner", RUNNERS)
def test_folders_and_packed_files_are_read_in_the_order_of_their_names(runner: Any, tmp_path: Path) -> None:
    ndjson(tmp_path, [patient(3), patient(4)], "b.ndjson.gz")
    ndjson(tmp_path, [patient(1), {"resourceType": "Group"}, patient(2)], "a.ndjson")
    assert ids(Ndjson((tmp_path,)), runner=runner) == ["p1", "p2", "p3", "p4"]


@pytest.mark.parametrize("runner", RUNNERS)
def test_parquet_files_of_documents_are_read(runner: Any, tmp_path: Path) -> None:
    rows = [{"type": "Patient", "id": f"p{n}", "document": encode_json(patient(n)).decode()} for n in range(5)]
    rows.append({"type": "Observation", "id": "o", "document": '{"resourceType":"Observation"}'})
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "part.parquet", row_group_size=2)
    assert ids(Documents((tmp_path,)), runner=runner) == ["p0", "p1", "p2", "p3", "p4"]


@pytest.mark.parametrize("runner", RUNNERS)
def test_resources_at_hand_are_read(runner: Any) -> None:
    assert ids(Resources([patient(1), patient(2)]), runner=runner) == ["p1", "p2"]


def test_pieces_of_a_file_share_its_lines_between_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ndjson(tmp_path, [patient(n) for n in range(500)])
    monkeypatch.setattr(lake_sources, "PIECE_BYTES", 1_000)
    pieces = list(Ndjson((file,)).pieces("Patient"))
    assert len(pieces) > 20
    lines = [line for piece in pieces for line in piece.documents()]
    assert b"".join(lines) == file.read_bytes()
    assert ids(Ndjson((file,)), runner="python", processes=2) == [f"p{n}" for n in range(500)]


def test_columns_have_arrow_types_and_the_fhir_type_beside(tmp_path: Path) -> None:
    run = run_view(parse_view(VIEW), Ndjson((ndjson(tmp_path, [patient(1)]),)))
    types = {field.name: str(field.type) for field in run.schema}
    assert types == {
        "id": "string",
        "family": "string",
        "given": "list<item: string>",
        "n": "decimal128(38, 9)",
        "active": "bool",
    }
    assert run.schema.field("family").metadata == {b"fhir:type": b"string", b"description": b"the surname"}
    assert run.reader().read_all().num_rows == 1


BROKEN = [
    patient(1),
    patient(2, name=[{"family": "A"}, {"family": "B"}]),
    patient(3, name=[{"family": 7}]),
    patient(4, extension=[{"url": "n", "valueDecimal": Decimal("1e35")}]),
    patient(5),
]


@pytest.mark.parametrize("runner", ["python"])
def test_resources_that_do_not_fit_refuse_the_run_and_are_named(runner: Any, tmp_path: Path) -> None:
    with pytest.raises(RowsRefused) as caught:
        ids(Ndjson((ndjson(tmp_path, BROKEN),)), runner=runner)
    told = [(issue.fields["resource"], issue.fields["column"]) for issue in caught.value.issues]
    assert told == [("Patient/p2", "family"), ("Patient/p3", "family"), ("Patient/p4", "n")]


@pytest.mark.parametrize("runner", RUNNERS)
def test_problems_may_be_reported_beside_the_rows(runner: Any, tmp_path: Path) -> None:
    file = ndjson(tmp_path, [patient(1), BROKEN[1], BROKEN[3], patient(5)])
    with file.open("ab") as more:
        more.write(b'{"resourceType": "Patient", \n')
    run = run_view(parse_view(VIEW), Ndjson((file,)), runner=runner, on_error="report")
    assert sorted(run.table().column("id").to_pylist()) == ["p1", "p5"]
    assert run.problems.count == 3
    assert min(problem.resource for problem in run.problems.first) == "Patient/p2"


@pytest.mark.parametrize("runner", RUNNERS)
def test_nulls_and_empty_arrays_of_careless_exports_are_nothing(runner: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text(
        '{"resourceType":"Patient","id":"x","name":[],"active":null}\n\n{"resourceType":"Patient","id":"y"}\n'
    )
    run = run_view(parse_view(VIEW), Ndjson((file,)), runner=runner)
    assert sorted(run.table().to_pylist(), key=lambda row: row["id"]) == [
        {"id": id_, "family": None, "given": [], "n": None, "active": None} for id_ in ("x", "y")
    ]


def test_a_source_that_is_not_there_or_not_of_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LakeRefused, match="no file"):
        ids(Ndjson((tmp_path / "none",)))
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(LakeRefused, match="document"):
        ids(Documents((tmp_path,)), runner="python")
    with pytest.raises(LakeRefused, match="DuckDB"):
        ids(Documents((tmp_path,)), runner="duckdb")


def test_a_table_is_written_in_each_format(tmp_path: Path) -> None:
    source = Ndjson((ndjson(tmp_path, [patient(1, name=[{"family": 'a"b', "given": ["x", "y"]}]), patient(20)]),))

    def written(format_: Any) -> Path:
        path = tmp_path / f"out.{format_}"
        assert write(run_view(parse_view(VIEW), source), path, format_) == 2
        return path

    with written("csv").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["id", "family", "given", "n", "active"],
            ["p1", 'a"b', '["x","y"]', "0.5", "false"],
            ["p20", "", "[]", "10", "true"],
        ]
    lines = [json.loads(line) for line in written("ndjson").read_text().splitlines()]
    assert lines == json.loads(written("json").read_text())
    assert lines[1] == {"id": "p20", "family": None, "given": [], "n": 10, "active": True}
    assert pq.read_table(written("parquet")).column("n").to_pylist() == [Decimal("0.500000000"), Decimal(10)]
    assert not list(tmp_path.glob(".*"))


def test_a_run_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("before")
    with pytest.raises(RowsRefused):
        write(run_view(parse_view(VIEW), Ndjson((ndjson(tmp_path, BROKEN),)), runner="python"), out, "csv")
    assert out.read_text() == "before"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["Patient.ndjson", "out.csv"]


def test_a_disk_that_takes_no_more_leaves_no_table(tmp_path: Path) -> None:
    run = run_view(parse_view(VIEW), Resources([patient(n) for n in range(1_000)]))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))  # stands for a full disk
    try:
        with pytest.raises(OSError, match="File too large"):
            write(run, tmp_path / "out.csv", "csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


_ENDLESS = """
import itertools, pathlib, sys
from seve.fhir.views import parse_view
from seve.lake import Resources, run_view, write
column = {"path": "id", "name": "id"}
view = parse_view({"resource": "Patient", "select": [{"column": [column]}]})
patients = ({"resourceType": "Patient", "id": str(n)} for n in itertools.count())
write(run_view(view, Resources(patients)), pathlib.Path(sys.argv[1]), "csv")
"""


def test_a_kill_leaves_no_table_under_the_final_name(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with subprocess.Popen([sys.executable, "-c", _ENDLESS, str(out)]) as process:
        while not any(file.stat().st_size for file in tmp_path.iterdir()):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
    assert not out.exists()


def test_what_sql_cannot_say_is_explained_with_its_place() -> None:
    assert explain(parse_view(VIEW)).sql is not None
    column = {"path": "maritalStatus", "name": "x", "type": "CodeableConcept"}
    choice = explain(parse_view({**VIEW, "select": [{"column": [column]}]}))
    assert choice.runner == "python"
    assert choice.sql is None
    assert "ViewDefinition.select[0].column[0].path" in choice.reason


@pytest.mark.parametrize("depth", [1, 6, 7, 20])
def test_a_repeat_goes_as_deep_as_the_document_on_every_runner(depth: int) -> None:
    found: dict[str, Any] = {"url": "leaf"}
    for level in range(depth):
        found = {"url": f"u{level}", "extension": [found]}
    column = [{"path": "url", "name": "url"}, {"path": "%rowIndex", "name": "at"}]
    view = parse_view({"resource": "Patient", "select": [{"repeat": ["extension"], "column": column}]})
    source = Resources([{"resourceType": "Patient", "id": "p", "extension": [found]}])
    tables = [run_view(view, source, runner=runner).table().to_pylist() for runner in ("python", "duckdb")]
    assert tables[0] == tables[1]
    assert [row["at"] for row in tables[0]] == list(range(depth + 1))
    assert tables[0][-1]["url"] == "leaf"


def test_a_query_that_would_take_longer_to_plan_than_python_to_run_is_left_to_python() -> None:
    select: dict[str, Any] = {"column": [{"path": "url", "name": "url"}]}
    for _ in range(4):
        select = {"repeat": ["extension", "extension.extension"], "select": [select]}
    choice = explain(parse_view({"resource": "Patient", "select": [select]}))
    assert choice.runner == "python"
    assert "ViewDefinition.select" in choice.reason


def test_a_text_of_the_view_that_looks_like_a_place_in_the_query_stays_a_text(tmp_path: Path) -> None:
    view = parse_view({"resource": "Patient", "select": [{"column": [{"path": "'{documents}'", "name": "x"}]}]})
    found = run_view(view, Ndjson((ndjson(tmp_path, [patient(1)]),)), runner="duckdb").table().to_pylist()
    assert found == [{"x": "{documents}"}]
