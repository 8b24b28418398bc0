"""Passwords, argon2id (RFC 9106), for those who can't have a passkey; never the only proof but for demonstration personas."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from seve.engine.identity.refusals import SecondFactorNeeded, WeakPassword, WrongPassword
from seve.fhir.search.keys import fold
from seve.store.identity import credentials
from seve.store.identity.accounts import Account

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

LEAST_CHARACTERS = 12
_LEAST_SCORE = 3  # of 4: more than 10^8 guesses
_SCORED_CHARACTERS = 72
_CONTEXT = ("Sève", "seve", "santé", "sante", "médecin", "hôpital")
_MOST_CHARACTERS = 500
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's second choice: 19 MB
_AT_ONCE = 4
_TURNS = asyncio.Semaphore(_AT_ONCE)
"""Bounds the memory that a flood of sign-ins takes."""


async def set_password(identity: Identity, account: Account, password: str, *, current: str) -> None:
    """Replaces the password. `current` is the one until now, "" for the first. Raises WeakPassword, WrongPassword,
    SecondFactorNeeded.
    """
    pool = identity.database.pool
    if not account.is_demo and not await credentials.of(pool, account.id, "totp"):
        raise SecondFactorNeeded
    if await credentials.of(pool, account.id, "password") and not await is_right(identity, account, current):
        raise WrongPassword
    if not await asyncio.to_thread(_is_strong, account, password):
        raise WeakPassword(least=LEAST_CHARACTERS)
    async with _TURNS:
        hashed = await asyncio.to_thread(_HASHER.hash, password)
    async with identity.database.transaction() as connection:
        await credentials.remove_kind(connection, account.id, "password")
        await credentials.add(
            connection, account.id, id_=secrets.token_bytes(16), kind="password", secret=hashed.encode()
        )


async def is_right(identity: Identity, account: Account | None, password: str) -> bool:
    """Whether it is the account's password. Takes as long when there is no account, or none with a password."""
    pool = identity.database.pool
    found = await credentials.of(pool, account.id if account else "", "password")
    secret = found[0].secret.decode() if found else _nobody()
    async with _TURNS:
        is_same = await asyncio.to_thread(_verified, secret, password[:_MOST_CHARACTERS])
    if is_same and found and _HASHER.check_needs_rehash(secret):
        hashed = await asyncio.to_thread(_HASHER.hash, password)
        await credentials.rehash(pool, found[0].id, hashed.encode())
    return is_same and bool(found) and account is not None and not account.is_blocked


def _is_strong(account: Account, password: str) -> bool:
    """Long enough, without the holder's name, and not one of those that are tried first (ASVS 5.0, 6.2.4 and 6.2.11)."""
    from zxcvbn import zxcvbn

    if not LEAST_CHARACTERS <= len(password) <= _MOST_CHARACTERS:
        return False
    folded, names = fold(password), fold(f"{account.login} {account.name}").split()
    if any(part in folded for part in names if len(part) > 3):
        return False
    return zxcvbn(password[:_SCORED_CHARACTERS], user_inputs=[*_CONTEXT, *names])["score"] >= _LEAST_SCORE


@cache
def _nobody() -> str:
    """What a password is compared to when there is nobody to compare with."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _verified(secret: str, password: str) -> bool:
    try:
        return _HASHER.verify(secret, password)
    except (VerificationError, InvalidHashError):
        return False
