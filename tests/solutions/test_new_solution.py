"""`make new-solution`: what it writes passes the suite, inside and outside this repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools.new_solution.mould import files, outside

ROOT = Path(__file__).parents[2]


def written(folder: Path) -> Path:
    """A solution outside, installed as pip would show it: on the path, with its entry point."""
    for path, content in outside("wound_watch", "Suivi des plaies").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    info = folder / "wound_watch-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wound-watch\nVersion: 0.1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[seve.solutions]\nwound_watch = wound_watch:solution\n", encoding="utf-8")
    return folder


def seve(folder: Path, *words: str, only: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT / "src")))}
    environment.pop("PYTEST_XDIST_WORKER", None)
    environment["PYTEST_ADDOPTS"] = f"-k {only}" if only else ""
    command = [str(Path(sys.executable).parent / "seve"), *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_an_outside_solution_from_the_mould_is_found_and_passes_the_suite(tmp_path: Path) -> None:
    folder = written(tmp_path)
    assert "wound_watch" in seve(folder, "solution", "list").stdout
    ran = seve(folder, "solution", "check", "wound_watch")
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-1_000:]
    assert "13 passed" in ran.stdout


@pytest.mark.slow
def test_a_solution_that_reads_what_it_does_not_declare_fails_the_suite(tmp_path: Path) -> None:
    folder = written(tmp_path)
    manifest = folder / "wound_watch" / "manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('reads = ["Patient", "Observation"]', 'reads = ["Patient"]'), encoding="utf-8")
    ran = seve(folder, "solution", "check", "wound_watch", only="every_page")
    assert ran.returncode == 1
    assert "403" in ran.stdout


def test_a_manifest_with_a_fault_is_told_with_its_place(tmp_path: Path) -> None:
    folder = written(tmp_path)
    manifest = folder / "wound_watch" / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('axis = "paperless"', 'axis = "paper"'))
    ran = seve(folder, "solution", "list")
    assert ran.returncode == 1
    assert "wound_watch/manifest.toml: " in ran.stderr
    assert "$.axis" in ran.stderr


def test_a_solution_of_this_repository_has_its_package_and_its_tests() -> None:
    made = files("wound_watch", "Suivi des plaies")
    assert "src/seve/solutions/wound_watch/manifest.toml" in made
    assert "tests/solutions/wound_watch/test_model.py" in made
    assert not any("{package}" in content or "{id}" in content for content in made.values())


@pytest.mark.parametrize("id_", ["Wound", "a", "class", "wound-watch", "1wound"])
def test_an_id_that_is_no_name_of_a_package_is_refused(id_: str) -> None:
    command = [sys.executable, "-m", "tools.new_solution", id_]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "can't be the name" in ran.stderr
