"""What interactions say no to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from seve.kernel.refusals import Issue, Refusal


class NotFound(Refusal):
    """No such resource, or none that the caller may know of."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine.refusals.not_found"


class UnknownType(NotFound):
    """The path names no resource type of R4."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.refusals.unknown_type"


class UnknownPath(NotFound):
    """The path is no FHIR interaction."""

    key: ClassVar[str] = "engine.refusals.unknown_path"


class UnknownOperation(NotFound):
    """The operation does not exist, or not at this level."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.refusals.unknown_operation"


class Gone(Refusal):
    """The resource was deleted."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "deleted"
    key: ClassVar[str] = "engine.refusals.gone"


class PageGone(Refusal):
    """A page link that can no longer be honoured."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "expired"
    key: ClassVar[str] = "engine.refusals.page_gone"


class MethodNotAllowed(Refusal):
    """The path exists, the verb does not apply to it."""

    status: ClassVar[int] = 405
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.refusals.method_not_allowed"


class VersionMismatch(Refusal):
    """`If-Match` names another version than the current one."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "engine.refusals.version_mismatch"


class AlreadyExists(Refusal):
    """`If-None-Match: *` and the resource exists."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "engine.refusals.already_exists"


class MultipleMatches(Refusal):
    """A condition that must select at most one resource selects more."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "multiple-matches"
    key: ClassVar[str] = "engine.refusals.multiple_matches"


class BodyMissing(Refusal):
    """The interaction needs a resource and none came."""

    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine.refusals.body_missing"


class TypeMismatch(Refusal):
    """The body is of another type than the path says."""

    key: ClassVar[str] = "engine.refusals.type_mismatch"


class IdMismatch(Refusal):
    """The body's id is not the path's."""

    key: ClassVar[str] = "engine.refusals.id_mismatch"


class InvalidId(Refusal):
    """The id has characters or a length that R4 does not allow."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine.refusals.invalid_id"


class InvalidHeader(Refusal):
    """A condition in a header can't be read."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine.refusals.invalid_header"


class InvalidParameter(Refusal):
    """A parameter of a history, or of an operation, can't be read."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine.refusals.invalid_parameter"


class NoCriteria(Refusal):
    """A conditional interaction without a criterion would concern everything."""

    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine.refusals.no_criteria"


class InvalidBundle(Refusal):
    """A batch or transaction that breaks the rules of its entries; `rule` names the sentence, `expression` the entry."""

    def __init__(self, rule: str, *, expression: str = "Bundle", **fields: object) -> None:
        super().__init__(expression=expression, **fields)
        self._rule = rule

    @property
    def issues(self) -> Sequence[Issue]:
        """One, with the rule's sentence."""
        return (Issue("error", "invalid", f"engine.bundles.{self._rule}", self.fields, self.expression),)


class UnresolvedReference(Refusal):
    """A conditional reference in a transaction selects none, or several."""

    status: ClassVar[int] = 412
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine.refusals.unresolved_reference"


class TooCostly(Refusal):
    """The answer would be larger than the server gives."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "engine.refusals.too_costly"
