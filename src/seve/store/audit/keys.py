"""The keys of the trail, files in the data directory: never in the database, so that who has its rights has not these.

`audit-mac-<n>` (32 random bytes as hex) makes MACs; `audit-seal-<n>` is an Ed25519 private key (PKCS 8, PEM), its public part in
`audit-seal-<n>.pub`. The highest number is in force; those before stay, to verify with. The only place that knows `cryptography`.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_MAC = "audit-mac"
_SEAL = "audit-seal"
_MAC_BYTES = 32


class MissingKeyError(RuntimeError):
    """An entry or a seal names a key that is not in the directory."""


class Keyring:
    """The keys of one directory. Several processes may open it at once: the first to come makes the first keys."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._macs = dict[int, bytes]()
        self._signers = dict[int, Ed25519PrivateKey]()

    @classmethod
    def open(cls, directory: Path) -> Keyring:
        """The keyring of a directory (mode 0700), its first keys made when it has none. Raises OSError."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring = cls(directory)
        if not ring.numbers(_MAC):
            _put(directory / f"{_MAC}-1", secrets.token_hex(_MAC_BYTES).encode())
        if not ring.numbers(_SEAL):
            ring._make_signer(1)
        for number in ring.numbers(
            _SEAL
        ):  # whoever made the private part may have been killed before it told the public one
            ring._tell_public(number)
        return ring

    @property
    def directory(self) -> Path:
        """Where the keys are."""
        return self._directory

    @property
    def mac_number(self) -> int:
        """The number of the MAC key in force."""
        return max(self.numbers(_MAC))

    @property
    def seal_number(self) -> int:
        """The number of the signing key in force."""
        return max(self.numbers(_SEAL))

    def mac_key(self, number: int) -> bytes:
        """A MAC key. Raises MissingKeyError."""
        if number not in self._macs:
            self._macs[number] = bytes.fromhex(self._read(f"{_MAC}-{number}").decode())
        return self._macs[number]

    def sign(self, content: bytes, *, number: int) -> bytes:
        """The Ed25519 signature (RFC 8032) of a content. Raises MissingKeyError."""
        return self._signer(number).sign(content)

    def public_key(self, number: int) -> bytes:
        """The public part of a signing key, as PEM. Raises MissingKeyError."""
        return self._read(f"{_SEAL}-{number}.pub")

    def rotate(self) -> tuple[int, int]:
        """Makes new keys, in force for what begins after. Returns their numbers."""
        mac, seal = self.mac_number + 1, self.seal_number + 1
        _put(self._directory / f"{_MAC}-{mac}", secrets.token_hex(_MAC_BYTES).encode())
        self._make_signer(seal)
        return mac, seal

    def numbers(self, name: str) -> list[int]:
        """The numbers of the keys of a name."""
        found = (path.name.rpartition("-")[2] for path in self._directory.glob(f"{name}-*"))
        return sorted(int(number) for number in found if number.isdigit())

    def _make_signer(self, number: int) -> None:
        private = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _put(self._directory / f"{_SEAL}-{number}", private)
        self._tell_public(number)

    def _tell_public(self, number: int) -> None:
        path = self._directory / f"{_SEAL}-{number}.pub"
        if not path.exists():
            public = self._signer(number).public_key()
            _put(path, public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))

    def _signer(self, number: int) -> Ed25519PrivateKey:
        if number not in self._signers:
            key = serialization.load_pem_private_key(self._read(f"{_SEAL}-{number}"), password=None)
            if not isinstance(key, Ed25519PrivateKey):
                raise MissingKeyError(f"{_SEAL}-{number} is not an Ed25519 key")
            self._signers[number] = key
        return self._signers[number]

    def _read(self, name: str) -> bytes:
        try:
            return (self._directory / name).read_bytes()
        except FileNotFoundError as error:
            raise MissingKeyError(f"{self._directory / name} is missing") from error


def is_signed(content: bytes, signature: bytes, *, public_key: bytes) -> bool:
    """Whether a signature of `content` is right under a public key in PEM."""
    key = serialization.load_pem_public_key(public_key)
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _put(path: Path, content: bytes) -> None:
    """Writes a file whole (mode 0600) unless there is one: of two that try, one wins and both then read the same."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        try:
            path.hardlink_to(file.name)
        except FileExistsError:
            return
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
