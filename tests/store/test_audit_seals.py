"""Sealing, proofs for people outside, rotation of keys, and retention."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import msgspec
import pytest
from tests.store.audits import a_trail, entries, read_of, verified

from seve.kernel.refusals import Refusal
from seve.store.audit import proofs, retention
from seve.store.audit.acts import act_of
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.rows import insert_from
from seve.store.audit.sealing import LOCK, seal, seal_all
from seve.store.audit.seals import Signed
from seve.store.database import Database


async def sealed(store: Database, keyring: Keyring) -> int:
    async with store.pool.acquire() as connection:
        return await seal_all(connection, keyring)


async def proof_of(store: Database, vid: int) -> proofs.Inclusion:
    async with store.pool.acquire() as connection:
        found = await proofs.prove(connection, vid)
    again = proofs.read(msgspec.json.encode(found))
    assert isinstance(again, proofs.Inclusion)
    return again


async def test_a_seal_takes_all_that_waits_and_the_next_only_what_came_since(
    store: Database, ledger: Ledger, keyring: Keyring
) -> None:
    assert await sealed(store, keyring) == 0
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")] * 3)
    assert await sealed(store, keyring) == 3
    assert await sealed(store, keyring) == 0
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    assert await sealed(store, keyring) == 1
    report = await verified(store, keyring)
    assert (report.is_sound, report.seals, report.unsealed) == (True, 2, 0)


async def test_many_entries_of_one_strand_take_several_seals(store: Database, ledger: Ledger, keyring: Keyring) -> None:
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")] * 9_000)
    assert await sealed(store, keyring) == 9_000
    report = await verified(store, keyring)
    assert (report.is_sound, report.seals, report.resources) == (True, 3, 9_000)


async def test_one_seals_at_a_time(store: Database, ledger: Ledger, keyring: Keyring) -> None:
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    async with store.transaction(locks=[LOCK]), store.pool.acquire() as other:
        assert await seal(other, keyring) is None
    assert await sealed(store, keyring) == 1


async def test_entries_written_while_seals_are_made_are_each_sealed_once(store: Database, keyring: Keyring) -> None:
    ledgers = [Ledger(store, keyring) for _ in range(3)]

    async def write(ledger: Ledger) -> None:
        for turn in range(40):
            await ledger.record([read_of(f"Patient/{turn}/_history/1", patient=f"Patient/{turn}")])

    writers = asyncio.gather(*map(write, ledgers))
    while not writers.done():
        await sealed(store, keyring)
    await writers
    await sealed(store, keyring)
    report = await verified(store, keyring)
    assert (report.is_sound, report.resources, report.unsealed) == (True, 120, 0)
    assert report.seals > 3


async def test_a_seal_tells_at_once_what_was_altered_before_it(
    store: Database, ledger: Ledger, keyring: Keyring
) -> None:
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")] * 3)
    await store.pool.execute("UPDATE audit SET content = replace(content, 'read', 'vread') WHERE number = 2")
    async with store.pool.acquire() as connection:
        made = await seal(connection, keyring)
    assert made
    assert [(fault.kind, fault.number) for fault in made.faults] == [("altered", 2)]


async def test_a_refusal_leaves_the_strand_in_use(store: Database, ledger: Ledger, keyring: Keyring) -> None:
    with suppress(Refusal):
        async with ledger.strand() as strand, store.transaction() as connection:
            rows = strand.rows([read_of("Patient/1/_history/1", patient="Patient/1")])
            await connection.execute(insert_from(1), *rows.arguments())
            raise Refusal
    await ledger.record([read_of("Patient/2/_history/1", patient="Patient/2")])
    assert [e.number for e in await entries(store)] == [1]


async def test_a_strand_that_someone_continued_is_left(store: Database, ledger: Ledger, keyring: Keyring) -> None:
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    await store.pool.execute(
        "INSERT INTO audit SELECT vid + 1, strand, agent, 2, secret, mac, keys, content FROM audit"
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        await ledger.record([read_of("Patient/2/_history/1", patient="Patient/2")])
    await ledger.record([read_of("Patient/3/_history/1", patient="Patient/3")])
    assert act_of((await entries(store))[-2].content).interaction == "abandoned"


async def test_keys_rotate_and_what_they_made_before_stays_sound(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    keyring.rotate()
    await Ledger(store, keyring).record([read_of("Patient/1/_history/1", patient="Patient/1")])
    await sealed(store, keyring)
    assert {e.secret for e in await entries(store)} == {1, 2}
    assert (await verified(store, keyring)).is_sound
    (keyring.directory / "audit-mac-1").unlink()
    assert (await verified(store, Keyring.open(keyring.directory))).faults[0].kind == "key"


async def test_every_entry_is_proved_with_the_public_key_alone(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring, unsealed=0)
    public = {1: keyring.public_key(1)}
    for entry in await entries(store):
        act = proofs.check(await proof_of(store, entry.vid), public)
        assert act == act_of(entry.content)


async def test_what_is_not_sealed_or_not_there_has_no_proof(store: Database, ledger: Ledger, keyring: Keyring) -> None:
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    with pytest.raises(proofs.NotSealedError):
        await proof_of(store, (await entries(store))[0].vid)
    with pytest.raises(proofs.NotSealedError):
        await proof_of(store, 1)


@dataclass(frozen=True)
class Forgery:
    name: str
    proof: proofs.Inclusion


async def test_a_proof_that_was_altered_anywhere_proves_nothing(store: Database, keyring: Keyring) -> None:
    await a_trail(store, keyring, unsealed=0)
    public = {1: keyring.public_key(1)}
    found = await entries(store)
    proof, other = await proof_of(store, found[0].vid), await proof_of(store, found[-1].vid)
    change = msgspec.structs.replace
    seal_text = Signed(proof.seal.content.replace('"count":', '"count":1'), proof.seal.signature)
    forgeries = [
        Forgery("entry", change(proof, entry=change(proof.entry, content=other.entry.content))),
        Forgery("time", change(proof, entry=change(proof.entry, vid=proof.entry.vid + 1))),
        Forgery("mac", change(proof, entry=change(proof.entry, mac="00" * 32))),
        Forgery("index", change(proof, index=proof.index + 1)),
        Forgery("path", change(proof, path=proof.path[:-1])),
        Forgery("seal", change(proof, seal=seal_text)),
        Forgery("seal of another", change(proof, seal=other.seal)),
        Forgery("head", change(proof, head=change(proof.head, signature="00" * 64))),
        Forgery("history", change(proof, history=[*proof.history[:-1], "00" * 32])),
        Forgery("older head", change(other, head=proof.seal)),
    ]
    for forgery in forgeries:
        with pytest.raises(proofs.ProofError):
            proofs.check(forgery.proof, public)
    with pytest.raises(proofs.ProofError, match="public key 1 was not given"):
        proofs.check(proof, {})
    for text in ("", "{}", '{"proof":"inclusion"}', "\ufeff[]"):
        with pytest.raises(proofs.ProofError):
            proofs.read(text)


async def test_an_older_head_is_proved_to_be_the_beginning(store: Database, keyring: Keyring) -> None:
    heads = list[Signed]()
    async with store.pool.acquire() as connection:
        for _ in range(9):
            await Ledger(store, keyring).record([read_of("Patient/1/_history/1", patient="Patient/1")])
            await seal(connection, keyring)
            head = await proofs.last_head(connection)
            assert head
            heads.append(head)
        public = {1: keyring.public_key(1)}
        for head in heads:
            proof = proofs.read(msgspec.json.encode(await proofs.prove_since(connection, head)))
            assert isinstance(proof, proofs.Consistency)
            assert proofs.check(proof, public) is None
            if 1 < head.seal.number < 9:
                for wrong in ({"path": []}, {"history": proof.history[1:]}, {"old": heads[0]}):
                    with pytest.raises(proofs.ProofError):
                        proofs.check(msgspec.structs.replace(proof, **wrong), public)
        with pytest.raises(proofs.NotSealedError):
            await proofs.prove_since(connection, Signed(heads[0].content.replace('"time":1', '"time":2'), ""))


async def test_a_purge_takes_whole_seals_says_so_and_what_remains_is_sound(
    store: Database, ledger: Ledger, keyring: Keyring
) -> None:
    await a_trail(store, keyring)
    assert await retention.purge(store, ledger, older_than_days=1) == 0
    before = len(await entries(store))
    gone = await retention.purge(store, ledger, older_than_days=-1)
    left = await entries(store)
    assert gone == before + 1 - len(left) > 20
    assert any(act_of(e.content).interaction == "purge" for e in left)
    report = await verified(store, keyring)
    assert report.is_sound, report.faults
    assert report.purged_seals == 4
    await sealed(store, keyring)
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    await sealed(store, keyring)
    assert (await verified(store, keyring)).is_sound
    assert await retention.purge(store, ledger, older_than_days=-1) > 0
    report = await verified(store, keyring)
    assert (report.is_sound, report.purged_seals, report.unsealed) == (True, 6, 1), report.faults


async def test_who_deletes_as_a_purge_does_is_found(store: Database, ledger: Ledger, keyring: Keyring) -> None:
    await a_trail(store, keyring)
    await retention.purge(store, ledger, older_than_days=-1)
    await ledger.record([read_of("Patient/1/_history/1", patient="Patient/1")])
    await sealed(store, keyring)
    await store.pool.execute("DELETE FROM audit")
    report = await verified(store, keyring)
    assert (report.faults[0].kind, report.faults[0].seal) == ("removed", 5)
