"""The servers that help two browsers find a way to each other (STUN, TURN; RFC 8445), with passwords that last for hours.

TURN by the convention that coturn calls `use-auth-secret`: the user name is the time at which it ends, the password its
HMAC-SHA1 under a secret that this server and the TURN server share.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

LASTING = timedelta(hours=12)
_ADDRESS = re.compile(r"(stuns?|turns?):[A-Za-z0-9.\-\[\]:]{1,255}(\?transport=(udp|tcp))?")


@dataclass(frozen=True, slots=True)
class IceServers:
    """`addresses` such as `stun:stun.example:3478` and `turn:turn.example?transport=udp`; `secret` is shared with the TURN server.

    Raises ValueError for an address of another kind, and for a TURN server without the secret.
    """

    addresses: tuple[str, ...] = ()
    secret: str = ""

    def __post_init__(self) -> None:
        wrong = next((one for one in self.addresses if not _ADDRESS.fullmatch(one)), None)
        if wrong is not None:
            raise ValueError(
                f"not the address of a STUN or TURN server: “{wrong}” (turn:turn.example:3478?transport=udp)"
            )
        if self._of("turn") and not self.secret:
            raise ValueError("a TURN server needs the secret that it shares with this one")

    def at(self, now: datetime) -> list[dict[str, Any]]:
        """As `RTCConfiguration.iceServers` has them. The name in a password is nobody's: it is drawn each time."""
        found: list[dict[str, Any]] = []
        if stun := self._of("stun"):
            found.append({"urls": list(stun)})
        if turn := self._of("turn"):
            user = f"{int((now + LASTING).timestamp())}:{secrets.token_hex(6)}"
            password = base64.b64encode(hmac.digest(self.secret.encode(), user.encode(), "sha1")).decode()
            found.append({"urls": list(turn), "username": user, "credential": password})
        return found

    def _of(self, kind: str) -> tuple[str, ...]:
        return tuple(one for one in self.addresses if one.startswith(kind))
