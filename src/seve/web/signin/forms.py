"""Forms that come from our own pages only: the Origin says so, and within a session the synchronizer token."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import HTTPConnection, Request

from seve.engine.identity.holding import Held
from seve.engine.identity.refusals import ForgedRequest

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_MOST_BYTES = 64 * 1_024
_MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in order."""

    pairs: tuple[tuple[str, str], ...]

    def __getitem__(self, name: str) -> str:
        return next(self._all(name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(self._all(name))

    def _all(self, name: str) -> Iterator[str]:
        return (value for key, value in self.pairs if key == name)


async def read(identity: Identity, request: Request, held: Held | None) -> Form:
    """The form of a POST. Raises ForgedRequest unless it comes from our own page and, with a session, carries its token."""
    check_origin(identity, request)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise ForgedRequest
    try:
        form = Form(tuple(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)))
    except ValueError as error:
        raise ForgedRequest from error
    check(identity, request, held, form)
    return form


def check(identity: Identity, request: Request, held: Held | None, form: Form) -> None:
    """Raises ForgedRequest unless a form comes from our own page and, with a session, carries its token."""
    check_origin(identity, request)
    if held is not None and not hmac.compare_digest(form["csrf"].encode(), csrf_of(held).encode()):
        raise ForgedRequest


def check_origin(identity: Identity, request: HTTPConnection) -> None:
    """Raises ForgedRequest unless the request comes from our own page."""
    if request.headers.get("origin") != identity.site:
        raise ForgedRequest


def csrf_of(held: Held) -> str:
    """The synchronizer token of a session; another session has another."""
    return hmac.digest(held.session.csrf, b"form", "sha256").hex()


def local(address: str) -> str:
    """A path of ours to go on to, or ""."""
    parts = urlsplit(address)
    is_ours = (
        not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith(("//", "/\\"))
    )
    return address if is_ours and address.isprintable() and len(address) < 2_000 else ""
