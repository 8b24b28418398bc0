"""Page links: where the next page begins, sealed so that nobody can forge one or use it with another search."""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from seve.engine.refusals import PageGone
from seve.engine.requests import Pairs
from seve.store.search.running import Place

if TYPE_CHECKING:
    from seve.store.database import Database

PARAMETER = "_page"
_SEAL_BYTES = 16


class PageLinks:
    """Seals and opens page tokens with the store's own secret; a restored store has a new one, so its old links are gone."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    async def open(cls, database: Database) -> PageLinks:
        """With the secret of the store, made at first."""
        return cls(bytes.fromhex(await database.setting("page_secret", secrets.token_hex(32))))

    def seal(self, place: Place, *, search: str) -> str:
        """A token for `place` that is good for `search` only."""
        content = msgspec.msgpack.encode((place.snapshot, place.before, place.offset))
        return base64.urlsafe_b64encode(self._seal(content, search) + content).decode().rstrip("=")

    def open_token(self, token: str, *, search: str) -> Place:
        """The place in a token. Raises PageGone when it was not sealed by this store for this search."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError as error:
            raise PageGone from error
        seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(content, search)):
            raise PageGone
        snapshot, before, offset = msgspec.msgpack.decode(content, type=tuple[str, int | None, int])
        return Place(snapshot, before=before, offset=offset)

    def _seal(self, content: bytes, search: str) -> bytes:
        return hmac.new(self._secret, content + b"\0" + search.encode(), sha256).digest()[:_SEAL_BYTES]


def searched(path: str, pairs: Pairs) -> str:
    """A search as one text, for its seal: its path and its parameters but the page token, in order."""
    return path + "?" + "&".join(f"{name}={value}" for name, value in pairs if name != PARAMETER)
