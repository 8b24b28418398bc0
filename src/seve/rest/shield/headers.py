"""The headers that every answer carries, by kind. An answer's own header of the same name stands."""

from __future__ import annotations

from typing import TypeAlias

Headers: TypeAlias = list[tuple[bytes, bytes]]

_EVERYWHERE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_DATA_POLICY = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
"""For what is no page: should a browser open a stored document, it runs nothing, loads nothing, and is of no origin."""
_PAGE_POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For the pages that tell what went wrong, and whatever else comes out without the policy of `web.security`."""
_TRANSPORT = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
_NO_STORE = (b"cache-control", b"no-store")
_KEPT_TYPES = (b"text/css", b"text/javascript", b"application/javascript", b"image/", b"font/")

_ALLOWED = b"authorization, content-type, accept, if-match, if-none-match, if-none-exist, if-modified-since, prefer, x-request-id"
_EXPOSED = b"content-location, etag, last-modified, location, retry-after"


def secured(headers: Headers, *, is_page: bool, is_secure: bool) -> Headers:
    """The headers of an answer, with those that it lacks. `is_secure`: the site's address begins with https."""
    present = {name for name, _ in headers}
    added = [one for one in _EVERYWHERE if one[0] not in present]
    if b"content-security-policy" not in present:
        added.append((b"content-security-policy", _PAGE_POLICY if is_page else _DATA_POLICY))
    if b"cache-control" not in present and not (is_page and _is_kept(headers)):
        added.append(_NO_STORE)
    if is_secure:
        added.append(_TRANSPORT)
    return [*headers, *added]


def shared(headers: Headers, origin: bytes) -> Headers:
    """The headers of an answer that a page of `origin` may read (Fetch Standard, 3.3): never with its cookies."""
    return [
        *headers,
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", _EXPOSED),
        (b"vary", b"origin"),
    ]


def preflight(origin: bytes) -> Headers:
    """What such a page may send."""
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
        (b"access-control-allow-headers", _ALLOWED),
        (b"access-control-max-age", b"600"),
        (b"vary", b"origin"),
        (b"content-length", b"0"),
    ]


def _is_kept(headers: Headers) -> bool:
    """Whether an answer is a file of ours, the same for everybody; a redirect has no type and is not."""
    return any(name == b"content-type" and value.startswith(_KEPT_TYPES) for name, value in headers)
