"""Proofs for the officer's desk: the last seal, a verification of the whole trail in the background, the proof of one entry."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from seve.engine.identity.refusals import OfficerNeeded
from seve.kernel.identifiers import new_id
from seve.kernel.refusals import Refusal
from seve.store import tasks
from seve.store.audit import proofs
from seve.store.audit.verification import Report, count, verify
from seve.store.rights import working

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.principal import Principal
    from seve.store.audit.proofs import Inclusion
    from seve.store.audit.seals import Signed
    from seve.store.grant import Grant
    from seve.store.tasks import Hold, Task

VERIFY = "verify"
_TELL_SECONDS = 0.5


class NoProof(Refusal):
    """There is no such entry, or it has no seal yet."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/rights.refusals.no_proof"


async def head(engine: Engine, principal: Principal) -> Signed | None:
    """The newest seal, None before the first. Raises OfficerNeeded."""
    _check(principal)
    async with engine.database.pool.acquire() as connection:
        return await proofs.last_head(connection)


async def prove(engine: Engine, principal: Principal, vid: int) -> Inclusion:
    """The proof that an entry is in the trail. Raises OfficerNeeded, NoProof."""
    _check(principal)
    async with engine.database.pool.acquire() as connection:
        try:
            return await proofs.prove(connection, vid)
        except LookupError as error:
            raise NoProof from error


async def ask_verification(engine: Engine, principal: Principal, grant: Grant) -> None:
    """Has the trail verified in the background, unless it is being done. Raises OfficerNeeded."""
    _check(principal)
    known = await verification(engine, principal, grant)
    if known is None or known.state in ("done", "failed"):
        await tasks.add(engine.database.pool, grant, id_=new_id(), kind=VERIFY, request={})


async def verification(engine: Engine, principal: Principal, grant: Grant) -> Task | None:
    """The last verification asked for, with its progress (`done`, `total`) or its report. Raises OfficerNeeded."""
    _check(principal)
    return await working.latest(engine.database.pool, grant, VERIFY)


async def run_verification(engine: Engine, hold: Hold) -> dict[str, Any]:
    """The work of the task: the report, in figures and sentences without a person's data."""
    done = 0

    def tell(number: int, so_far: Report) -> None:
        nonlocal done
        del so_far
        done += number

    async with engine.database.pool.acquire() as connection:
        total = await count(connection)
        work = asyncio.create_task(verify(connection, engine.ledger.keys, tell=tell))
        try:
            while not (await asyncio.wait({work}, timeout=_TELL_SECONDS))[0]:
                await hold.advance({"done": done, "total": total})
            report = work.result()
        finally:
            work.cancel()
    return {
        "done": total,
        "total": total,
        "entries": report.resources,
        "seals": report.seals,
        "unsealed": report.unsealed,
        "is_sound": report.is_sound,
        "faults": [str(fault) for fault in report.faults],
    }


def _check(principal: Principal) -> None:
    if principal.kind != "officer":
        raise OfficerNeeded
