"""Signed links: who holds one may do the one thing that it is for, until it ends, without signing in.

A link names a resource by its id and nothing of anybody: `<type>.<id>.<end>.<MAC>`. The MAC (HMAC-SHA256, 128 bits) is over the
solution, the purpose, the reference and the end, under a key of the data directory; the page for a purpose takes no link for another.

On paper a link is too long to type. A short code stands for it there: a number that names the resource and five characters of a MAC,
typed on a page that slows guessing (`Page(is_slowed=True)`), together with something that the person knows.
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

CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What codes are made of: no letter that could be read as another, or as a figure (Crockford's base 32)."""
_CHECK_LETTERS: Final = 5
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

    def check_of(self, purpose: str, number: str, reference: str) -> str:
        """The five characters that end a code: of 33 million, and for this number and reference alone."""
        content = f"code\0{self._manifest.id}\0{purpose}\0{number}\0{reference}".encode()
        drawn = int.from_bytes(hmac.digest(self._key, content, "sha256")[:8])
        return "".join(CODE_LETTERS[drawn >> 5 * place & 31] for place in range(_CHECK_LETTERS))

    @property
    def _key(self) -> bytes:
        return Keys(self._engine.ledger.keys.directory).hashing

    def _mac(self, purpose: str, reference: str, end: int) -> str:
        content = "\0".join(("link", self._manifest.id, purpose, reference, str(end))).encode()
        return hmac.digest(self._key, content, "sha256").hex()[:_MAC_HEX]
