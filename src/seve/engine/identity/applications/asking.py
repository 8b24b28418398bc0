"""The authorization request (SMART App Launch 2.2, “Request authorization code”), checked, then kept while the person decides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from seve.engine.identity.applications.refusals import (
    InvalidScope,
    LoginRequired,
    OAuthRefusal,
    PkceNeeded,
    RedirectMismatch,
    SentBack,
    UnauthorizedClient,
    UnknownClient,
    UnsupportedResponseType,
    WrongAudience,
)
from seve.engine.identity.refusals import StepExpired
from seve.engine.identity.tokens import digest, new_token
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import applications, credentials
from seve.store.identity.applications import Client

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "launch",
    "scope",
    "state",
    "aud",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "prompt",
)
_MOST_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be put before the person. `scopes` are within what the client may ever have."""

    client: str
    redirect_uri: str
    scopes: str
    state: str
    challenge: str
    nonce: str
    launch: str
    prompt: str


async def begin(identity: Identity, pairs: Sequence[tuple[str, str]]) -> tuple[str, Asked]:
    """Checks a request and gives the token under which it waits.

    Raises UnknownClient and RedirectMismatch, of which only the person is told; SentBack for everything else.
    """
    named: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in (*_PARAMETERS, "resource"):
            named.setdefault(name, []).append(value)
    given = {name: values[0] for name, values in named.items()}
    client = await _client(identity, given)
    redirect_uri, state = given["redirect_uri"], given.get("state", "")
    try:
        _check(identity, client, given, repeated=[name for name, values in named.items() if len(values) > 1])
        if "none" in given.get("prompt", "").split():
            raise LoginRequired  # the person is always asked
        scopes = asked_scopes(client, given.get("scope", ""), is_launched=bool(given.get("launch")))
    except OAuthRefusal as refusal:
        raise SentBack(
            refusal, redirect_uri=redirect_uri, state=state[:_MOST_CHARACTERS], issuer=identity.issuer
        ) from refusal
    asked = Asked(
        client.id,
        redirect_uri,
        str(scopes),
        state,
        given["code_challenge"],
        given.get("nonce", ""),
        given.get("launch", ""),
        given.get("prompt", ""),
    )
    token = new_token()
    await credentials.put_ceremony(
        identity.database.pool,
        digest(token),
        "authorization",
        data=asdict(asked),
        seconds=2 * identity.policy.ceremony_seconds,
    )
    return token, asked


async def see(identity: Identity, token: str) -> Asked:
    """The request that waits. Raises StepExpired."""
    return _read(await credentials.see_ceremony(identity.database.pool, digest(token), "authorization"))


async def take(identity: Identity, token: str) -> Asked:
    """Takes it to decide, once. Raises StepExpired."""
    return _read(await credentials.take_ceremony(identity.database.pool, digest(token), "authorization"))


def asked_scopes(client: Client, text: str, *, is_launched: bool) -> Scopes:
    """What a person may be asked for: within the client's own scopes, without `system/`. Raises InvalidScope."""
    wanted = Scopes.parse(text).narrow(Scopes.parse(client.scopes))
    words = (word for word in wanted.words if word != "launch" or is_launched)
    found = Scopes.of(words, (scope for scope in wanted.resources if scope.context != "system"))
    if not found:
        raise InvalidScope
    return found


async def _client(identity: Identity, given: Mapping[str, str]) -> Client:
    client = await applications.client(identity.database.pool, given.get("client_id", "")[:_MOST_CHARACTERS])
    if client is None or client.state != "approved":
        raise UnknownClient
    if given.get("redirect_uri") not in client.redirect_uris:
        raise RedirectMismatch
    return client


def _check(identity: Identity, client: Client, given: Mapping[str, str], *, repeated: Sequence[str]) -> None:
    too_long = [name for name, value in given.items() if len(value) > _MOST_CHARACTERS]
    missing = [name for name in ("state", "scope") if not given.get(name)]
    if wrong := [*repeated, *too_long]:
        raise OAuthRefusal(parameter=wrong[0])
    if "authorization_code" not in client.grant_types:
        raise UnauthorizedClient
    if given.get("response_type") != "code":
        raise UnsupportedResponseType
    if missing:
        raise OAuthRefusal(parameter=missing[0])
    if not _is_audience(identity, given):
        raise WrongAudience(expected=identity.fhir_url)
    if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise PkceNeeded


def _is_audience(identity: Identity, given: Mapping[str, str]) -> bool:
    """`aud` is the FHIR base. Who asks for a person's identity alone, as any OpenID relying party, may leave it out."""
    scopes = Scopes.parse(given.get("scope", ""))
    asks_identity_alone = not scopes.resources and not {"launch", "launch/patient"} & set(scopes.words)
    return given.get("aud", "").rstrip("/") == identity.fhir_url or (asks_identity_alone and "aud" not in given)


def _read(data: Mapping[str, str] | None) -> Asked:
    if data is None:
        raise StepExpired
    return Asked(**data)
