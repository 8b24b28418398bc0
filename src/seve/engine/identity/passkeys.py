"""Passkeys (WebAuthn level 2): discoverable, with user verification, so that one gesture proves two factors and names the account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from seve.engine.identity.refusals import SignInRefused, StepExpired
from seve.engine.identity.sessions import Proof
from seve.engine.identity.telling import tell_failure
from seve.engine.identity.tokens import digest, new_token
from seve.store.identity import accounts, credentials
from seve.store.identity.accounts import Account

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_MOST_CHARACTERS = 20_000


async def begin_registration(identity: Identity, account: Account) -> tuple[str, dict[str, Any]]:
    """(token of the ceremony, options for `navigator.credentials.create`)."""
    import webauthn
    from webauthn.helpers import structs

    known = await credentials.of(identity.database.pool, account.id, "passkey")
    options = webauthn.generate_registration_options(
        rp_id=identity.host,
        rp_name="Sève",
        user_id=account.id.encode(),
        user_name=account.login or account.name,
        user_display_name=account.name,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=credential.id) for credential in known],
    )
    token = await _put(identity, options.challenge, account.id)
    return token, json.loads(webauthn.options_to_json(options))


async def finish_registration(identity: Identity, account: Account, *, token: str, answer: str, label: str) -> None:
    """Keeps a new passkey. Raises StepExpired, SignInRefused when the authenticator's answer does not hold."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    challenge, owner = await _take(identity, token)
    if owner != account.id:
        raise StepExpired
    try:
        made = webauthn.verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=identity.host,
            expected_origin=identity.site,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise SignInRefused from error
    await credentials.add(
        identity.database.pool,
        account.id,
        id_=made.credential_id,
        kind="passkey",
        secret=made.credential_public_key,
        label=label[:60],
        counter=made.sign_count,
    )


async def begin_sign_in(identity: Identity) -> tuple[str, dict[str, Any]]:
    """(token of the ceremony, options for `navigator.credentials.get`): the same for everybody."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=identity.host, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return await _put(identity, options.challenge, ""), json.loads(webauthn.options_to_json(options))


async def finish_sign_in(identity: Identity, *, token: str, answer: str, address: str) -> Proof:
    """Who signed the challenge. Raises StepExpired, SignInRefused: unknown or copied key, other site, no verification."""
    try:
        return await _verified(identity, token=token, answer=answer)
    except SignInRefused:
        await tell_failure(identity, account="", address=address)
        raise


async def _verified(identity: Identity, *, token: str, answer: str) -> Proof:
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    challenge, _ = await _take(identity, token)
    pool, parsed = identity.database.pool, _parsed(answer)
    try:
        known = await credentials.passkey(pool, base64url_to_bytes(str(parsed["id"])))
        if known is None:
            raise SignInRefused
        verified = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=identity.host,
            expected_origin=identity.site,
            credential_public_key=known.secret,
            credential_current_sign_count=known.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise SignInRefused from error
    account = await accounts.by_id(pool, known.account)
    is_taken = await credentials.advance(pool, known.id, verified.new_sign_count)
    if account is None or account.is_blocked or not is_taken:
        raise SignInRefused
    return Proof(known.account, ("swk", "user"))


async def _put(identity: Identity, challenge: bytes, account: str) -> str:
    token = new_token()
    data = {"challenge": challenge.hex(), "account": account}
    await credentials.put_ceremony(
        identity.database.pool, digest(token), "passkey", data=data, seconds=identity.policy.ceremony_seconds
    )
    return token


async def _take(identity: Identity, token: str) -> tuple[bytes, str]:
    data = await credentials.take_ceremony(identity.database.pool, digest(token), "passkey")
    if data is None:
        raise StepExpired
    return bytes.fromhex(data["challenge"]), data["account"]


def _parsed(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer) if len(answer) <= _MOST_CHARACTERS else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SignInRefused
    return found
