"""Appending to the trail: alone, in batches, as a part of other statements, and when it is unknown what became of it."""

import asyncio
import stat
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from tests.store.audits import entries, read_of

from seve.fhir.search.keys import value_key
from seve.store.audit.acts import ENTITY, OTHER_AGENT, Act, act_of
from seve.store.audit.chain import START, mac_of
from seve.store.audit.keys import Keyring, MissingKeyError, is_signed
from seve.store.audit.ledger import Ledger
from seve.store.audit.rows import insert_from
from seve.store.database import Database


async def test_a_recorded_act_is_a_row_whose_mac_covers_it(store: Database, ledger: Ledger, keyring: Keyring) -> None:
    act = read_of("Observation/1/_history/2", patient="Patient/1", agent="Practitioner/7", display="Dr Zoé Karim")
    await ledger.record([act])
    (entry,) = await entries(store)
    assert act_of(entry.content) == act
    assert entry.agent == value_key("Practitioner/7")
    assert set(map(int, entry.keys.strip("{}").split(","))) == {
        value_key("Patient/1"),
        value_key("Observation/1") ^ ENTITY,
        value_key("Device/web") ^ OTHER_AGENT,
    }
    assert entry.mac == mac_of(keyring.mac_key(1), START, entry.message)


async def test_acts_that_arrive_together_share_statements_and_none_is_lost(store: Database, ledger: Ledger) -> None:
    acts = [read_of(f"Observation/{n}/_history/1", patient=f"Patient/{n % 7}") for n in range(500)]
    await asyncio.gather(*(ledger.record([act]) for act in acts))
    found = await entries(store)
    assert sorted(act_of(e.content).entities for e in found) == sorted(act.entities for act in acts)
    assert len({e.strand for e in found}) <= 2
    for strand in {e.strand for e in found}:
        assert [e.number for e in found if e.strand == strand] == list(
            range(1, 1 + sum(e.strand == strand for e in found))
        )


async def test_sixteen_strands_at_once_do_not_wait_for_each_other(store: Database, ledger: Ledger) -> None:
    everyone_is_in = asyncio.Barrier(16)

    async def write(turn: int) -> None:
        async with (
            ledger.strand() as strand,
            store.pool.acquire() as connection,
            connection.transaction(),
        ):
            rows = strand.rows([read_of(f"Patient/{turn}/_history/1", patient=f"Patient/{turn}")])
            await connection.execute(insert_from(1), *rows.arguments())
            await everyone_is_in.wait()  # all sixteen transactions are open, and none has committed
            strand.advance()

    async with asyncio.timeout(20):
        await asyncio.gather(*map(write, range(16)))
    assert len({e.strand for e in await entries(store)}) == 16


async def test_the_insert_is_a_part_of_another_statement(store: Database, ledger: Ledger) -> None:
    sql = f"WITH audited AS ({insert_from(3)}) INSERT INTO setting SELECT $1, $2"
    async with ledger.strand() as strand:
        rows = strand.rows([read_of("Patient/1/_history/1", patient="Patient/1")])
        await store.pool.execute(sql, "audit-test", "x", *rows.arguments())
        strand.advance()
    await store.pool.execute("DELETE FROM setting WHERE name = 'audit-test'")
    assert len(await entries(store)) == 1


async def test_a_statement_that_was_refused_leaves_the_strand_where_it_was(store: Database, ledger: Ledger) -> None:
    for wanted in (1, 0, 2):
        sql = f"WITH audited AS ({insert_from(2)}) SELECT 1 / $1::integer"
        try:
            async with ledger.strand() as strand:
                rows = strand.rows([read_of(f"Patient/{wanted}/_history/1", patient="Patient/1")])
                await store.pool.execute(sql, wanted, *rows.arguments())
                strand.advance()
        except asyncpg.DivisionByZeroError:
            assert wanted == 0
    found = await entries(store)
    assert [(e.number, act_of(e.content).entities[0]) for e in found] == [
        (1, "Patient/1/_history/1"),
        (2, "Patient/2/_history/1"),
    ]
    assert len({e.strand for e in found}) == 1


async def test_an_unknown_outcome_leaves_the_strand_and_the_next_one_says_so(store: Database, ledger: Ledger) -> None:
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    with suppress(asyncio.CancelledError):
        async with ledger.strand() as strand:
            strand.rows([read_of("Patient/2/_history/1", patient="Patient/2")] * 3)
            raise asyncio.CancelledError
    await ledger.record([read_of("Patient/3/_history/1", patient="Patient/3")])
    first, notice, last = await entries(store)
    assert notice.strand == last.strand != first.strand
    told = act_of(notice.content)
    assert told.interaction == "abandoned"
    assert told.detail == f'{{"strand":"{first.strand}","last":1,"made":4}}'


async def test_rows_that_were_dropped_leave_no_gap(store: Database, ledger: Ledger) -> None:
    async with ledger.strand() as strand:
        strand.rows([read_of("Patient/1/_history/1", patient="Patient/1")])
        strand.drop()
    await ledger.record([read_of("Patient/2/_history/1", patient="Patient/2")])
    assert [e.number for e in await entries(store)] == [1]


async def test_who_records_is_told_when_the_database_refuses(store: Database, ledger: Ledger) -> None:
    await store.pool.execute("ALTER TABLE audit ADD CONSTRAINT never CHECK (false)")
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    finally:
        await store.pool.execute("ALTER TABLE audit DROP CONSTRAINT never")
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    assert [e.number for e in await entries(store)] == [1]


async def test_half_a_surrogate_pair_is_refused_to_its_sender_alone(store: Database, ledger: Ledger) -> None:
    outcomes = await asyncio.gather(
        ledger.record([Act(interaction="search", action="E", query="name=\ud800")]),
        ledger.record([Act(interaction="search", action="E", query="name=\0 \n é 😀")]),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], UnicodeEncodeError)
    assert len(outcomes[1]) == 1
    assert [act_of(e.content).query for e in await entries(store)] == ["name=\0 \n é 😀"]


def test_keys_are_made_once_for_the_owner_alone_and_rotate(tmp_path: Path) -> None:
    directory = tmp_path / "keys"
    ring, again = Keyring.open(directory), Keyring.open(directory)
    assert ring.mac_key(1) == again.mac_key(1)
    assert len(ring.mac_key(1)) == 32
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
    assert modes == {"audit-mac-1": 0o600, "audit-seal-1": 0o600, "audit-seal-1.pub": 0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert ring.rotate() == (2, 2)
    assert (again.mac_number, again.seal_number) == (2, 2)
    assert again.mac_key(2) != again.mac_key(1)
    signature = again.sign(b"x", number=2)
    assert is_signed(b"x", signature, public_key=ring.public_key(2))
    assert not is_signed(b"y", signature, public_key=ring.public_key(2))
    assert not is_signed(b"x", signature, public_key=ring.public_key(1))
    with pytest.raises(MissingKeyError):
        ring.mac_key(3)
