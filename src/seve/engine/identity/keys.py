"""Keys that Sève keeps for itself, in the data directory and never in the database: to sign id tokens, and to seal TOTP keys.

A signing key is published before it signs, so that who cached the key set knows it, and stays published after it was replaced.
"""

from __future__ import annotations

import json
import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import KeySet, RSAKey

ALGORITHM = "RS256"
_PUBLISHED_SECONDS = 600
_KEPT_SECONDS = 7 * 86_400
_OLD_SECONDS = 90 * 86_400
_LOOK_SECONDS = 5.0
_NONCE_BYTES = 12


class Keys:
    """The keys of one data directory, shared by its processes through files that only their owner reads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sealing = AESGCM(_secret(directory / "sealing.key"))
        self.hashing = _secret(directory / "hashing.key")
        self.pushing = _secret(directory / "pushing.key")
        self._keys: list[tuple[int, RSAKey]] = []
        self._looked = float("-inf")

    def public(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517) that verifies what was signed here."""
        return dict(KeySet([key for _, key in self._signing()]).as_dict(private=False))

    def signer(self) -> RSAKey:
        """The newest key that has been published for ten minutes, or else the oldest."""
        keys = self._signing()
        known = [key for made, key in keys if made <= time.time() - _PUBLISHED_SECONDS]
        return known[-1] if known else keys[0][1]

    def rotate(self) -> str:
        """Makes a new signing key, forgets those that were replaced more than a week ago, and gives the new key's id."""
        keys = self._signing()
        for (made, key), (replaced, _) in pairwise(keys):
            if replaced < time.time() - _KEPT_SECONDS:
                self._file(made, key.kid or "").unlink(missing_ok=True)
        return self._make().kid or ""

    def rotate_when_old(self) -> bool:
        """Rotates a signing key that was made more than 90 days ago."""
        is_old = self._signing()[-1][0] < time.time() - _OLD_SECONDS
        if is_old:
            self.rotate()
        return is_old

    def seal(self, secret: bytes, *, about: str) -> bytes:
        """Encrypts a secret so that it opens only for the same `about`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._sealing.encrypt(nonce, secret, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """What was sealed. Raises cryptography.exceptions.InvalidTag when it was altered or is about something else."""
        return self._sealing.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())

    def _signing(self) -> list[tuple[int, RSAKey]]:
        """All signing keys with the time they were made, the oldest first; other processes may have made some."""
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._keys = self._read()
            if not self._keys:
                self._make()
            self._looked = time.monotonic()
        return self._keys

    def _read(self) -> list[tuple[int, RSAKey]]:
        files = sorted(
            self._directory.glob("signing-*.json"), key=lambda file: (int(file.stem.split("-")[1]), file.name)
        )
        return [
            (int(f.stem.split("-")[1]), RSAKey.import_key(json.loads(f.read_text(encoding="utf-8")))) for f in files
        ]

    def _make(self) -> RSAKey:
        key = RSAKey.generate_key(3072, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        made = max([int(time.time()), *(before + 1 for before, _ in self._keys)])  # the order is that of their names
        _write(self._file(made, key.kid or ""), json.dumps(key.as_dict(private=True)).encode())
        self._keys = self._read()
        return key

    def _file(self, made: int, kid: str) -> Path:
        return self._directory / f"signing-{made}-{kid.replace('-', '_')}.json"


def _secret(file: Path) -> bytes:
    """32 random bytes, made by whichever process comes first."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        _write(file, os.urandom(32))
        return file.read_bytes()


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, readable by its owner; a file that is there already stays."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(partial, file)
    except FileExistsError:
        pass  # another process was quicker
    finally:
        partial.unlink()
