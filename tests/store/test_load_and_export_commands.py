"""`seve load`, `export`, `doctor` and `package` from end to end, on the territory that Sève writes."""

import json
import re
from pathlib import Path

import pytest

from seve.main.cli import main


@pytest.fixture
def _own_store(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVE_DATABASE_URL", postgres_url.replace("/seve_", "/seve_cli_"))
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    monkeypatch.setenv("SEVE_PORT", "18099")


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_the_territory_we_ship_is_sound_and_comes_out_as_it_went_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["territory", "write", "--patients", "1", "--until", "2026-11-01", str(tmp_path / "in")]) == 0
    given = _resources(tmp_path / "in")
    assert main(["load", str(tmp_path / "in")]) == 0
    assert f"{len(given)} created" in re.sub(r"(?<=\d)[ ,\u202f](?=\d)", "", capsys.readouterr().out)
    assert main(["export", str(tmp_path / "out")]) == 0
    assert _resources(tmp_path / "out") == given
    assert main(["export", str(tmp_path / "out")]) == 1
    assert main(["doctor"]) == 0
    assert "problem" not in capsys.readouterr().out


def _resources(folder: Path) -> dict[str, object]:
    """What a folder of NDJSON holds, by type and id; of `meta` only what its writer gives, and not the server."""
    found: dict[str, object] = {}
    for file in folder.iterdir():
        for line in file.read_text().splitlines():
            resource = json.loads(line)
            for stamp in ("versionId", "lastUpdated"):
                resource["meta"].pop(stamp, None)
            found[f"{resource['resourceType']}/{resource['id']}"] = resource
    return found


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_refusals_make_the_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.json").write_text('{"resourceType": "Patient", "id": "bad", "gendre": "x"}')
    assert main(["load", str(tmp_path / "bad.json")]) == 1
    shown = capsys.readouterr()
    assert "1 refused" in shown.out
    assert "bad.json" in shown.err


@pytest.mark.usefixtures("_own_store")
def test_a_package_that_is_absent_cannot_be_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", "remove", "x.example"]) == 1
    assert "there is no package x.example" in capsys.readouterr().err
