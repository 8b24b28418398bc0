"""Resources that gave no rows: told one by one, or refused together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from seve.kernel.refusals import InvalidContent, Issue, Refusal

OnError: TypeAlias = Literal["refuse", "report"]
MOST_KEPT = 1_000
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """A resource that gave no rows: which (`Patient/123`, or where it stands), in which column, and why."""

    resource: str
    column: str
    reason: str


class RowsRefused(InvalidContent):
    """Some resources don't fit the view; its issues name the first ten, and how many there were so far. 422."""

    status: ClassVar[int] = 422


class LakeRefused(Refusal):
    """What the lake can't do as asked; `rule` names the sentence. 422."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"

    def __init__(self, rule: str, *, expression: str = "", **fields: object) -> None:
        super().__init__(expression=expression, **fields)
        self.rule = rule

    @property
    def issues(self) -> Sequence[Issue]:
        """One, with the rule's sentence."""
        return (Issue("error", self.code, f"lake.refusals.{self.rule}", self.fields, self.expression),)


@dataclass(slots=True)
class Problems:
    """What a run met. `count` is all of them, `first` the first thousand."""

    on_error: OnError = "refuse"
    count: int = 0
    first: list[Problem] = field(default_factory=list[Problem])

    def add(self, found: Iterable[Problem]) -> None:
        """Takes note. Raises RowsRefused when problems refuse the run."""
        for problem in found:
            self.count += 1
            if len(self.first) < MOST_KEPT:
                self.first.append(problem)
        if self.count and self.on_error == "refuse":
            raise RowsRefused([_issue(problem) for problem in self.first[:_MOST_TOLD]])


def _issue(problem: Problem) -> Issue:
    fields = {"resource": problem.resource, "column": problem.column, "reason": problem.reason}
    return Issue("error", "processing", "lake.refusals.row", fields)
