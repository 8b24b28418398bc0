"""`seve view` without a source: the store through the access rule, from end to end."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pyarrow.parquet as pq
import pytest

from seve.fhir.search.keys import value_key
from seve.main.cli import main

VIEW = {
    "resourceType": "ViewDefinition",
    "resource": "Patient",
    "name": "patients",
    "select": [{"column": [{"path": "id", "name": "id"}, {"path": "name.family", "name": "family"}]}],
}


@pytest.fixture(scope="module")
def store(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store of three patients, of whom `anna` is one and keeps `bela`'s record too; a folder with the view."""
    folder = tmp_path_factory.mktemp("views")
    url = postgres_url.replace("/seve_", "/seve_views_")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEVE_DATABASE_URL", url)
        patch.setenv("SEVE_DATA", str(folder))
        patch.setenv("SEVE_PORT", "18321")
        people = [{"resourceType": "Patient", "id": id_, "name": [{"family": id_.upper()}]} for id_ in "abc"]
        (folder / "people.ndjson").write_text("\n".join(map(json.dumps, people)), encoding="utf-8")
        (folder / "patients.json").write_text(json.dumps(VIEW), encoding="utf-8")
        assert main(["load", str(folder / "people.ndjson")]) == 0
        assert main(["account", "anna", "Anna", "--link", "Patient/a"]) == 0
        assert main(["account", "both", "Both", "--link", "Patient/b", "--link", "Patient/c"]) == 0
        assert main(["account", "nobody", "Nobody"]) == 0
        yield folder


def shown(store: Path, capfd: pytest.CaptureFixture[str], *more: str) -> list[str]:
    capfd.readouterr()
    assert main(["view", "run", str(store / "patients.json"), *more]) == 0
    return sorted(capfd.readouterr().out.splitlines()[1:])


def trail() -> int:
    """How many entries of the trail tell of an extraction as the patient `a`."""

    async def counted() -> int:
        connection = await asyncpg.connect(os.environ["SEVE_DATABASE_URL"])
        try:
            of_a = "SELECT count(*) FROM audit WHERE content LIKE '%\"export\"%' AND agent = $1"
            return int(await connection.fetchval(of_a, value_key("Patient/a")))
        finally:
            await connection.close()

    return asyncio.run(counted())


@pytest.mark.slow
def test_whoever_keeps_the_machine_sees_all_and_an_account_what_it_may(
    store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert shown(store, capfd) == ['"a","A"', '"b","B"', '"c","C"']
    before = trail()
    assert shown(store, capfd, "--as", "anna") == ['"a","A"']
    assert trail() == before + 1
    assert shown(store, capfd, "--as", "both", "--activity", "Patient/c") == ['"c","C"']
    assert len(shown(store, capfd, "--limit", "2")) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--as", "none"], "there is no account none"),
        (["--as", "nobody"], "may not act as anything"),
        (["--as", "both"], "Patient/b, Patient/c: choose one with --activity"),
        (["--as", "both", "--activity", "Patient/a"], "and not as Patient/a"),
        (["--runner", "duckdb"], "--runner duckdb needs a source"),
    ],
)
def test_who_or_what_is_not_there_is_told_in_a_line(
    store: Path, arguments: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["view", "run", str(store / "patients.json"), *arguments]) == 1
    assert told in capfd.readouterr().err


@pytest.mark.slow
def test_an_account_has_no_place_beside_files(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = [str(store / "patients.json"), str(store / "people.ndjson"), "--as", "anna"]
    assert main(["view", "run", *arguments]) == 1
    assert "whoever has files reads all of them" in capfd.readouterr().err


@pytest.mark.slow
def test_views_of_the_store_are_written_as_of_one_moment_and_explained(
    store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ids = {**VIEW, "name": "ids", "select": [{"column": [{"path": "id", "name": "id"}]}]}
    (store / "ids.json").write_text(json.dumps(ids), encoding="utf-8")
    views = [str(store / "patients.json"), str(store / "ids.json")]
    assert main(["view", "export", *views, "--into", str(store / "tables")]) == 0
    assert [pq.read_table(store / "tables" / f"{name}.parquet").num_rows for name in ("patients", "ids")] == [3, 3]
    assert main(["view", "explain", views[0]]) == 0
    assert "on the store: python" in capfd.readouterr().out


@pytest.mark.slow
def test_resources_that_do_not_fit_refuse_or_are_named_and_the_others_stay(
    store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    twins = [
        {"resourceType": "Practitioner", "id": f"p{n}", "name": [{"family": "X"}, *[{"family": "Y"}] * (n < 20)]}
        for n in range(30)
    ]
    (store / "twins.ndjson").write_text("\n".join(map(json.dumps, twins)), encoding="utf-8")
    (store / "twins.json").write_text(json.dumps({**VIEW, "resource": "Practitioner"}), encoding="utf-8")
    assert main(["load", str(store / "twins.ndjson")]) == 0
    capfd.readouterr()
    assert main(["view", "run", str(store / "twins.json")]) == 1
    assert "Practitioner/p" in capfd.readouterr().err
    assert main(["view", "run", str(store / "twins.json"), "--report"]) == 1
    told = capfd.readouterr()
    assert len(told.out.splitlines()) == 1 + 10
    assert "20 resources left out" in told.err
