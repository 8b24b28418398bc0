"""Somebody with every right in the database rewrites the trail: `verify` finds each attempt, and names the entry."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.store.audits import a_trail, entries, read_of, verified

from seve.store.audit import heads
from seve.store.audit.acts import prepared
from seve.store.audit.chain import Entry
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.sealing import seal, seal_all
from seve.store.audit.seals import Signed, StoredSeal
from seve.store.database import Database

CHANGES = {
    "vid": "vid - 1000000000000",
    "strand": "strand + 1",
    "agent": "agent + 1",
    "number": "number + 1000",
    "secret": "secret + 1",
    "mac": "sha256(mac)",
    "keys": "keys[2:]",
    "content": "replace(content, 'Patient/', 'Patient/9')",
}
SEAL_CHANGES = {
    "number": "number + 1000",
    "hash": "sha256(hash)",
    "signature": "substr(signature, 33) || substr(signature, 1, 32)",
    "peaks": "sha256(peaks) || substr(peaks, 33)",
    "content": "replace(content, '\"time\":1', '\"time\":2')",
}


async def run(store: Database, sql: str, *arguments: Any) -> None:
    await store.pool.execute(sql, *arguments)


async def sealed_and_not(store: Database) -> tuple[list[Entry], list[Entry]]:
    """The entries under seals, and the others."""
    rows = await store.pool.fetch("SELECT strand, max(last) AS last FROM audit_sealed GROUP BY strand")
    last = {row["strand"]: row["last"] for row in rows}
    found = await entries(store)
    return (
        [e for e in found if e.number <= last.get(e.strand, 0)],
        [e for e in found if e.number > last.get(e.strand, 0)],
    )


async def test_a_trail_that_nobody_touched_is_sound(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    report = await verified(store, keyring)
    sealed, others = await sealed_and_not(store)
    assert report.is_sound, report.faults
    assert (report.resources, report.unsealed, report.seals) == (len(sealed) + len(others), len(others), 4)
    assert report.oldest_unsealed == min(e.vid for e in others)
    assert sealed and others


@pytest.mark.parametrize("is_sealed", [True, False])
@pytest.mark.parametrize("column", CHANGES)
async def test_a_change_in_any_column_is_found(store: Database, keyring: Keyring, column: str, is_sealed: bool) -> None:
    await a_trail(store, keyring)
    sealed, others = await sealed_and_not(store)
    for victim in random.Random(column).sample(sealed if is_sealed else others, 3):
        await run(store, f"UPDATE audit SET {column} = {CHANGES[column]} WHERE vid = $1", victim.vid)
        report = await verified(store, keyring)
        assert not report.is_sound
        first = report.faults[0]
        if column not in ("strand", "number"):
            assert (first.strand, first.number) == (victim.strand, victim.number), str(first)
        elif is_sealed:
            assert (first.kind, first.strand, first.number) == ("removed", victim.strand, victim.number), str(first)
        await run(store, "DELETE FROM audit WHERE vid = ANY ($1)", [victim.vid, victim.vid - 1_000_000_000_000])
        columns = (victim.vid, victim.strand, victim.agent, victim.number, victim.secret, victim.mac)
        await run(
            store,
            "INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6, $7::text::bigint[], $8)",
            *columns,
            victim.keys,
            victim.content,
        )
        assert (await verified(store, keyring)).is_sound, "put back as it was"


@pytest.mark.parametrize("column", SEAL_CHANGES)
async def test_a_change_in_any_column_of_a_seal_is_found(store: Database, keyring: Keyring, column: str) -> None:
    await a_trail(store, keyring)
    await run(store, f"UPDATE audit_seal SET {column} = {SEAL_CHANGES[column]} WHERE number = 2")
    report = await verified(store, keyring)
    assert report.faults[0].seal == (3 if column == "number" else 2), report.faults[0]


@pytest.mark.parametrize("change", ["last = last + 1", "seal = seal + 1", "mac = sha256(mac)", "strand = strand + 1"])
async def test_a_change_in_the_index_of_seals_is_found(store: Database, keyring: Keyring, change: str) -> None:
    await a_trail(store, keyring)
    await run(
        store,
        f"UPDATE audit_sealed SET {change} WHERE (strand, last) = (SELECT max(strand), max(last) FROM audit_sealed WHERE strand = (SELECT max(strand) FROM audit_sealed))",
    )
    assert not (await verified(store, keyring)).is_sound


async def test_an_entry_deleted_from_the_middle_is_named(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    sealed, _ = await sealed_and_not(store)
    victim = next(e for e in sealed if e.number == 3)
    await run(store, "DELETE FROM audit WHERE vid = $1", victim.vid)
    (fault,) = (await verified(store, keyring)).faults
    assert (fault.kind, fault.strand, fault.number) == ("removed", victim.strand, 3)


async def test_the_tail_of_a_sealed_strand_is_missed(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring, unsealed=0)
    strand = (await entries(store))[-1].strand
    last = max(e.number for e in await entries(store) if e.strand == strand)
    await run(store, "DELETE FROM audit WHERE strand = $1 AND number > $2", strand, last - 2)
    (fault,) = (await verified(store, keyring)).faults
    assert (fault.kind, fault.strand, fault.number) == ("removed", strand, last - 1)


async def test_a_whole_strand_is_missed(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    strand = (await entries(store))[0].strand
    await run(store, "DELETE FROM audit WHERE strand = $1", strand)
    await run(store, "DELETE FROM audit_sealed WHERE strand = $1", strand)
    assert any(f.kind == "removed" and f.strand == strand for f in (await verified(store, keyring)).faults)


@pytest.mark.parametrize("seal_", [1, 2, 4])
async def test_the_entries_of_a_whole_seal_are_missed(store: Database, keyring: Keyring, seal_: int) -> None:
    await a_trail(store, keyring)
    await run(
        store,
        "DELETE FROM audit a USING audit_sealed s WHERE s.seal = $1 AND a.strand = s.strand AND a.number <= s.last "
        "AND a.number > coalesce((SELECT max(last) FROM audit_sealed b WHERE b.strand = s.strand AND b.seal < $1), 0)",
        seal_,
    )
    first = (await verified(store, keyring)).faults[0]
    assert (first.kind, first.seal) == ("removed", seal_)


@pytest.mark.parametrize(("seal_", "kind"), [(1, "removed"), (3, "removed"), (4, "set-back")])
async def test_a_seal_that_is_deleted_is_missed(store: Database, keyring: Keyring, seal_: int, kind: str) -> None:
    await a_trail(store, keyring)
    await run(store, "DELETE FROM audit_seal WHERE number = $1", seal_)
    await run(store, "DELETE FROM audit_sealed WHERE seal = $1", seal_)
    assert (await verified(store, keyring)).faults[0].kind == kind


async def test_two_entries_that_change_places_are_found(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    strand = (await entries(store))[0].strand
    for a, b in ((2, 3), (1, 4)):
        for old, new in ((a, -a), (b, a), (-a, b)):
            await run(store, "UPDATE audit SET number = $3 WHERE strand = $1 AND number = $2", strand, old, new)
        first = (await verified(store, keyring)).faults[0]
        assert (first.strand, first.number) == (strand, a)
        for old, new in ((b, -b), (a, b), (-b, a)):
            await run(store, "UPDATE audit SET number = $3 WHERE strand = $1 AND number = $2", strand, old, new)
        assert (await verified(store, keyring)).is_sound


async def test_two_acts_that_swap_what_they_say_are_found(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    one, other = (await entries(store))[:2]
    for target, source in ((one, other), (other, one)):
        await run(
            store,
            "UPDATE audit SET content = $2, keys = $3::text::bigint[], agent = $4, mac = $5 WHERE vid = $1",
            target.vid,
            source.content,
            source.keys,
            source.agent,
            source.mac,
        )
    first = (await verified(store, keyring)).faults[0]
    assert first.vid == one.vid


async def test_an_entry_that_is_back_dated_is_found(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    victim = next(e for e in await entries(store) if e.number == 4)
    await run(store, "UPDATE audit SET vid = vid - $2 WHERE vid = $1", victim.vid, 86_400_000 << 22)
    first = (await verified(store, keyring)).faults[0]
    assert (first.kind, first.strand, first.number) == ("moved", victim.strand, 4)


@pytest.mark.parametrize("place", ["new strand", "end of a strand", "before a strand", "twice"])
async def test_an_entry_that_is_inserted_is_found(store: Database, keyring: Keyring, place: str) -> None:
    await a_trail(store, keyring)
    found = await entries(store)
    model = found[0]
    end = max(e.number for e in found if e.strand == model.strand)
    strand, number = {
        "new strand": (model.strand - 5, 1),
        "end of a strand": (model.strand, end + 1),
        "before a strand": (model.strand, 0),
        "twice": (model.strand, 2),
    }[place]
    await run(store, "DROP INDEX audit_by_strand")
    try:
        agent, keys, content = prepared(read_of("Patient/1/_history/1", patient="Patient/1"))
        vid = store.clock.next()
        arguments = (vid, strand, agent, number, 1, model.mac, keys, content)
        await run(store, "INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6, $7::text::bigint[], $8)", *arguments)
        report = await verified(store, keyring)
        assert report.faults[0].vid == vid
        assert report.faults[0].kind == ("altered" if place in ("new strand", "end of a strand") else "inserted")
    finally:
        await run(store, "TRUNCATE audit")
        await run(store, "CREATE UNIQUE INDEX audit_by_strand ON audit (strand, number)")


async def test_entries_of_another_store_do_not_pass(store: Database, keyring: Keyring, tmp_path: Any) -> None:
    await a_trail(store, keyring)
    alien = Ledger(store, Keyring.open(tmp_path / "alien"))
    await alien.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    assert [f.kind for f in (await verified(store, keyring)).faults] == ["altered"]


async def test_a_database_set_back_to_an_older_state_is_found_and_seals_no_more(
    store: Database, keyring: Keyring
) -> None:
    await a_trail(store, keyring, seals=2, unsealed=0)
    tables = ("audit", "audit_seal", "audit_sealed")
    for table in tables:
        await run(store, f"CREATE TABLE old_{table} AS TABLE {table}")
    try:
        ledger = Ledger(store, keyring)
        await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
        async with store.pool.acquire() as connection:
            await seal(connection, keyring)
            for table in tables:
                await run(store, f"TRUNCATE {table}")
                await run(store, f"INSERT INTO {table} SELECT * FROM old_{table}")
            assert [f.kind for f in (await verified(store, keyring)).faults] == ["set-back"]
            with pytest.raises(heads.SetBackError):
                await seal(connection, keyring)
            fresh = Ledger(store, keyring)
            assert await heads.accept(fresh, keyring, reason="restored from the backup of Sunday", by="cli") == 3
            assert await seal_all(connection, keyring) == 1
        report = await verified(store, keyring)
        assert report.is_sound, report.faults
        assert report.set_back == ["restored from the backup of Sunday"]
    finally:
        for table in tables:
            await run(store, f"DROP TABLE old_{table}")


async def test_who_has_the_keys_too_is_found_by_heads_that_were_published(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring, unsealed=0)
    row = await store.pool.fetchrow("SELECT number, hash, signature, peaks, content FROM audit_seal WHERE number = 4")
    published = StoredSeal(*row).signed
    assert (await verified(store, keyring, published)).heads == 1
    await run(store, "TRUNCATE audit, audit_seal, audit_sealed")
    (keyring.directory / "audit-head").unlink()
    await a_trail(store, keyring, unsealed=0)  # with the true keys, another history
    assert (await verified(store, keyring)).is_sound, "alone, it can't be told"
    (fault,) = (await verified(store, keyring, published)).faults
    assert (fault.kind, fault.seal) == ("set-back", 4)


async def test_a_published_head_that_was_altered_is_refused(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    row = await store.pool.fetchrow("SELECT number, hash, signature, peaks, content FROM audit_seal WHERE number = 2")
    head = StoredSeal(*row).signed
    altered = Signed(head.content.replace('"count":', '"count":1'), head.signature)
    assert [f.kind for f in (await verified(store, keyring, altered)).faults] == ["seal"]
    with pytest.raises(ValueError, match="not a signed seal"):
        Signed.read('{"content": "x", "signature": "00"}')


@pytest.mark.parametrize("seed", range(25))
async def test_random_damage_is_found(store: Database, keyring: Keyring, seed: int) -> None:
    """Any one row of any table changed, deleted, or replaced by another row's columns."""
    await a_trail(store, keyring)
    chance = random.Random(seed)
    table, changes = chance.choice([("audit", CHANGES), ("audit", CHANGES), ("audit_seal", SEAL_CHANGES)])
    column = chance.choice(sorted(changes))
    rows = await store.pool.fetch(f"SELECT ctid::text FROM {table} ORDER BY ctid")
    place = chance.choice(rows)[0]
    if chance.random() < 0.3 and not (table == "audit" and await _is_tail(store, place)):
        await run(store, f"DELETE FROM {table} WHERE ctid = '{place}'")
    else:
        await run(store, f"UPDATE {table} SET {column} = {changes[column]} WHERE ctid = '{place}'")
    assert not (await verified(store, keyring)).is_sound


async def _is_tail(store: Database, place: str) -> bool:
    """The last entry of a strand without a seal: the window that the documentation tells of."""
    sql = "SELECT NOT EXISTS (SELECT FROM audit b WHERE b.strand = a.strand AND b.number > a.number) FROM audit a WHERE a.ctid = $1::text::tid"
    found: bool = await store.pool.fetchval(sql, place)
    return found
