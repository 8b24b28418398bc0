"""`seve snds import` into the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.france.snds import invented

from seve.main.cli import main


@pytest.mark.slow
def test_an_extract_is_loaded_and_a_second_import_changes_nothing(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEVE_DATABASE_URL", postgres_url.replace("/seve_", f"/seve_{tmp_path.name[:40]}_"))
    monkeypatch.setenv("SEVE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SEVE_PORT", "18098")
    folder = str(invented.extract(tmp_path / "in"))
    assert main(["snds", "import", folder]) == 0
    assert "13 created" in capsys.readouterr().out
    assert main(["snds", "import", folder]) == 0
    assert "13 unchanged" in capsys.readouterr().out
