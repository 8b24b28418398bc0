"""The lake's table of documents: what is added, removed, tidied and named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from seve.fhir.views import parse_view
from seve.lake import Documents, Stream, run_view
from seve.lake.problems import LakeRefused
from seve.lake.sources import source_of
from seve.lake.tables import documents
from seve.lake.tables.documents import Lake, Row
from seve.lake.tables.refusals import (
    LakeBusy,
    LakeIncomplete,
    LakeUnknown,
    NameTaken,
    NameWrong,
    OtherStore,
    SnapshotUnknown,
)
from seve.lake.tables.state import Followed, State
from seve.main.cli import main


def row(id_: str, version: int = 1, *, type_: str = "Patient", deleted: bool = False) -> Row:
    text = None if deleted else f'{{"resourceType":"{type_}","id":"{id_}","v":{version}}}'
    return Row(type_, id_, version, 0, (version << 30) + int(id_), text, follows=version > 1)


def put(lake: Lake, *rows: Row, cursor: int = 1, is_complete: bool = True) -> None:
    state = lake.state
    lake.add(rows, State(state.token, Followed(cursor, 1, 0), is_complete, state.rows, state.dead))


def standing(lake: Lake, type_: str = "Patient", snapshot: str = "") -> dict[str, int]:
    batches = lake.documents(type_, snapshot=snapshot)
    return dict(sorted((r["id"], r["version"]) for batch in batches for r in batch.to_pylist()))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.begin(str(tmp_path / "lake"), token="store-1")


def test_the_latest_version_stands_and_a_deleted_resource_does_not(lake: Lake) -> None:
    put(lake, row("1"), row("2"), row("3"), row("1", type_="Observation"))
    put(lake, row("1", 2), row("2", 2, deleted=True))
    assert standing(lake) == {"1": 2, "3": 1}
    assert standing(lake, "Observation") == {"1": 1}
    assert lake.types() == ["Observation", "Patient"]
    assert (dict(lake.state.rows), dict(lake.state.dead)) == ({"Observation": 1, "Patient": 5}, {"Patient": 3})


def test_what_was_made_and_deleted_between_two_syncs_leaves_no_row(lake: Lake) -> None:
    put(lake, Row("Patient", "9", 2, 0, 5, None, follows=False))
    assert lake.types() == []


def test_a_named_snapshot_has_only_living_rows_and_stays_as_it_is(lake: Lake) -> None:
    put(lake, row("1"), row("2"))
    put(lake, row("1", 2))
    made = lake.snapshot("before")
    files = lake.files("before", "Patient")
    assert made.documents == sum(pq.read_metadata(file).num_rows for file in files) == 2
    put(lake, row("1", 3), row("2", 2, deleted=True), row("3"))
    lake.tidy(is_thorough=True)
    assert standing(lake) == {"1": 3, "3": 1}
    assert standing(lake, snapshot="before") == {"1": 2, "2": 1}
    assert [known.name for known in lake.snapshots()] == ["before"]
    assert lake.files("before", "Patient") == files


def test_files_that_no_snapshot_needs_go_and_those_of_named_ones_stay(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_KEPT_HOURS", 0)
    monkeypatch.setitem(documents._FOREVER, "delta.deletedFileRetentionDuration", "interval 0 seconds")
    lake = Lake.begin(str(tmp_path / "short"), token="store-1")
    put(lake, row("1"), row("2"))
    lake.snapshot("kept")
    put(lake, row("1", 2))
    lake.tidy(is_thorough=True)
    assert standing(lake, snapshot="kept") == {"1": 1, "2": 1}
    held = [Path(file) for file in lake.files("kept", "Patient")]
    assert all(file.exists() for file in held)
    lake.drop("kept")
    put(lake, row("2", 2))
    lake.tidy(is_thorough=True)
    assert not any(file.exists() for file in held)
    assert standing(lake) == {"1": 2, "2": 2}


def test_a_version_that_was_removed_for_good_goes(lake: Lake) -> None:
    put(lake, row("1"), row("2"))
    gone = row("2")
    assert lake.remove([(gone.type, gone.vid), ("Observation", 77)]) == 1
    assert standing(lake) == {"1": 1}


def test_tidying_waits_until_it_is_worth_it(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_DEAD_LEAST", 2)
    put(lake, *(row(str(n)) for n in range(20)))
    put(lake, row("1", 2), row("2", 2))
    assert lake.tidy() == 0
    put(lake, row("3", 2), row("4", 2), row("5", 2), row("6", 2))
    assert lake.tidy() == 6
    assert (dict(lake.state.rows), dict(lake.state.dead)) == ({"Patient": 20}, {"Patient": 0})


def test_many_small_files_are_joined(lake: Lake) -> None:
    for n in range(18):
        put(lake, row(str(n)))
    lake.tidy()
    assert len(DeltaTable(lake.url).file_uris()) == 1
    assert len(standing(lake)) == 18
    assert lake.state.followed == Followed(1, 1, 0)


def test_no_document_stands_in_the_log(lake: Lake, tmp_path: Path) -> None:
    put(lake, row("1"))
    logs = "".join(file.read_text() for file in (tmp_path / "lake" / "_delta_log").glob("*.json"))
    assert "resourceType" not in logs


def test_two_writers_at_once_are_told_apart(lake: Lake) -> None:
    other = Lake.open(lake.url)
    put(lake, row("1"))
    with pytest.raises(LakeBusy):
        put(other, row("1"))
    assert standing(Lake.open(lake.url)) == {"1": 1}


def test_a_lake_of_another_store_is_left_alone(lake: Lake) -> None:
    with pytest.raises(OtherStore, match="follows another store"):
        Lake.begin(lake.url, token="store-2")


def test_a_sync_that_did_not_end_is_no_state_to_read_or_name(lake: Lake) -> None:
    put(lake, row("1"), is_complete=False)
    with pytest.raises(LakeIncomplete):
        list(lake.documents("Patient"))
    with pytest.raises(LakeIncomplete):
        lake.snapshot("early")


def test_names_that_are_taken_or_unknown_or_none_are_refused(lake: Lake, tmp_path: Path) -> None:
    put(lake, row("1"))
    lake.snapshot("one")
    with pytest.raises(NameTaken):
        lake.snapshot("one")
    with pytest.raises(NameWrong):
        lake.snapshot("../x")
    with pytest.raises(SnapshotUnknown):
        lake.drop("two")
    lake.drop("one")
    assert lake.snapshots() == []
    with pytest.raises(LakeUnknown):
        Lake.open(str(tmp_path / "nothing"))


def test_a_view_runs_over_the_files_themselves_where_all_rows_live(lake: Lake) -> None:
    put(lake, row("1"), row("2"))
    put(lake, row("1", 2))
    assert isinstance(lake.source("Patient"), Stream)
    lake.snapshot("alive")
    view = parse_view({"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}]}]})
    for source in (lake.source("Patient"), lake.source("Patient", snapshot="alive")):
        assert isinstance(source, Documents)
        assert sorted(run_view(view, source, processes=1).table()["id"].to_pylist()) == ["1", "2"]


@pytest.mark.parametrize(("runner", "processes"), [("auto", None), ("duckdb", None), ("python", 1), ("python", 2)])
def test_a_view_runs_over_what_stands_among_dead_rows_on_each_runner(
    lake: Lake, runner: Any, processes: int | None
) -> None:
    put(lake, *(row(str(n)) for n in range(50)))
    put(lake, *(row(str(n), 2, deleted=n % 2 == 0) for n in range(20)))
    view = parse_view({"resource": "Patient", "select": [{"column": [{"name": "id", "path": "id"}]}]})
    run = run_view(view, lake.source("Patient"), runner=runner, processes=processes)
    assert run.runner == ("duckdb" if runner == "auto" else runner)
    assert sorted(run.table()["id"].to_pylist(), key=int) == [*map(str, range(1, 20, 2)), *map(str, range(20, 50))]


def test_a_lake_s_folder_is_no_source_of_files_and_the_command_knows_it(
    lake: Lake, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    put(lake, row("1"), row("2"))
    put(lake, row("2", 2, deleted=True))
    with pytest.raises(LakeRefused):
        source_of(tmp_path / "lake")
    view = {"resource": "Patient", "name": "p", "select": [{"column": [{"name": "id", "path": "id"}]}]}
    (tmp_path / "view.json").write_text(json.dumps(view))
    assert main(["view", "run", str(tmp_path / "view.json"), str(tmp_path / "lake"), "--format", "csv"]) == 0
    assert capsysbinary.readouterr().out.split() == [b'"id"', b'"1"']
