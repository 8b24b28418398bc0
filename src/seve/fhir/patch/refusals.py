"""What a patch is refused for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from seve.kernel.refusals import Issue, Refusal


class PatchRefused(Refusal):
    """The patch can't be read, or does not apply to the resource; `rule` names the sentence, `place` the operation."""

    status: ClassVar[int] = 422

    def __init__(self, rule: str, *, place: str = "", **fields: object) -> None:
        super().__init__(expression=place, **fields)
        self._rule = rule

    @property
    def issues(self) -> Sequence[Issue]:
        """One, with the rule's sentence."""
        return (Issue("error", "processing", f"fhir.patch.{self._rule}", self.fields, self.expression),)
