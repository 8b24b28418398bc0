"""What merging and unmerging say no to. They name resources by reference only, never a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from seve.kernel.refusals import Issue, Refusal


class SamePatient(Refusal):
    """Source and target are one record."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "engine/identity/merging.refusals.same_patient"


class NoPatientReference(Refusal):
    """A parameter is no reference `Patient/id` of this server. Field: `name`."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine/identity/merging.refusals.no_patient_reference"


class AlreadyMerged(Refusal):
    """The record was merged into another one before. Fields: `reference`, `into`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "engine/identity/merging.refusals.already_merged"


class NeverMerged(Refusal):
    """There is no merge of the record to undo. Field: `reference`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine/identity/merging.refusals.never_merged"


class ResultMismatch(Refusal):
    """`result-patient` is not the target. Fields: `expected`, `found`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "invalid"
    key: ClassVar[str] = "engine/identity/merging.refusals.result_mismatch"


class NoSuchPair(Refusal):
    """No such pair waits: it was settled meanwhile, or is not of the desk's organisation."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/identity/merging.refusals.no_such_pair"


class PartOfTheRecord(Refusal):
    """The caller may not see everything that a merge would have to change."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/identity/merging.refusals.part_of_the_record"


class ChangedMeanwhile(Refusal):
    """A resource changed between the look at it and the write; nothing was written."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "engine/identity/merging.refusals.changed_meanwhile"


class ChangedSince(Refusal):
    """Resources that the merge changed were changed again; unmerging would lose that. Field: `references`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "engine/identity/merging.refusals.changed_since"

    @property
    def issues(self) -> Sequence[Issue]:
        """One for each resource."""
        references = self.fields["references"]
        assert isinstance(references, list)
        return tuple(Issue("error", self.code, self.key, {"reference": one}, str(one)) for one in references)
