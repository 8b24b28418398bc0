"""What a push service is given: a message that it can't read (RFC 8291), and who sends it (VAPID, RFC 8292). Pure, but for the time.

Made with `cryptography` and `joserfc`, which Sève has anyway. `pywebpush` brings three HTTP clients, and calls by names of its own
resolving, past the guard against forged requests; `http-ece`, under it, is untyped and does just the forty lines below.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

CURVE = ec.SECP256R1()
AUTH_BYTES, POINT_BYTES, SALT_BYTES = 16, 65, 16
_RECORD_BYTES = 4_096
_TOKEN_SECONDS = 12 * 3_600
_END = b"\x02"
"""Ends what is said in the last record; padding comes after it (RFC 8188, 2)."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A browser's side of a subscription: its public key as an uncompressed point, its authentication secret."""

    key: bytes
    auth: bytes

    @classmethod
    def of(cls, key: str, auth: str) -> Receiver:
        """From what a browser gives, in base64url. Raises ValueError."""
        made = cls(unbase64(key), unbase64(auth))
        if len(made.auth) != AUTH_BYTES:
            raise ValueError("auth")
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, made.key)
        return made


def encrypted(
    said: bytes, receiver: Receiver, *, sender: ec.EllipticCurvePrivateKey, salt: bytes, size: int = 0
) -> bytes:
    """`aes128gcm` of one record, padded to `size` bytes so that its length tells nothing. `sender` and `salt` serve once."""
    public = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, receiver.key))
    secret = _derived(shared, receiver.auth, b"WebPush: info\0" + receiver.key + public, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD_BYTES.to_bytes(4) + len(public).to_bytes(1) + public
    return head + AESGCM(key).encrypt(nonce, said + _END + bytes(max(0, size - len(said) - 1)), None)


def authorization(endpoint: str, key: ec.EllipticCurvePrivateKey, *, subject: str) -> str:
    """The header by which a push service knows who sends; `subject` is where to reach them (`mailto:…`, `https://…`), or ""."""
    parts = urlsplit(endpoint)
    claims: dict[str, str | int] = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + _TOKEN_SECONDS,
        **({"sub": subject} if subject else {}),
    }
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(_pem(key)), algorithms=["ES256"])
    return f"vapid t={token}, k={public_text(key)}"


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public key, as browsers want it (`applicationServerKey`)."""
    return base64(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def base64(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64(text: str) -> bytes:
    """Its bytes. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
