"""The one tree of refusals: what Sève says no to, as data.

Each class carries an HTTP status, a FHIR issue type (http://hl7.org/fhir/issue-type) and a text key; each instance carries
typed fields. Sentences come from `strings/`, so that every surface (OperationOutcome, page, job event) renders its own.
A bug is not a refusal: it is an exception of any other class, and becomes a 500 with an incident number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from seve.kernel.texts import Language, text

Severity: TypeAlias = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One remark about an input.

    `code` is a FHIR issue-type code, `key` the text key, `fields` its places, `expression` the FHIRPath of the element
    (`Patient.name[0].given[1]`) or of the HTTP parameter (`http.name`), empty when the whole input is meant.
    """

    severity: Severity
    code: str
    key: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    expression: str = ""

    def text(self, language: Language = "en") -> str:
        """The sentence for a person."""
        return text(self.key, self.fields, language)


class Refusal(Exception):  # noqa: N818 - a no is not an error of the program
    """The root. Subclasses set `status`, `code` and `key`; instances give the places of their sentence."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "kernel.refusals.invalid"

    def __init__(self, *, expression: str = "", **fields: object) -> None:
        super().__init__(type(self).__name__)
        self.fields = fields
        self.expression = expression

    @property
    def issues(self) -> Sequence[Issue]:
        """What to tell, worst first."""
        return (Issue("error", self.code, self.key, self.fields, self.expression),)

    def __str__(self) -> str:
        return "; ".join(issue.text() for issue in self.issues)


class InvalidContent(Refusal):
    """The body was understood but breaks the rules; all its issues are listed (400 for syntax, 422 for rules)."""

    status: ClassVar[int] = 422

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__()
        self._issues = tuple(issues)

    @property
    def issues(self) -> Sequence[Issue]:
        """All that was found."""
        return self._issues


class Malformed(InvalidContent):
    """The body can't be read as a FHIR resource at all: broken JSON or XML, unknown elements, wrong types."""

    status: ClassVar[int] = 400
