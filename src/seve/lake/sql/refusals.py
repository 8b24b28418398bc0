"""What SQL can't say faithfully."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class NotInSqlError(Refusal):
    """A path has no faithful SQL. `expression` is its place in the definition. Fields: `path`, `part`. 422."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "lake.refusals.not-in-sql"


class OutsideError(Exception):
    """A part of an expression that isn't written in SQL; `part` names it."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class RepeatOutsideError(OutsideError):
    """The same of a path of a `repeat`; `index` is its place among them."""

    def __init__(self, part: str, index: int) -> None:
        super().__init__(part)
        self.index = index
