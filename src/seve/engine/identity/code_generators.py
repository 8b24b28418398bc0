"""TOTP (RFC 6238) as second factor: each code is taken once, keys are sealed with a key that the database does not hold."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from typing import TYPE_CHECKING

import segno
from pyotp.totp import TOTP

from seve.engine.identity.refusals import SignInRefused, StepExpired
from seve.engine.identity.tokens import digest, new_token
from seve.store.identity import credentials
from seve.store.identity.accounts import Account

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_STEP_SECONDS = 30
_DRIFT_STEPS = 1
_DIGITS = 6


async def begin(identity: Identity, account: Account) -> tuple[str, str, str]:
    """(token of the ceremony, key to type, address for a QR code) of a new generator, in force once `confirm` had a code."""
    token, key = new_token(), base64.b32encode(secrets.token_bytes(20)).decode()
    sealed = identity.keys.seal(key.encode(), about=account.id)
    data = {"account": account.id, "key": sealed.hex()}
    await credentials.put_ceremony(
        identity.database.pool, digest(token), "totp", data=data, seconds=identity.policy.ceremony_seconds
    )
    address = TOTP(key).provisioning_uri(name=account.login or account.name, issuer_name="Sève")
    return token, key, address


def picture(address: str) -> str:
    """An address as an SVG picture to scan, without a colour or style of its own."""
    return segno.make_qr(address).svg_inline(scale=5, border=2, svgclass="qr", lineclass=None, omitsize=True)


async def confirm(identity: Identity, account: Account, *, token: str, code: str, label: str) -> None:
    """Takes the generator into use. Raises StepExpired, SignInRefused for a wrong code (the ceremony is over then)."""
    pool = identity.database.pool
    data = await credentials.take_ceremony(pool, digest(token), "totp")
    if data is None or data["account"] != account.id:
        raise StepExpired
    sealed = bytes.fromhex(data["key"])
    step = _step_of(identity.keys.open(sealed, about=account.id).decode(), code)
    if step is None:
        raise SignInRefused
    await credentials.add(
        pool, account.id, id_=secrets.token_bytes(16), kind="totp", secret=sealed, label=label[:60], counter=step
    )


async def is_right(identity: Identity, account: str, code: str) -> bool:
    """Whether a code is good now for one of the account's generators; it is spent then."""
    pool = identity.database.pool
    for credential in await credentials.of(pool, account, "totp"):
        key = identity.keys.open(credential.secret, about=account).decode()
        step = _step_of(key, code)
        if step is not None and await credentials.advance(pool, credential.id, step):
            return True
    return False


def _step_of(key: str, code: str) -> int | None:
    """The time step that a code belongs to: this one, the one before or after."""
    typed = code.replace(" ", "")
    if len(typed) != _DIGITS or not typed.isascii():
        return None
    now, generator = int(time.time()) // _STEP_SECONDS, TOTP(key)
    steps = range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1)
    return next((step for step in steps if hmac.compare_digest(generator.generate_otp(step), typed)), None)
