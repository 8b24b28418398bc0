"""Rows of the trail as the arguments of `audit.insert`, alone or as a part of another statement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from seve.store.queries import statements

_PARAMETER = re.compile(r"\$(\d+)")


@dataclass(slots=True)
class AuditRows:
    """New entries of one strand, after its entry `after`. Without entries, the insert writes nothing."""

    strand: int = 0
    after: int = 0
    secret: int = 0
    vids: list[int] = field(default_factory=list[int])
    agents: list[int] = field(default_factory=list[int])
    macs: list[bytes] = field(default_factory=list[bytes])
    keys: list[str] = field(default_factory=list[str])
    contents: list[str] = field(default_factory=list[str])

    def arguments(self) -> list[Any]:
        """The parameters in order."""
        return [
            self.strand,
            self.after,
            self.secret,
            self.vids,
            self.agents,
            self.macs,
            self.keys,
            self.contents,
        ]


@cache
def insert_from(first: int) -> str:
    """The insert with its parameters numbered from `first`: `WITH audited AS (<this>) INSERT INTO version …`."""
    text = statements("audit")["insert"].partition("\n")[2]  # without its comment
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + first - 1}", text)
