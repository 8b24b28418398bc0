"""What the FHIRPath engine says no to. Each carries the line and column of the offending token once they are known."""

from __future__ import annotations

from typing import ClassVar, Self

from seve.kernel.refusals import Refusal


class FHIRPathError(Refusal):
    """An expression can't be evaluated: the standard asks for an error, or a limit was reached. 422."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.path.failed"
    at: int | None = None

    def located(self, source: str, at: int) -> Self:
        """The error itself with `line` and `column` (from 1) of the token at offset `at`; the innermost place wins."""
        if self.at is None:
            self.at = at
            before = source[:at]
            self.fields["line"] = before.count("\n") + 1
            self.fields["column"] = at - (before.rfind("\n") + 1) + 1
        return self


class FHIRPathSyntaxError(FHIRPathError):
    """The text isn't FHIRPath. Fields: `token`, `line`, `column`. 400."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "fhir.path.syntax"


class ExpressionTooLargeError(FHIRPathSyntaxError):
    """The expression is longer or nested deeper than the engine accepts."""

    code: ClassVar[str] = "too-long"
    key: ClassVar[str] = "fhir.path.too-large"


class UnknownNameError(FHIRPathError):
    """No such element, function, type or variable. Fields: `kind`, `name`."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "fhir.path.unknown"


class WrongArgumentsError(FHIRPathError):
    """A function was called with too few or too many arguments. Field: `name`."""

    status: ClassVar[int] = 400
    key: ClassVar[str] = "fhir.path.arguments"


class NotSingleError(FHIRPathError):
    """One item was needed, several were there. Field: `count`."""

    key: ClassVar[str] = "fhir.path.not-single"


class NotOrderedError(FHIRPathError):
    """Strictly, a function that counts on an order was called on items that have none. Field: `name`."""

    status: ClassVar[int] = 400
    key: ClassVar[str] = "fhir.path.not-ordered"


class WrongTypeError(FHIRPathError):
    """An operand is of a type that the operation doesn't know. Fields: `operation`, `found`."""

    key: ClassVar[str] = "fhir.path.wrong-type"


class BadValueError(FHIRPathError):
    """A value has the right type but can't be used: a broken regular expression, an odd hexadecimal. Field: `value`."""

    key: ClassVar[str] = "fhir.path.bad-value"


class AlreadyDefinedError(FHIRPathError):
    """`defineVariable` was given a name that is taken. Field: `name`."""

    key: ClassVar[str] = "fhir.path.already-defined"


class TooMuchWorkError(FHIRPathError):
    """The evaluation reached the limit of its work."""

    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "fhir.path.too-much-work"


class NoClockError(FHIRPathError):
    """`now()`, `today()` or `timeOfDay()` in an evaluation whose context doesn't say what time it is. Field: `name`."""

    key: ClassVar[str] = "fhir.path.no-clock"
