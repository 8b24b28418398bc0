"""Forms with a file (multipart/form-data, RFC 7578): read with the same guards as every other form."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING

from starlette.requests import Request

from seve.engine.identity.refusals import ForgedRequest
from seve.web.signin.forms import Form, check

if TYPE_CHECKING:
    from seve.engine.identity.holding import Held
    from seve.engine.identity.service import Identity

_MOST_BYTES = 2 * 1_024 * 1_024


async def read(identity: Identity, request: Request, held: Held) -> Form:
    """The fields; of a file, its text, and its name under `<field>.name`. Raises ForgedRequest."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise ForgedRequest
    form = Form(tuple(_fields(request.headers.get("content-type", ""), bytes(body))))
    check(identity, request, held, form)
    return form


def _fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    if not message.is_multipart():
        raise ForgedRequest
    found = list[tuple[str, str]]()
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        found.append((name, content.decode("utf-8", "replace")))
        if filename := part.get_filename():
            found.append((f"{name}.name", filename[:120]))
    return found
