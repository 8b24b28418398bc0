"""`seve load`, `export`, `doctor` and `package` from end to end, on the examples that Sève ships."""

import json
from pathlib import Path

import pytest

import seve.main
from seve.main.cli import main

EXAMPLES = Path(seve.main.__file__).parent / "examples"


@pytest.fixture
def _own_store(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVE_DATABASE_URL", postgres_url.replace("/seve_", "/seve_cli_"))
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    monkeypatch.setenv("SEVE_PORT", "18099")


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_the_examples_we_ship_are_sound_and_come_out_as_they_went_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", str(EXAMPLES)]) == 0
    number = len(list(EXAMPLES.glob("*.json")))
    assert f"{number} created" in capsys.readouterr().out
    assert main(["export", str(tmp_path / "out")]) == 0
    lines = [json.loads(line) for file in (tmp_path / "out").iterdir() for line in file.read_text().splitlines()]
    for line in lines:
        given = json.loads((EXAMPLES / f"{line['resourceType']}-{line['id']}.json").read_text())
        assert {key: value for key, value in line.items() if key != "meta"} == {
            key: value for key, value in given.items() if key != "meta"
        }
    assert len(lines) == number
    assert main(["export", str(tmp_path / "out")]) == 1
    assert main(["doctor"]) == 0
    assert "problem" not in capsys.readouterr().out


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
