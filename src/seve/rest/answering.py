"""From an `Answer` or a Refusal to HTTP."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any, TypeAlias

import msgspec

from seve.engine.outcomes import all_well, outcome
from seve.engine.requests import Answer, Request
from seve.fhir import Resource
from seve.fhir.codec import encode_json, encode_json_pretty, encode_xml
from seve.fhir.codec.json import parse
from seve.fhir.signatures import media_type_of
from seve.kernel.identifiers import millisecond_of
from seve.kernel.refusals import Refusal
from seve.kernel.texts import Language
from seve.rest.negotiation import MEDIA_TYPES, Format

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers: TypeAlias = list[tuple[bytes, bytes]]


def body_of(answer: Answer, request: Request, *, format_: Format, is_pretty: bool, language: Language) -> bytes:
    """The bytes of an answer, as `Prefer` and the format ask."""
    if answer.status in (204, 304):
        return b""
    content: str | Resource | None = answer.body
    if request.method in ("POST", "PUT", "PATCH") and answer.location is not None:
        if request.prefer_return == "minimal":
            return b""
        if request.prefer_return == "OperationOutcome":
            content = all_well(language)
    if content is None:
        return b""
    return written(content, format_=format_, is_pretty=is_pretty)


def written(content: str | Resource, *, format_: Format, is_pretty: bool) -> bytes:
    """A document in a format; a stored one goes out as it stands."""
    if format_ == "xml":
        return encode_xml(parse(content.encode()) if isinstance(content, str) else content)
    if isinstance(content, str):
        return msgspec.json.format(content.encode(), indent=2) if is_pretty else content.encode()
    return encode_json_pretty(content) if is_pretty else encode_json(content)


def headers_of(answer: Answer, request: Request) -> Headers:
    """Location, ETag and Last-Modified, and what the interaction adds."""
    headers: Headers = []
    if answer.location is not None:
        headers.append((b"location", f"{request.base_url}/{answer.location}".encode()))
    if answer.version is not None:
        headers.append((b"etag", b'W/"%d"' % answer.version))
    if answer.vid is not None:
        headers.append((b"last-modified", formatdate(millisecond_of(answer.vid) / 1_000, usegmt=True).encode()))
    headers += [(name.encode(), value.encode()) for name, value in answer.headers]
    return headers


def refused(refusal: Refusal, *, format_: Format, is_pretty: bool, language: Language) -> bytes:
    """The OperationOutcome of a refusal."""
    return written(outcome(refusal.issues, language), format_=format_, is_pretty=is_pretty)


def refused_headers(refusal: Refusal) -> Headers:
    """Whoever must sign in first is told how (RFC 6750, 3); whoever comes too often, when to come again."""
    challenge = refusal.fields.get("challenge")
    wait = refusal.fields.get("retry_after_seconds")
    headers: Headers = [(b"www-authenticate", str(challenge).encode())] if challenge else []
    return headers + ([(b"retry-after", str(wait).encode())] if wait else [])


_ENDINGS = {
    "application/pdf": "pdf",
    "application/dicom": "dcm",
    "application/rtf": "rtf",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tiff",
    "text/plain": "txt",
    "text/xml": "xml",
}


def raw_binary(answer: Answer, accept: str) -> tuple[bytes, str] | None:
    """The content of a Binary and its type, when the caller wants that rather than the resource (R4, 2.36.2)."""
    if not isinstance(answer.body, str) or not answer.body.startswith('{"resourceType":"Binary"'):
        return None
    resource = parse(answer.body.encode())
    content_type: str = resource.get("contentType", "application/octet-stream")
    wanted = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if content_type.partition(";")[0].strip().lower() not in wanted:
        return None
    return base64.b64decode(resource.get("data", "")), content_type


def named(path: str, content_type: str) -> Headers:
    """The name under which the content of a Binary is kept: its id, never a name that came with it (RFC 6266)."""
    ending = _ENDINGS.get(media_type_of(content_type), "bin")
    return [(b"content-disposition", f'inline; filename="{path.split("/")[1]}.{ending}"'.encode())]


async def send(send_: Send, status: int, body: bytes, *, content_type: str, headers: Headers, is_head: bool) -> None:
    """One whole answer."""
    length = b"%d" % len(body)
    if body:
        headers = [(b"content-type", content_type.encode()), *headers]
    await send_({"type": "http.response.start", "status": status, "headers": [(b"content-length", length), *headers]})
    await send_({"type": "http.response.body", "body": b"" if is_head else body})


async def pour(send_: Send, answer: Answer, *, is_head: bool) -> None:
    """An answer whose body is a stream, as it comes; of a length that nobody knows beforehand."""
    headers = [(b"content-type", answer.content_type.encode())]
    await send_({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.stream is not None and not is_head:
        async for chunk in answer.stream:
            await send_({"type": "http.response.body", "body": chunk, "more_body": True})
    await send_({"type": "http.response.body", "body": b""})


def content_type_of(format_: Format) -> str:
    """The media type with its charset."""
    return f"{MEDIA_TYPES[format_]}; charset=utf-8"
