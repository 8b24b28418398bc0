"""Web push (RFC 8030): devices that asked for it are told through their browser's push service, which can read nothing of it.

What is told is the subject of the notification, which names no place and nobody, and the page to open. The endpoint is a browser's
word, so that it is called under the guard of hooks (`seve.engine.subscriptions.calling`).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec

from seve.engine.notifications.push_messages import CURVE, SALT_BYTES, Receiver, authorization, encrypted
from seve.engine.notifications.refusals import CannotSend, DeviceGone, NoDevice
from seve.engine.subscriptions.calling import check_endpoint, once
from seve.engine.subscriptions.refusals import CannotCall, EndpointRefused
from seve.store import devices
from seve.store.devices import Device

if TYPE_CHECKING:
    from seve.store.database import Pool

PAGE = "/notifications"
MOST_DEVICES = 10
_PADDED_BYTES = 256
_KEPT_SECONDS = 86_400
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256: private keys are the numbers below it."""
_GONE = frozenset({404, 410})
_LONGEST = 1_000


async def subscribe(pool: Pool, account: str, *, endpoint: str, key: str, auth: str, trusted: AbstractSet[str]) -> None:
    """Keeps a browser's subscription for an account; the oldest give way to it. Raises NoDevice for what can be none."""
    try:
        receiver = Receiver.of(key, auth)
        check_endpoint(endpoint if len(endpoint) <= _LONGEST else "", trusted)
    except (ValueError, EndpointRefused) as error:
        raise NoDevice(expression="endpoint") from error
    await devices.keep(pool, account, endpoint, receiver.key, receiver.auth, most=MOST_DEVICES)


@dataclass(frozen=True, slots=True)
class WebPush:
    """The way out: `key` says that it is always the same site that sends, `subject` where to reach who runs it."""

    pool: Pool
    key: ec.EllipticCurvePrivateKey
    subject: str
    trusted: AbstractSet[str]

    @classmethod
    def open(cls, pool: Pool, secret: bytes, *, subject: str, trusted: AbstractSet[str]) -> WebPush:
        """With the key that a secret of 32 bytes makes; a subject that is no `https` address is left out."""
        key = ec.derive_private_key(int.from_bytes(secret) % (_ORDER - 1) + 1, CURVE)
        return cls(pool, key, subject if subject.startswith("https://") else "", trusted)

    async def send(self, address: str, *, subject: str, body: str) -> None:
        """`address` is the number of a device. Raises DeviceGone, and forgets it, when its browser has; CannotSend."""
        del body  # it names places and carries links: read where one is signed in
        device = await devices.device(self.pool, int(address))
        if device is None:
            raise DeviceGone
        said = json.dumps({"title": subject, "path": PAGE}, ensure_ascii=False).encode()
        try:
            status = await asyncio.to_thread(self._posted, device, said)
        except (CannotCall, EndpointRefused) as error:
            raise CannotSend(reason=type(error).__name__) from error
        if status in _GONE:
            await devices.forget(self.pool, device.account, device.id)
            raise DeviceGone
        if not 200 <= status < 300:
            raise CannotSend(reason=f"HTTP {status}")

    def _posted(self, device: Device, said: bytes) -> int:
        receiver = Receiver(device.key, device.auth)
        headers = {
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(_KEPT_SECONDS),
            "authorization": authorization(device.endpoint, self.key, subject=self.subject),
        }
        sender = ec.generate_private_key(CURVE)
        message = encrypted(said, receiver, sender=sender, salt=os.urandom(SALT_BYTES), size=_PADDED_BYTES)
        return once(device.endpoint, message, headers, trusted=self.trusted)
