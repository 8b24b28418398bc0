"""`seve audit` from end to end: verify, heads, prove, check, rotate, purge, accept."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from tests.store.audits import read_of

from seve.main.cli import main
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.sealing import seal_all
from seve.store.database import Database
from seve.store.embedded import Embedded
from seve.store.migrate import prepare
from seve.testing.serving import served, stop


@pytest.fixture
def url(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    found = postgres_url.replace("/seve_", "/seve_audit_cli_")
    monkeypatch.setenv("SEVE_DATABASE_URL", found)
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    monkeypatch.delenv("SEVE_AUDIT_DAYS", raising=False)
    asyncio.run(_emptied(found))
    return found


async def _emptied(url: str) -> None:
    await prepare(url)
    await run(url, "TRUNCATE audit, audit_seal, audit_sealed")


async def run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def written(url: str, directory: Path, *, number: int = 3) -> list[int]:
    """Some sealed entries; their ids."""
    database, keys = await Database.open(url, connections=2), Keyring.open(directory)
    try:
        vids = await Ledger(database, keys).record(
            [read_of(f"Patient/{n}", patient=f"Patient/{n}") for n in range(number)]
        )
        async with database.pool.acquire() as connection:
            await seal_all(connection, keys)
        return vids
    finally:
        await database.close()


@pytest.mark.slow
def test_a_trail_is_verified_and_an_entry_is_proved_to_an_outsider(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    vids = asyncio.run(written(url, tmp_path / "keys"))
    assert main(["audit", "verify"]) == 0
    assert "3 entries, 1 seals" in (shown := capsys.readouterr().out)
    assert shown.endswith("sound\n")
    assert main(["audit", "heads"]) == 0
    heads = tmp_path / "heads"
    heads.write_text(capsys.readouterr().out)
    assert main(["audit", "prove", str(vids[1])]) == 0
    proof = tmp_path / "proof.json"
    proof.write_text(capsys.readouterr().out)
    asyncio.run(written(url, tmp_path / "keys"))
    assert main(["audit", "verify", "--heads", str(heads)]) == 0
    assert "1 published heads found" in capsys.readouterr().out
    assert main(["audit", "prove", "--since", str(heads)]) == 0
    since = tmp_path / "since.json"
    since.write_text(capsys.readouterr().out)

    public = tmp_path / "elsewhere" / "audit-seal-1.pub"
    public.parent.mkdir()
    public.write_bytes((tmp_path / "keys" / "audit-seal-1.pub").read_bytes())
    monkeypatch.setenv("SEVE_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("SEVE_DATABASE_URL", "postgresql://nowhere.invalid/x")
    assert main(["audit", "check", str(proof), "--key", str(public)]) == 0
    assert "Patient/1" in (shown := capsys.readouterr().out)
    assert "proved" in shown
    assert main(["audit", "check", str(since), "--key", str(public)]) == 0
    told = json.loads(proof.read_text())
    told["entry"]["content"] = told["entry"]["content"].replace("Patient/1", "Patient/2")
    proof.write_text(json.dumps(told))
    assert main(["audit", "check", str(proof), "--key", str(public)]) == 1
    assert "the entry is not in its seal" in capsys.readouterr().err


@pytest.mark.slow
def test_tampering_ends_with_1_and_names_the_entry(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vids = asyncio.run(written(url, tmp_path / "keys"))
    asyncio.run(run(url, f"UPDATE audit SET agent = 0 WHERE vid = {vids[1]}"))
    assert main(["audit", "verify"]) == 1
    shown = capsys.readouterr().out
    assert "WRONG  altered: its MAC is not that of what it says (strand" in shown
    assert str(vids[1]) in shown


@pytest.mark.slow
def test_a_restored_backup_is_accepted_with_a_reason(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(written(url, tmp_path / "keys"))
    asyncio.run(run(url, "TRUNCATE audit, audit_seal, audit_sealed"))
    assert main(["audit", "verify"]) == 1
    assert "set-back" in capsys.readouterr().out
    assert main(["audit", "accept", "--reason", "the disk of Monday"]) == 0
    asyncio.run(written(url, tmp_path / "keys"))
    assert main(["audit", "verify"]) == 0
    assert "the disk of Monday" in capsys.readouterr().out
    assert main(["audit", "rotate"]) == 0
    assert main(["audit", "purge"]) == 0
    assert "0 entries purged" in capsys.readouterr().out
    assert main(["audit", "purge", "--days", "-1"]) == 0
    assert main(["audit", "verify"]) == 0


def test_what_cannot_be_done_is_told_in_one_line(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "heads"]) == 1
    assert "there is no seal yet" in capsys.readouterr().err
    assert main(["audit", "prove", "5"]) == 1
    assert "there is no entry 5" in capsys.readouterr().err
    assert main(["audit", "prove"]) == 1
    (tmp_path / "x").write_text("{}")
    assert main(["audit", "check", str(tmp_path / "x")]) == 1
    assert "not a proof" in capsys.readouterr().err
    assert main(["audit", "verify", "--heads", str(tmp_path / "x")]) == 1


async def _recorded(data: Path) -> int:
    """Entries beside a running server, and then some that it has no time to seal but in stopping. How many seals it made before."""
    database = await Database.open(Embedded(data / "postgres").url(), connections=2)
    try:
        ledger = Ledger(database, Keyring.open(data / "keys"))
        await ledger.record([read_of("Patient/1", patient="Patient/1")] * 5)
        async with asyncio.timeout(30):
            while not (seals := await database.pool.fetchval("SELECT count(*) FROM audit_seal")):
                await asyncio.sleep(0.1)
        await ledger.record([read_of("Patient/2", patient="Patient/2")])
        return int(seals)
    finally:
        await database.close()


@pytest.mark.slow
def test_a_server_seals_as_it_runs_and_as_it_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SEVE_DATABASE_URL", raising=False)
    with served() as server:
        seals = asyncio.run(_recorded(server.data))
        stop(server)
        monkeypatch.setenv("SEVE_DATA", str(server.data))
        assert main(["audit", "verify"]) == 0
        assert f"6 entries, {seals + 1} seals" in (shown := capsys.readouterr().out)
        assert "no seal yet" not in shown
