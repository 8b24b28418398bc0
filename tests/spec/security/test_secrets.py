"""Secrets at rest: modes, what the database holds of them, and their replacement while a server runs."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from seve.engine.identity.keys import Keys
from seve.main.cli import main
from seve.store.audit.keys import Keyring

from .conftest import Whole

SOURCE = Path(__file__).parents[3] / "src" / "seve"
USERS = {
    "engine/identity/keys.py",
    "engine/identity/relying_party.py",
    "engine/identity/passkeys.py",
    "engine/identity/passwords.py",
    "engine/identity/applications/authentication.py",
    "engine/identity/applications/registry.py",
    "engine/identity/applications/remote_keys.py",
    "engine/identity/applications/tokens.py",
    "engine/notifications/push_messages.py",
    "engine/notifications/pushing.py",
    "engine/subscriptions/sockets.py",
    "france/cards/two_d_doc.py",
    "engine/admissions/authorities.py",
    "store/audit/chain.py",
    "store/audit/keys.py",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    Keyring.open(tmp_path / "keys")
    Keys(tmp_path / "keys").public()
    return tmp_path / "keys"


async def test_every_secret_of_a_server_is_for_its_owner_alone(whole: Whole) -> None:
    await whole.client().get("/oauth/jwks")
    keys = whole.data / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    names = {re.sub(r"\d.*", "", file.name) for file in keys.iterdir()}
    assert {"signing-", "sealing.key", "hashing.key", "pushing.key", "audit-mac-", "audit-seal-"} <= names
    for file in keys.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


async def test_no_secret_is_in_the_database_in_the_clear(whole: Whole) -> None:
    tokens = [await whole.token(name) for name in ("doc", "doc-app", "ana")]
    await (await whole.browser("doc")).get("/")
    await whole.client().get("/oauth/jwks")
    secrets = [file.read_bytes() for file in (whole.data / "keys").iterdir() if file.suffix != ".pub"]
    pool = whole.world.engine.database.pool
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    for table in tables:
        rows = await pool.fetchval(f'SELECT string_agg(t::text, chr(10)) FROM "{table["tablename"]}" t')
        for token in tokens:
            assert token not in (rows or ""), table["tablename"]
        for secret in secrets:
            written = {secret.hex(), secret.decode("latin-1")[:40]} | set(
                re.findall(r'"[dpq]": ?"(.{40})', secret.decode("latin-1"))
            )
            assert not [one for one in written if one in (rows or "")], table["tablename"]


def test_keys_are_listed_and_one_that_others_may_read_is_pointed_at(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "list"]) == 0
    (folder / "hashing.key").chmod(0o640)
    assert main(["keys", "list"]) == 1
    said = capsys.readouterr().out
    assert "hashing.key  OPEN TO OTHERS" in said
    assert folder.joinpath("audit-mac-1").read_text() not in said


def test_keys_that_are_not_there_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEVE_DATA", str(tmp_path))
    assert main(["keys", "list"]) == 1
    assert "there are no keys" in capsys.readouterr().err


def test_keys_rotate_by_command_and_the_old_ones_verify_on(folder: Path) -> None:
    before = {key["kid"] for key in Keys(folder).public()["keys"]}
    assert main(["keys", "rotate", "all"]) == 0
    after = {key["kid"] for key in Keys(folder).public()["keys"]}
    assert before < after
    assert Keyring.open(folder).mac_number == Keyring.open(folder).seal_number == 2
    assert (folder / "audit-mac-1").exists()


async def test_a_running_server_takes_new_keys_up_and_goes_on(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    doctor = await whole.api("doc-app")
    assert (await doctor.get("/fhir/Patient/ana")).status_code == 200
    known = {key["kid"] for key in (await whole.client().get("/oauth/jwks")).json()["keys"]}
    monkeypatch.setenv("SEVE_DATA", str(whole.data))
    assert main(["keys", "rotate", "all"]) == 0
    monkeypatch.setattr("seve.engine.identity.keys._LOOK_SECONDS", -1.0)
    shown = {key["kid"] for key in (await whole.client().get("/oauth/jwks")).json()["keys"]}
    assert known < shown
    assert (await doctor.get("/fhir/Patient/ana")).status_code == 200


async def test_published_keys_are_strong(whole: Whole) -> None:
    for key in (await whole.client().get("/oauth/jwks")).json()["keys"]:
        assert len(key["n"]) >= 512, "a modulus of 3072 bits in base64url"
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi"}


def test_cryptography_is_used_where_the_inventory_says_and_nowhere_else() -> None:
    """And MD5, SHA-1 and the unsafe random numbers nowhere for security."""
    pattern = re.compile(r"^\s*(?:from|import) (?:cryptography|joserfc|argon2|webauthn)\b", re.MULTILINE)
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if pattern.search(file.read_text(encoding="utf-8"))
    }
    assert found <= USERS, f"docs/reference/secrets.md tells of {sorted(USERS)}; {sorted(found - USERS)} is new"
    weak = re.compile(r"\b(?:md5|sha1)\(")
    for folder in ("engine/identity", "store/audit", "web", "rest"):
        for file in (SOURCE / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            assert not weak.search(text), file
            assert "import random" not in text, file
