"""Signatures of rest-hook calls: who has the subscription's secret knows that a call is Sève's, whole, and recent."""

from __future__ import annotations

import hashlib
import hmac

TIME = "x-seve-timestamp"
SIGNATURE = "x-seve-signature"
_VERSION = "v1="


def signature(secret: bytes, body: bytes, *, second: int) -> str:
    """HMAC-SHA256 over `second` (since 1970, as text), a full stop and the body; as `v1=` and hexadecimal digits."""
    return _VERSION + hmac.new(secret, b"%d." % second + body, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, body: bytes, *, second: int, found: str) -> bool:
    """What a subscriber does with both headers; `second` must then be within minutes of its own clock."""
    return hmac.compare_digest(signature(secret, body, second=second), found)
