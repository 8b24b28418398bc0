"""Signed links: who holds one may do the one thing that it is for, until it ends, without signing in.

A link names a resource by its id and nothing of anybody: `<type>.<id>.<end>.<MAC>`. The MAC (HMAC-SHA256, 128 bits) is over the
solution, the purpose, the reference and the end, under a key of the data directory; the page for a purpose takes no link for another.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from seve.engine.identity.keys import Keys
from seve.sdk.refusals import NotFound

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.sdk.manifest import Manifest

_MAC_HEX: Final = 32
_LONGEST: Final = 200


class Links:
    """Those of one solution."""

    def __init__(self, engine: Engine, manifest: Manifest) -> None:
        self._engine = engine
        self._manifest = manifest

    @property
    def site(self) -> str:
        """The address of the site, without a slash at its end."""
        parts = urlsplit(self._engine.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    def sign(self, purpose: str, reference: str, *, until: datetime) -> str:
        """A token for the place `{link}` of a page's path; the same for the same three."""
        type_, _, id_ = reference.partition("/")
        end = int(until.timestamp())
        return f"{type_}.{id_}.{end:x}.{self._mac(purpose, reference, end)}"

    def opened(self, token: str, purpose: str) -> str:
        """The reference that a token is for. Raises NotFound for one that is forged, for another purpose, or over."""
        stem, _, mac = token[:_LONGEST].rpartition(".")
        stem, _, written = stem.rpartition(".")
        type_, _, id_ = stem.partition(".")
        try:
            end = int(written, 16)
        except ValueError as error:
            raise NotFound from error
        reference = f"{type_}/{id_}"
        is_right = hmac.compare_digest(mac.encode(), self._mac(purpose, reference, end).encode())
        if not is_right or end < datetime.now(UTC).timestamp():
            raise NotFound
        return reference

    def _mac(self, purpose: str, reference: str, end: int) -> str:
        content = "\0".join(("link", self._manifest.id, purpose, reference, str(end))).encode()
        key = Keys(self._engine.ledger.keys.directory).hashing
        return hmac.digest(key, content, "sha256").hex()[:_MAC_HEX]
