"""What the views say no to: a definition, with every fault and its place, and a resource that gives no row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from seve.kernel.refusals import InvalidContent, Issue, Refusal


class ViewRefused(InvalidContent):
    """The view definition is wrong. Its issues name the places, such as `ViewDefinition.select[0].column[1].path`. 422."""

    def __str__(self) -> str:
        return "; ".join(f"{issue.expression}: {issue.text()}" for issue in self.issues)


class RowRefused(Refusal):
    """A resource doesn't fit the view. Fields: `resource` (`Patient/123`), `column` (or `where`, `forEach`), `reason`. 422."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.views.row"

    def __init__(self, *, resource: str, column: str, cause: Refusal) -> None:
        super().__init__(resource=resource, column=column, reason=str(cause))
        self.cause = cause


class NotBooleanError(Refusal):
    """A `where` gave something that isn't true or false. Field: `found`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.views.not-boolean"


class ClashingTypeError(Refusal):
    """A value isn't of the type of its column. Fields: `found`, `type`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.views.value-type"


class SeveralValuesError(Refusal):
    """A column that isn't a collection got several values. Field: `count`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.views.several-values"


class TooManyRowsError(Refusal):
    """One resource gives more rows than a view may. Field: `most`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "fhir.views.too-many-rows"


class Faults:
    """Collects the faults of a definition; `refuse` raises them all at once."""

    def __init__(self) -> None:
        self._issues: list[Issue] = []

    def add(self, rule: str, place: str, *, code: str = "invalid", **fields: object) -> None:
        """Note a fault: `rule` names its sentence, `place` the element."""
        self._issues.append(Issue("error", code, f"fhir.views.{rule}", fields, place))

    def refuse(self) -> None:
        """Raises ViewRefused when there are faults."""
        if self._issues:
            raise ViewRefused(self.issues)

    @property
    def issues(self) -> Sequence[Issue]:
        """What was found so far."""
        return tuple(self._issues)
