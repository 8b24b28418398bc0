"""Public keys of clients, by the address that they registered: https to public addresses only, no redirects, small, soon, kept.

The guard against server-side request forgery is that of bulk import (`seve.engine.tasks.fetching`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Set as AbstractSet
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from seve.engine.identity.applications.refusals import InvalidClient
from seve.engine.tasks.fetching import Bounds, lines, registered
from seve.kernel.refusals import Refusal

_BOUNDS = Bounds(
    file_bytes=256 * 1_024, line_bytes=256 * 1_024, block_bytes=64 * 1_024, silence_seconds=5.0, whole_seconds=10.0
)
_KEPT_SECONDS = 300.0
_ASK_AGAIN_SECONDS = 10.0
_MOST = 1_000


class RemoteKeys:
    """Key sets by address, kept for five minutes; asked for again, but not in quick succession, when a key is missing."""

    def __init__(self, *, trusted_hosts: AbstractSet[str] = frozenset()) -> None:
        self._trusted = trusted_hosts
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    async def get(self, url: str, kid: str) -> KeySet:
        """The key set, with the key if it is there at all. Raises InvalidClient when it can't be had."""
        found = await self._get(url, at_most_seconds=_KEPT_SECONDS)
        if kid not in {key.get("kid") for key in found["keys"]}:
            found = await self._get(url, at_most_seconds=_ASK_AGAIN_SECONDS)
        return usable(found)

    async def _get(self, url: str, *, at_most_seconds: float) -> dict[str, Any]:
        kept = self._kept.get(url)
        if kept is None or time.monotonic() - kept[0] > at_most_seconds:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            kept = (time.monotonic(), await self._asked(url))
            self._kept[url] = kept
        return kept[1]

    async def _asked(self, url: str) -> dict[str, Any]:
        """The registered host is allowed, but no address of a private network by it; a bare address isn't allowed at all."""
        try:
            hosts = registered(url, self._trusted)
            text = b"\n".join([line async for line in lines(url, hosts=hosts, bounds=_BOUNDS)])
            found = json.loads(text)
        except (Refusal, ValueError) as error:
            raise InvalidClient from error
        if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
            raise InvalidClient
        return {"keys": [key for key in found["keys"] if isinstance(key, dict)]}


def usable(found: dict[str, Any]) -> KeySet:
    """The public signature keys of a set. Raises InvalidClient when they can't be read."""
    try:
        keys = [key for key in found["keys"] if key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise InvalidClient from error
