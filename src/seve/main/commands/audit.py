"""audit: verify the audit trail, prove an entry of it, publish its heads.

The keys are in the data directory (`keys/`). `check` needs no store, only the public key.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from seve.engine.audit.telling import told_to_outsiders
from seve.kernel.identifiers import instant_of
from seve.main.holding import running_store
from seve.main.progress import Progress, say
from seve.main.settings import Settings
from seve.main.wiring import prepared
from seve.store import dumping
from seve.store.audit import heads, proofs, retention
from seve.store.audit.keys import Keyring
from seve.store.audit.ledger import Ledger
from seve.store.audit.seals import Signed
from seve.store.audit.verification import Report, count, verify
from seve.store.database import Database

if TYPE_CHECKING:
    from seve.store.database import Connection


def declare(parser: argparse.ArgumentParser) -> None:
    """One parser an action."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    command = actions.add_parser("verify", help="prove that nothing was altered, removed, inserted or moved")
    command.add_argument("--heads", type=Path, metavar="FILE", help="heads published before, from `seve audit heads`")
    actions.add_parser("heads", help="the newest signed head, to publish outside")
    command = actions.add_parser("prove", help="a proof that an entry is in the trail, as JSON")
    command.add_argument("id", nargs="?", type=int, help="the entry's id (AuditEvent.id)")
    command.add_argument(
        "--since", type=Path, metavar="FILE", help="or that a published head is the beginning of today's history"
    )
    command = actions.add_parser("check", help="check a proof, without the store")
    command.add_argument("proof", type=Path, metavar="PROOF")
    command.add_argument(
        "--key",
        type=Path,
        action="append",
        help="the public key, audit-seal-<n>.pub (default: those of the data directory)",
    )
    actions.add_parser("rotate", help="make new keys; running servers take them up with their next strands")
    command = actions.add_parser("purge", help="delete the entries of seals that are older than the retention")
    command.add_argument("--days", type=float, help="the age in days (default: SEVE_AUDIT_DAYS)")
    command = actions.add_parser("accept", help="say that the database was set back rightly, by restoring a backup")
    command.add_argument("--reason", required=True, help="told in the trail for ever")


def run(options: argparse.Namespace) -> int:
    """Does the action."""
    settings = Settings.read()
    if options.action == "check":
        return _check(settings, options)
    if options.action == "rotate":
        mac, seal = Keyring.open(settings.keys).rotate()
        say(f"new keys: audit-mac-{mac}, audit-seal-{seal}; keep the old ones, they verify what they made")
        return 0
    with running_store(settings):
        return asyncio.run(_with_store(settings, options))


async def _with_store(settings: Settings, options: argparse.Namespace) -> int:
    await prepared(settings)
    if options.action in ("purge", "accept"):
        return await _change(settings, options)
    connection = await dumping.connect(settings.store_url)
    try:
        if options.action == "verify":
            return await _verify(connection, settings, options.heads)
        if options.action == "heads":
            return await _heads(connection)
        return await _prove(connection, options)
    finally:
        await connection.close()


async def _verify(connection: Connection, settings: Settings, published: Path | None) -> int:
    with Progress("audit verify") as progress:
        progress.begin(await count(connection))
        given = _read_heads(published) if published else []
        report = await verify(connection, Keyring.open(settings.keys), heads=given, tell=progress.advance)
    _tell(report)
    return 0 if report.is_sound else 1


def _tell(report: Report) -> None:
    say(f"{report.resources:,} entries, {report.seals:,} seals, {report.heads:,} published heads found in the history")
    if report.unsealed:
        say(f"{report.unsealed:,} entries have no seal yet, the oldest of {instant_of(report.oldest_unsealed)}")
    if report.purged_seals:
        say(f"the entries of seals 1 to {report.purged_seals:,} were purged, as entries of the trail say")
    if report.abandoned:
        say(f"{report.abandoned:,} strands were left with an unknown outcome (a connection that broke)")
    for reason in report.set_back:
        say(f"the database was set back, and this was accepted: {reason}")
    for fault in report.faults:
        say(f"WRONG  {fault}")
    if report.fault_count > len(report.faults):
        say(f"WRONG  … and {report.fault_count - len(report.faults):,} more")
    say("sound" if report.is_sound else f"{report.fault_count:,} faults: the trail was tampered with")


def _read_heads(file: Path) -> list[Signed]:
    return [Signed.read(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


async def _heads(connection: Connection) -> int:
    head = await proofs.last_head(connection)
    if head is None:
        raise ValueError("there is no seal yet")
    say(head.line())
    return 0


async def _prove(connection: Connection, options: argparse.Namespace) -> int:
    if (options.id is None) == (options.since is None):
        raise ValueError("give the id of an entry, or --since with a file of heads")
    try:
        if options.since:
            proof = await proofs.prove_since(connection, _read_heads(options.since)[-1])
        else:
            proof = await proofs.prove(connection, options.id)
    except (LookupError, proofs.ProofError) as error:
        raise ValueError(str(error)) from error
    say(msgspec.json.format(msgspec.json.encode(proof), indent=1).decode())
    return 0


def _check(settings: Settings, options: argparse.Namespace) -> int:
    proof = proofs.read(options.proof.read_bytes())
    act = proofs.check(proof, _public_keys(settings, options.key))
    if isinstance(proof, proofs.Inclusion) and act:
        say(told_to_outsiders(proof.entry.vid, act))
        say(f"proved: sealed by seal {proof.seal.seal.number}, in the history of head {proof.head.seal.number}")
    elif isinstance(proof, proofs.Consistency):
        say(
            f"proved: the history of head {proof.old.seal.number} is the beginning of that of head {proof.new.seal.number}"
        )
    return 0


def _public_keys(settings: Settings, given: list[Path] | None) -> Mapping[int, bytes]:
    """Public keys by the number in their file's name."""
    files = given or sorted(settings.keys.glob("audit-seal-*.pub"))
    found = {file.stem.rpartition("-")[2]: file.read_bytes() for file in files}
    if wrong := [number for number in found if not number.isdigit()]:
        raise ValueError(f"the file of a public key is called audit-seal-<number>.pub, not …{wrong[0]}")
    return {int(number): key for number, key in found.items()}


async def _change(settings: Settings, options: argparse.Namespace) -> int:
    keys = Keyring.open(settings.keys)
    database = await Database.open(settings.store_url, connections=2)
    try:
        ledger = Ledger(database, keys)
        if options.action == "purge":
            days = options.days if options.days is not None else settings.audit_days
            say(f"{await retention.purge(database, ledger, older_than_days=days):,} entries purged")
            return 0
        number = await heads.accept(ledger, keys, reason=options.reason, by="seve audit accept")
        say(f"accepted: seal {number} is given up" if number else "nothing to accept: no head is remembered")
        return 0
    finally:
        await database.close()
