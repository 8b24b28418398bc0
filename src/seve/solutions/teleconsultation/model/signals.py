"""What browsers say to each other on the way to a direct connection, through the room: small, checked, and kept nowhere.

`hello` (who is there), `bye`, `offer`, `answer` and `ice` (RFC 8829) to one peer by `to`; `state` (camera, microphone), `changed`
(something of the visit was written: look again). The server says who speaks: `from`, `name` and `kind` are never the browser's.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["hello", "here", "bye", "description", "candidate", "state", "stay"]
PEER: Final = re.compile(r"[a-z0-9]{8,32}")
_Peer: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{8,32}$")]


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One message of a browser. `sdp` and `candidate` pass as they are, to that one peer."""

    kind: Kind
    to: _Peer | Literal[""] = ""
    type: Literal["", "offer", "answer"] = ""
    sdp: Annotated[str, msgspec.Meta(max_length=40_000)] = ""
    candidate: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    mid: Annotated[str, msgspec.Meta(max_length=64)] = ""
    line: int = 0
    fragment: Annotated[str, msgspec.Meta(max_length=256)] = ""
    camera: bool = False
    microphone: bool = False


def signal(text: str) -> Signal | None:
    """What a browser sent; None for anything else."""
    try:
        return msgspec.json.decode(text, type=Signal)
    except msgspec.DecodeError:
        return None


def told(one: Signal, *, peer: str, name: str, kind: str) -> str:
    """As the others hear it, with who said it."""
    body: dict[str, Any] = msgspec.to_builtins(one)
    return msgspec.json.encode({**body, "from": peer, "name": name, "party": kind}).decode()


CHANGED: Final = '{"kind":"changed"}'
"""Said by the server when something of the visit was written."""


def addressee(text: str) -> tuple[str, str]:
    """From whom and to whom something that was heard is; "" for all."""
    found: dict[str, Any] = msgspec.json.decode(text)
    return str(found.get("from", "")), str(found.get("to", ""))
