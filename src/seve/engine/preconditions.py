"""`If-Match`, `If-None-Match`, `If-Modified-Since` (R4, 3.1.0.3 and 3.1.0.5): read once, decided against the current version."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from seve.engine.refusals import AlreadyExists, InvalidHeader, VersionMismatch
from seve.engine.requests import Request
from seve.kernel.identifiers import millisecond_of
from seve.store.deeds import Current
from seve.store.reading import Stored

_ETAG = re.compile(r'\s*(?:W/)?"?([A-Za-z0-9\-.]{1,64})"?\s*$')


def expected_version(request: Request) -> str | None:
    """The version that `If-Match` asks for; `*` means that the resource exists."""
    if request.if_match is None or request.if_match.strip() == "*":
        return request.if_match and "*"
    return _etag("If-Match", request.if_match)


def check_write(request: Request, current: Current | Stored | None, *, type_: str, id_: str) -> None:
    """Refuses a write whose conditions the current version does not meet."""
    expected = expected_version(request)
    exists = current is not None and current.body is not None
    if expected is not None:
        found = str(current.version) if current and exists else None
        if found is None or expected not in ("*", found):
            raise VersionMismatch(type=type_, id=id_, expected=expected, current=found or "-")
    if request.if_none_match is not None and request.if_none_match.strip() == "*" and exists:
        raise AlreadyExists(type=type_, id=id_)


def is_unmodified(request: Request, *, vid: int, version: int) -> bool:
    """Whether a conditional read may answer 304."""
    if request.if_none_match is not None:
        tags = request.if_none_match.split(",")
        return any(tag.strip() == "*" or _etag("If-None-Match", tag) == str(version) for tag in tags)
    if request.if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(request.if_modified_since)
    except ValueError as error:
        raise InvalidHeader(header="If-Modified-Since", value=request.if_modified_since) from error
    return millisecond_of(vid) // 1_000 <= int(since.timestamp())


def _etag(header: str, value: str) -> str:
    found = _ETAG.match(value)
    if not found:
        raise InvalidHeader(header=header, value=value)
    return found[1]
