"""`seve identities duplicates` from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.engine.matching.test_grading import changed, person

from seve.main.cli import main


@pytest.fixture
def _own_store(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVE_DATABASE_URL", postgres_url.replace("/seve_", "/seve_duplicates_"))
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    monkeypatch.setenv("SEVE_PORT", "18099")


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_suspected_duplicates_are_queued_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [
        person(id="a"),
        person(changed(family="ARMOR"), id="b"),
        person(changed(given="LUC", sex="male"), id="c"),
    ]
    (tmp_path / "patients.ndjson").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert main(["load", str(tmp_path / "patients.ndjson")]) == 0
    assert main(["identities", "duplicates"]) == 0
    assert "3 patients looked at, 1 suspected duplicates are new" in capsys.readouterr().out
    assert main(["identities", "duplicates"]) == 0
    shown = capsys.readouterr()
    assert "0 suspected duplicates are new" in shown.out
    assert "ARMOR" not in shown.out + shown.err
