"""Secrets that are handed out: 256 random bits, of which only the SHA-256 is kept."""

from __future__ import annotations

import base64
import secrets
from hashlib import sha256

_BYTES = 32


def new_token() -> str:
    """256 random bits, base64url: 43 characters."""
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> bytes:
    """What is stored of a token. The token is random, so that a slow hash would add nothing."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(digest(verifier)).rstrip(b"=").decode()
