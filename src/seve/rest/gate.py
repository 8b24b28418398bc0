"""Who comes in: from the headers of a request to its grant. One gate for the whole API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol

from seve.engine.access import open_grant
from seve.engine.access.held import Grants
from seve.engine.identity.sessions import principal_of_token
from seve.kernel.refusals import Refusal

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.engine.identity.service import Identity
    from seve.store.grant import Grant

_MOST_CHARACTERS = 64


class Unauthenticated(Refusal):
    """No access token, or none that is in force (RFC 6750, 3)."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "rest.refusals.unauthenticated"


class Gate(Protocol):
    """Answers with the grant of a request, or raises what refuses it."""

    async def __call__(self, headers: Mapping[str, str], *, source: str) -> Grant:
        """`headers` by lower-case name; `source` is the caller's address."""
        ...


class OpenGate:
    """Everything to everyone: for `seve serve --open`, which listens on loopback only."""

    async def __call__(self, headers: Mapping[str, str], *, source: str) -> Grant:
        """A grant without bounds."""
        del headers, source
        return open_grant()


class BearerGate:
    """Access tokens that Sève's authorization server gave."""

    def __init__(self, engine: Engine, identity: Identity) -> None:
        self._identity = identity
        self._grants = Grants(engine.parameters, base_url=engine.base_url)

    async def __call__(self, headers: Mapping[str, str], *, source: str) -> Grant:
        """Raises Unauthenticated."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(challenge=f'Bearer realm="{self._identity.fhir_url}"')
        principal = await principal_of_token(self._identity, token.strip())
        if principal is None:
            raise Unauthenticated(challenge='Bearer error="invalid_token"')
        return self._grants.of(principal, source=source, request=headers.get("x-request-id", "")[:_MOST_CHARACTERS])
