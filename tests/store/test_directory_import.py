"""`seve directory import` from end to end, on small invented files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.unit.france.directory import invented

from seve.main.cli import main

ACTIVITY, KNOW_HOW, DEGREE = "PS_LibreAcces_Personne_activite.txt", "PS_LibreAcces_SavoirFaire.txt", "Dipl_AutExerc.txt"


@pytest.fixture
def _own_store(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVE_DATABASE_URL", postgres_url.replace("/seve_", f"/seve_{tmp_path.name[:40]}_"))
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    monkeypatch.setenv("SEVE_PORT", "18099")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ACTIVITY).write_bytes(invented.ACTIVITIES)
    (tmp_path / KNOW_HOW).write_bytes(invented.KNOW_HOWS)
    (tmp_path / DEGREE).write_bytes(invented.DEGREES)
    (tmp_path / "etalab-cs1100502-stock.csv").write_text(invented.FINESS, encoding="latin-1")
    (tmp_path / "plus.json.gz").write_bytes(gzip.compress(json.dumps(invented.FINESS_PLUS).encode()))
    return tmp_path


def stored(folder: Path, name: str) -> dict[str, dict]:
    assert main(["export", str(folder / name)]) == 0
    lines = [line for file in (folder / name).iterdir() for line in file.read_text(encoding="utf-8").splitlines()]
    return {f"{r['resourceType']}/{r['id']}": r for r in map(json.loads, lines)}


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_a_second_import_updates_and_a_full_one_strikes_off(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = [str(folder / name) for name in (ACTIVITY, KNOW_HOW, DEGREE)]
    assert main(["directory", "import", *people, "--full"]) == 0
    assert "7 created" in capsys.readouterr().out  # two persons, three activities, two structures
    assert main(["directory", "import", *people, "--full"]) == 0
    # the structure that FINESS numbers is left alone once it is there
    assert "6 unchanged" in capsys.readouterr().out
    changed = invented.ANNE | invented.OFFICE | {"Nom d'exercice": "ESSAI"}
    (folder / ACTIVITY).write_bytes(invented.table(invented.ACTIVITY_COLUMNS, changed))
    assert main(["directory", "import", *people, "--full"]) == 0
    shown = capsys.readouterr()
    assert "1 updated" in shown.out
    assert "3 struck off" in shown.out  # Paul, his activity, and Anne's at the hospital
    found = stored(folder, "out")
    assert found["Practitioner/ps-899700000012"]["active"] is True
    assert found["Practitioner/ps-899700000012"]["name"][0]["family"] == "ESSAI"
    assert found["Practitioner/ps-0999912345"]["active"] is False
    active = [r["active"] for r in found.values() if r["resourceType"] == "PractitionerRole"]
    assert sorted(active) == [False, False, True]
    assert main(["directory", "import", *people, "--full"]) == 0
    assert "struck off" not in capsys.readouterr().out


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_nobody_is_struck_off_when_a_line_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["directory", "import", str(folder / ACTIVITY), "--full"]) == 0
    first, *_ = invented.ACTIVITIES.splitlines(keepends=True)
    (folder / ACTIVITY).write_bytes(first + b"8|1|2\n")
    assert main(["directory", "import", str(folder / ACTIVITY), "--full"]) == 1
    shown = capsys.readouterr()
    assert f"refused {ACTIVITY} line 2: " in shown.err
    assert "nobody was struck off" in shown.err
    assert all(r["active"] for r in stored(folder, "out").values())


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_finess_and_finess_plus_name_the_same_structures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["directory", "import", str(folder / "plus.json.gz")]) == 0
    assert "7 created" in capsys.readouterr().out
    assert main(["directory", "import", str(folder / "etalab-cs1100502-stock.csv")]) == 1  # a short line in it
    shown = capsys.readouterr()
    assert "line 4" in shown.err
    found = stored(folder, "out")
    # the stock knows the legal entity by its number alone, and leaves what FINESS+ gave
    assert found["Organization/finess-999000003"]["name"] == "ASSOCIATION D'ESSAI [1]"
    assert found["Organization/finess-999000011"]["name"] == "CENTRE HOSPITALIER DES ESSAIS"


@pytest.mark.usefixtures("_own_store")
@pytest.mark.slow
def test_a_site_that_finess_no_longer_lists_is_inactive_and_its_legal_entity_is_not(folder: Path) -> None:
    assert main(["directory", "import", str(folder / "plus.json.gz"), "--full"]) == 0
    lines = [line for line in invented.FINESS.splitlines() if "999000029" not in line and "999000011" not in line]
    (folder / "etalab-cs1100502-stock.csv").write_text("\n".join(lines), encoding="latin-1")
    assert main(["directory", "import", str(folder / "etalab-cs1100502-stock.csv"), "--full"]) == 0
    found = stored(folder, "out")
    assert found["Organization/finess-999000011"]["active"] is False
    assert found["Location/finess-999000011"]["status"] == "inactive"
    assert found["HealthcareService/finess-999000011"]["active"] is False
    assert found["Organization/finess-979000010"]["active"] is True
    assert found["Organization/finess-999000003"]["active"] is True


@pytest.mark.usefixtures("_own_store")
def test_a_file_that_is_none_of_them_is_refused_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "list.csv").write_text("a;b;c\n1;2;3\n")
    assert main(["directory", "import", str(folder / "list.csv")]) == 1
    assert "The format of list.csv is not known" in capsys.readouterr().err
    assert main(["directory", "import", str(folder / KNOW_HOW)]) == 1
    assert "Identifiant technique de la structure" in capsys.readouterr().err
    assert main(["directory", "import", str(folder / ACTIVITY), str(folder / "plus.json.gz")]) == 1
    assert "commands of their own" in capsys.readouterr().err
