"""The embedded provider: what a person shows, and the proof that comes of it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from seve.engine.identity import code_generators, passwords
from seve.engine.identity.attempts import Attempt
from seve.engine.identity.holding import Held
from seve.engine.identity.refusals import (
    LastProof,
    OfficerNeeded,
    SignInRefused,
    StepExpired,
)
from seve.engine.identity.sessions import Proof, check_fresh, end_all
from seve.engine.identity.tokens import digest, new_token
from seve.fhir.search.keys import fold
from seve.store.identity import accounts, credentials

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_CODE_CHARACTERS = 16  # of 31: 79 bits
_MOST_CHARACTERS = 200


async def with_password(identity: Identity, *, login: str, password: str, address: str) -> Proof | str:
    """A persona's proof; for others the token of the step that a code completes, whether or not the password was right.

    Raises TooManyAttempts. Nobody learns from the first step alone whether
    the name exists or the password is right: both are told together, after the code.
    """
    attempt = Attempt(identity, name=login, address=address)
    await attempt.begin()
    account = await accounts.by_login(identity.database.pool, fold(login[:_MOST_CHARACTERS]))
    is_right = await passwords.is_right(identity, account, password)
    if is_right and account is not None and account.is_demo:
        await attempt.succeeded()
        return Proof(account.id, ("pwd", "demo"))
    token = new_token()
    data = {"account": account.id if account and is_right else "", "login": login[:_MOST_CHARACTERS]}
    await credentials.put_ceremony(
        identity.database.pool, digest(token), "second", data=data, seconds=identity.policy.ceremony_seconds
    )
    return token


async def with_second_factor(identity: Identity, *, token: str, code: str, address: str) -> Proof:
    """Completes `with_password` by a code of the generator or a recovery code. Raises StepExpired, SignInRefused, TooManyAttempts."""
    pool, key = identity.database.pool, digest(token)
    seen = await credentials.see_ceremony(pool, key, "second")
    if seen is None:
        raise StepExpired
    attempt = Attempt(identity, name=seen["login"], address=address)
    await attempt.begin()
    data = await credentials.take_ceremony(pool, key, "second")
    if data is None:
        raise StepExpired
    if not data["account"] or not await _is_code(identity, data["account"], code):
        await attempt.failed(account=data["account"])
        raise SignInRefused
    await attempt.succeeded()
    return Proof(data["account"], ("pwd", "otp", "mfa"))


async def with_recovery_code(identity: Identity, *, login: str, code: str, address: str) -> Proof:
    """A recovery code, or one that an officer gave: taken once. Raises SignInRefused, TooManyAttempts."""
    attempt = Attempt(identity, name=login, address=address)
    await attempt.begin()
    pool = identity.database.pool
    account = await accounts.by_login(pool, fold(login[:_MOST_CHARACTERS]))
    secret = digest(typed(code))
    known = account.id if account and not account.is_blocked else ""
    is_own = await credentials.spend(pool, known, kind="recovery", secret=secret)
    is_given = await credentials.spend(pool, known, kind="help", secret=secret)
    if not (is_own or is_given):
        await attempt.failed()
        raise SignInRefused
    await attempt.succeeded()
    await end_all(identity, known)
    await accounts.tell(pool, known, "recovered" if is_own else "recovered_with_help", by=known)
    return Proof(known, ("recovery",))


async def new_recovery_codes(identity: Identity, held: Held) -> list[str]:
    """Ten codes, in place of those before. Shown once. Raises ProofTooOld."""
    check_fresh(identity, held)
    codes = [new_code() for _ in range(_RECOVERY_CODES)]
    account = held.principal.account
    async with identity.database.transaction() as connection:
        await credentials.remove_kind(connection, account, "recovery")
        for code in codes:
            await credentials.add(
                connection, account, id_=secrets.token_bytes(16), kind="recovery", secret=digest(typed(code))
            )
        await accounts.tell(connection, account, "recovery_codes", by=account)
    return codes


async def help_out(identity: Identity, held: Held, *, account: str) -> tuple[str, datetime]:
    """An officer's one-time code for somebody who lost everything, and when it ends. Both are told.

    Raises OfficerNeeded (also for one's own account), ProofTooOld, SignInRefused when there is no such account.
    """
    officer, pool = held.principal, identity.database.pool
    if officer.kind != "officer" or officer.client or officer.account == account:
        raise OfficerNeeded
    check_fresh(identity, held)
    if await accounts.by_id(pool, account) is None:
        raise SignInRefused
    code, until = new_code(), datetime.now(UTC) + timedelta(seconds=identity.policy.help_seconds)
    async with identity.database.transaction() as connection:
        await credentials.remove_kind(connection, account, "help")
        await credentials.add(
            connection,
            account,
            id_=secrets.token_bytes(16),
            kind="help",
            secret=digest(typed(code)),
            label=officer.account,
            expires=until,
        )
        await accounts.tell(connection, account, "help_given", by=officer.account)
        await accounts.tell(connection, officer.account, "gave_help", by=officer.account)
    return code, until


async def shut_out(identity: Identity, held: Held, *, account: str) -> None:
    """An officer blocks an account: everything that it holds ends at once. Raises OfficerNeeded, ProofTooOld, SignInRefused."""
    officer = held.principal
    if officer.kind != "officer" or officer.client or officer.account == account:
        raise OfficerNeeded
    check_fresh(identity, held)
    async with identity.database.transaction() as connection:
        if not await accounts.block(connection, account):
            raise SignInRefused
        await accounts.tell(connection, account, "blocked", by=officer.account)
        await accounts.tell(connection, officer.account, "blocked_somebody", by=officer.account)
    identity.held.clear()


async def remove_credential(identity: Identity, held: Held, credential: bytes) -> None:
    """Takes a passkey or a generator away. Raises ProofTooOld, LastProof; StepExpired when it is gone already."""
    check_fresh(identity, held)
    account = held.principal.account
    async with identity.database.transaction() as connection:
        kind = await credentials.remove(connection, account, credential)
        if kind is None:
            raise StepExpired
        left = await credentials.of(connection, account, "passkey", "totp", "password")
        kinds = {one.kind for one in left}
        if "passkey" not in kinds and not {"totp", "password"} <= kinds:
            raise LastProof
        await accounts.tell(connection, account, f"removed_{kind}", by=account)


async def _is_code(identity: Identity, account: str, code: str) -> bool:
    if await code_generators.is_right(identity, account, code):
        return True
    return await credentials.spend(identity.database.pool, account, kind="recovery", secret=digest(typed(code)))


def new_code() -> str:
    """A one-time code: 79 random bits in four groups."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_CHARACTERS))
    return "-".join(code[start : start + 4] for start in range(0, _CODE_CHARACTERS, 4))


def typed(code: str) -> str:
    """A code without the spaces, hyphens and capitals that people add."""
    return "".join(character for character in code.lower()[:_MOST_CHARACTERS] if character in _ALPHABET)
