"""`seve territory`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from seve.main.cli import main


def test_write_fills_a_folder_and_tells_how_fast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "people"
    assert (
        main(["territory", "write", str(folder), "--patients", "3", "--seed", "x", "--processes", "1", "--gzip"]) == 0
    )
    assert capsys.readouterr().out.startswith("3 patients, ")
    lines = gzip.decompress((folder / "patients-0000000.ndjson.gz").read_bytes()).splitlines()
    patients = [r["id"] for r in map(json.loads, lines) if r["resourceType"] == "Patient"]
    assert patients == ["p0000000", "p0000001", "p0000002"]
    assert main(["territory", "write", str(folder), "--patients", "3"]) == 1


def test_check_prints_every_target_and_ends_with_1_where_one_is_missed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from seve.territory.tables import table

    arguments = ["territory", "check", "--patients", "20", "--processes", "1"]
    code = main(arguments)
    told = capsys.readouterr().out
    assert all(row["title"] in told for row in table("targets").values())
    assert code == ("MISSED" in told)
    monkeypatch.setitem(table("targets")["traitant"], "published", 10.0)
    assert main(arguments) == 1
    assert "| MISSED |" in capsys.readouterr().out


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["territory", "check", "--until", "2026-02-30"])
    assert "--until" in capsys.readouterr().err
