"""The same seed gives the same people, however they are asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.unit.territory.people import TERMS

from seve.fhir.codec import encode_json
from seve.main import peopling
from seve.main.progress import Progress
from seve.territory.generating import Terms, around, record


def written(number: int, terms: Terms = TERMS) -> bytes:
    return b"\n".join(encode_json(resource) for resource in record(terms, number).resources)


def test_a_patient_is_the_same_alone_and_among_others() -> None:
    alone = written(157)
    for number in (3, 49, 50, 156):
        written(number)
    assert written(157) == alone


def test_another_seed_gives_other_people() -> None:
    assert written(7) != written(7, Terms("other"))


def test_another_last_day_gives_another_life() -> None:
    assert written(7) != written(7, Terms("test", date(2025, 11, 1)))


def test_the_directory_is_the_same_each_time() -> None:
    assert [encode_json(r) for r in around(TERMS)] == [encode_json(r) for r in around(Terms("test"))]


def test_files_are_the_same_for_one_process_and_for_two_and_for_more_patients(tmp_path: Path) -> None:
    for name, patients, processes in (("one", 60, 1), ("two", 60, 2), ("more", 110, 1)):
        with Progress("test") as progress:
            peopling.write(tmp_path / name, TERMS, patients=patients, processes=processes, progress=progress)
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert files == sorted(file.name for file in (tmp_path / "two").iterdir())
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert (tmp_path / "one" / "0-people.ndjson").read_bytes() == (tmp_path / "more" / "0-people.ndjson").read_bytes()
    first = "patients-0000000.ndjson"
    assert (tmp_path / "one" / first).read_bytes() == (tmp_path / "more" / first).read_bytes()


def test_a_folder_with_a_territory_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "patients.ndjson").write_text("")
    with Progress("test") as progress, pytest.raises(peopling.FolderNotEmptyError, match="another folder"):
        peopling.write(tmp_path, TERMS, patients=1, progress=progress)
