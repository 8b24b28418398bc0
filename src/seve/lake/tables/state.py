"""What each commit says of the lake: how far it follows the store, and how many of its rows are dead."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

KEY = "seve.state"


@dataclass(frozen=True, slots=True)
class Followed:
    """A mark in the store's order (store/feeding): up to `cursor`, of transactions before `barrier`, others from `late_from` on."""

    cursor: int = 0
    barrier: int = 0
    late_from: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """`token` names the store; `is_complete` is false between the first and the last commit of a sync. `rows` and `dead` count by
    type: a row is dead when a later version or a deletion stands beside it, as is the deletion itself.
    """

    token: str = ""
    followed: Followed = Followed()
    is_complete: bool = False
    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    dead: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def read(cls, text: str) -> Self:
        """From what `text` writes."""
        told: dict[str, Any] = json.loads(text)
        return cls(told["token"], Followed(*told["followed"]), told["is_complete"], told["rows"], told["dead"])

    def text(self) -> str:
        """As the commit has it."""
        mark = (self.followed.cursor, self.followed.barrier, self.followed.late_from)
        told = {"token": self.token, "followed": mark, "is_complete": self.is_complete}
        return json.dumps({**told, "rows": dict(self.rows), "dead": dict(self.dead)}, sort_keys=True)

    def grown(self, rows: Mapping[str, int], dead: Mapping[str, int]) -> State:
        """With more rows and more dead ones."""
        return replace(self, rows=_sum(self.rows, rows), dead=_sum(self.dead, dead))

    def tidied(self, type_: str, removed: int) -> State:
        """Without the dead rows of a type."""
        rows = {**self.rows, type_: self.rows.get(type_, 0) - removed}
        return replace(self, rows=rows, dead={**self.dead, type_: 0})


def _sum(these: Mapping[str, int], those: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(these) + Counter(those))
