"""`seve view`: run, export, explain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from seve.main.cli import main

VIEW = {
    "resourceType": "ViewDefinition",
    "resource": "Patient",
    "name": "patients",
    "select": [{"column": [{"path": "id", "name": "id"}, {"path": "name.family", "name": "family"}]}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "patients.view.json").write_text(json.dumps(VIEW))
    resources: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": f"p{n}", "name": [{"family": f"F{n}"}]} for n in range(3)
    ]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "Patient.ndjson").write_text("".join(json.dumps(resource) + "\n" for resource in resources))
    return tmp_path


def test_rows_are_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    view, data = str(folder / "patients.view.json"), str(folder / "data")
    assert main(["view", "run", view, data, "--limit", "2"]) == 0
    assert capfd.readouterr().out == '"id","family"\n"p0","F0"\n"p1","F1"\n'
    assert main(["view", "run", view, data, "--format", "ndjson", "--runner", "python"]) == 0
    assert capfd.readouterr().out.splitlines()[2] == '{"id":"p2","family":"F2"}'


def test_tables_are_written(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    into = folder / "tables"
    assert main(["view", "export", str(folder / "patients.view.json"), str(folder / "data"), "--into", str(into)]) == 0
    assert pq.read_table(into / "patients.parquet").num_rows == 3
    assert "3 rows in" in capfd.readouterr().out


def test_resources_that_do_not_fit_refuse_or_are_named(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with (folder / "data" / "Patient.ndjson").open("a") as file:
        file.write('{"resourceType":"Patient","id":"two","name":[{"family":"A"},{"family":"B"}]}\n')
    arguments = ["view", "run", str(folder / "patients.view.json"), str(folder / "data")]
    assert main(arguments) == 1
    assert "Patient/two" in capfd.readouterr().err
    assert main([*arguments, "--report"]) == 1
    told = capfd.readouterr()
    assert len(told.out.splitlines()) == 4
    assert "left out Patient/two, family" in told.err


def test_a_view_is_explained(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["view", "explain", str(folder / "patients.view.json"), str(folder / "data")]) == 0
    told = capfd.readouterr().out
    assert told.startswith("runner: ")
    assert "SELECT" in told


def test_a_wrong_view_is_told_in_one_line_with_its_place(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    wrong = folder / "wrong.json"
    wrong.write_text(json.dumps({**VIEW, "resource": "Pat"}))
    assert main(["view", "explain", str(wrong)]) == 1
    assert "ViewDefinition.resource" in capfd.readouterr().err
