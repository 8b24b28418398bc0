"""From HTTP to a `Request`: path, query, headers, and a body of bounded size read as its media type says."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias, cast
from urllib.parse import parse_qsl, unquote

from seve.engine.requests import Method, Patch, Preference, Request
from seve.fhir import Resource
from seve.fhir.codec import decode_json, decode_xml
from seve.fhir.codec.json import parse
from seve.fhir.validation import structure
from seve.kernel.refusals import Malformed
from seve.rest.refusals import BodyIncomplete, BodyTooLarge, InvalidForm, InvalidQuery, UnsupportedMediaType
from seve.rest.viewing import with_views

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

BODY_LIMIT_BYTES = 32 * 2**20
_JSON = frozenset({"application/fhir+json", "application/json", "text/json"})
_XML = frozenset({"application/fhir+xml", "application/xml", "text/xml"})
_FORM = "application/x-www-form-urlencoded"
_JSON_PATCH = "application/json-patch+json"
_XML_PATCH = "application/xml-patch+xml"


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; the last of a repeated one counts."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def source_of(scope: Scope) -> str:
    """The caller's address, "" when the server doesn't tell."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """The body. Raises BodyTooLarge as soon as it is known to be over the limit, BodyIncomplete when less came than announced."""
    announced = headers.get("content-length", "")
    length = int(announced) if announced.isascii() and announced.isdigit() else None
    if length is not None and length > BODY_LIMIT_BYTES:
        raise BodyTooLarge(limit=BODY_LIMIT_BYTES // 2**20)
    parts: list[bytes] = []
    size, is_open = 0, True
    while is_open:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyIncomplete
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        is_open = message.get("more_body", False)
        if size > BODY_LIMIT_BYTES:
            raise BodyTooLarge(limit=BODY_LIMIT_BYTES // 2**20)
    if length is not None and size != length:
        raise BodyIncomplete
    return parts[0] if len(parts) == 1 else b"".join(parts)


def query_of(scope: Scope) -> tuple[tuple[str, str], ...]:
    """The query parameters, decoded."""
    raw: bytes = scope.get("query_string", b"")
    return _pairs(raw) if raw else ()


def request_of(
    scope: Scope,
    path: str,
    headers: Mapping[str, str],
    *,
    query: tuple[tuple[str, str], ...],
    body: bytes,
    base_url: str,
) -> Request:
    """The request. Raises what the body's decoder refuses."""
    method = scope["method"]
    preferences = _preferences(headers.get("prefer", ""))
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    resource, patch, binary = None, None, None
    if body:
        if media_type == _FORM and method == "POST":
            query += _form(body)
        elif method == "PATCH":
            patch = _patch(media_type, body)
        elif media_type not in _JSON | _XML and path.split("/", maxsplit=1)[0] == "Binary":
            resource, binary = _binary(path, headers, body), body
        elif path.endswith("$validate") and media_type in _JSON:
            resource = _to_be_validated(parse(body))
        elif "$viewdefinition-" in path and media_type in _JSON:
            resource = with_views(body)
        else:
            resource = _resource(media_type, body)
    return Request(
        method=cast("Method", method),
        path=path,
        query=query,
        resource=resource,
        patch=patch,
        binary=binary,
        content_type=media_type,
        if_match=headers.get("if-match"),
        if_none_match=headers.get("if-none-match"),
        if_none_exist=headers.get("if-none-exist"),
        if_modified_since=headers.get("if-modified-since"),
        prefer_return=cast("Preference | None", preferences.get("return")),
        is_lenient=preferences.get("handling") == "lenient",
        is_asynchronous="respond-async" in preferences,
        accept=headers.get("accept", ""),
        base_url=base_url,
    )


def path_of(scope: Scope, mount: str) -> str:
    """The path below the mount, decoded, without slashes at its ends."""
    return unquote(scope["path"]).removeprefix(mount).strip("/")


def _resource(media_type: str, body: bytes) -> Resource:
    if media_type in _JSON:
        return decode_json(body)
    if media_type in _XML:
        return decode_xml(body)
    raise UnsupportedMediaType(found=media_type[:100] or "?", known="application/fhir+json, application/fhir+xml")


def _to_be_validated(found: Any) -> Resource:
    """What `$validate` is asked about may be wrong in any way but that of JSON itself: it tells, and does not refuse."""
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        raise Malformed(structure.issues(found))
    return found


def _patch(media_type: str, body: bytes) -> Patch:
    if media_type == _JSON_PATCH:
        return Patch("json", parse(body))
    if media_type == _XML_PATCH:
        return Patch("xml", body)
    if media_type in _JSON | _XML:
        return Patch("fhirpath", _resource(media_type, body))
    known = f"{_JSON_PATCH}, {_XML_PATCH}, application/fhir+json, application/fhir+xml"
    raise UnsupportedMediaType(found=media_type[:100] or "?", known=known)


def _binary(path: str, headers: Mapping[str, str], body: bytes) -> Resource:
    """Any other media type at Binary is its content (R4, 2.36.2)."""
    found: Resource = {"resourceType": "Binary", "contentType": headers.get("content-type", "application/octet-stream")}
    if context := headers.get("x-security-context"):
        found["securityContext"] = {"reference": context}
    found["data"] = base64.b64encode(body).decode()
    _, _, id_ = path.partition("/")
    return {**found, "id": id_} if id_ else found


def _form(body: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return _pairs(body)
    except InvalidQuery as error:
        raise InvalidForm from error


def _pairs(raw: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidQuery from error


def _preferences(header: str) -> dict[str, str]:
    if not header:
        return {}
    parts = (part.strip() for part in header.replace(";", ",").split(","))
    return {
        name.strip().lower(): value.strip().strip('"') for name, _, value in (part.partition("=") for part in parts)
    }
