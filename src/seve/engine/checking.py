"""What a resource must pass before it is stored: the rules of R4 and of the profiles it claims."""

from __future__ import annotations

from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.validation.seams import PendingCode, Terminology
from seve.fhir.validation.validator import Validator
from seve.kernel.refusals import InvalidContent


class Checker:
    """Validates against the definitions in force."""

    def __init__(self, definitions: Definitions, *, terminology: Terminology | None = None) -> None:
        self.validator = Validator(definitions, terminology=terminology)

    def check(self, resource: Resource) -> tuple[PendingCode, ...]:
        """The required codes that memory can't decide. Raises InvalidContent with every issue, when one is an error."""
        result = self.validator.validate(resource)
        if not result.is_valid:
            raise InvalidContent(result.issues)
        return tuple(code for code in result.pending if code.strength == "required")
