"""The cookies of sign-in. `__Host-` binds them to this very host and to https; plain http is for loopback, without the prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from starlette.requests import HTTPConnection
from starlette.responses import Response

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

Kind: TypeAlias = Literal["session", "step", "next"]
_NAMES: dict[Kind, str] = {"session": "seve", "step": "seve-step", "next": "seve-next"}


def name_of(identity: Identity, kind: Kind) -> str:
    """`__Host-seve`, or `seve` on loopback."""
    return f"__Host-{_NAMES[kind]}" if identity.is_secure else _NAMES[kind]


def read(identity: Identity, request: HTTPConnection, kind: Kind) -> str:
    """Its value, or ""."""
    return request.cookies.get(name_of(identity, kind), "")


def put(identity: Identity, response: Response, kind: Kind, value: str) -> None:
    """Kept until the browser closes; what a session or a step lasts is known to the database alone."""
    response.set_cookie(
        name_of(identity, kind), value, path="/", secure=identity.is_secure, httponly=True, samesite="lax"
    )


def drop(identity: Identity, response: Response, kind: Kind) -> None:
    """Forgets it."""
    response.delete_cookie(name_of(identity, kind), path="/", secure=identity.is_secure, httponly=True, samesite="lax")
