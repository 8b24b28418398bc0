"""The repository keeps its own rules."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from statistics import median

import pytest

from seve.kernel.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
NOT_NAMES = {"utils", "helpers", "common", "misc", "manager", "base"}
HOSTS = re.compile(r"(registry\.npmjs|pypi\.org|files\.pythonhosted|crates\.io|deb\.debian)", re.IGNORECASE)


def lines(file: Path) -> int:
    return file.read_text(encoding="utf-8").count("\n")


def test_no_source_file_is_over_500_lines() -> None:
    assert [f"{f.name}: {lines(f)}" for f in SOURCES if lines(f) > 500] == []


def test_the_median_source_file_is_short() -> None:
    assert median(map(lines, SOURCES)) < 130


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [f for f in SOURCES if f.stem in NOT_NAMES] == []


@pytest.mark.parametrize(
    "package", sorted({f.parent.parent for f in (ROOT / "src").rglob("strings/*.toml")}), ids=lambda p: p.name
)
def test_every_sentence_exists_in_both_languages_with_the_same_places(package: Path) -> None:
    places: list[dict[str, set[str]]] = []
    for language in LANGUAGES:
        sections = tomllib.loads((package / "strings" / f"{language}.toml").read_text(encoding="utf-8"))
        places.append(
            {f"{s}.{n}": set(re.findall(r"\{(\w+)\}", t)) for s, rows in sections.items() for n, t in rows.items()}
        )
    assert places[0] == places[1]


def test_no_registry_host_or_machine_path_is_named() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    files = [ROOT / name for name in listed if name and not name.endswith((".zip", ".png"))]
    machine = "/" + "work/"
    wrong = [
        f.name
        for f in files
        if f.exists() and f != Path(__file__) and (HOSTS.search(t := f.read_text(encoding="utf-8")) or machine in t)
    ]
    assert wrong == []


def test_the_documentation_is_up_to_date() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tools.docs", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
