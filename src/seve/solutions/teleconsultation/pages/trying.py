"""Camera, microphone and network, tried before a call; also by who has none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from seve.sdk import View, Visit


@dataclass(frozen=True)
class Trying(View):
    """`ice` is for the script: the network is tried by way of the servers that a call would use."""

    template: ClassVar[str] = "trying.html"
    ice: str


async def show(visit: Visit) -> Trying:
    """The page."""
    return Trying(json.dumps(visit.rooms.ice_servers(visit.now)))
