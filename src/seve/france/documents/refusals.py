"""Why a file is refused."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from seve.kernel.refusals import InvalidContent, Issue, Refusal

Reason: TypeAlias = Literal[
    "empty",
    "too_large",
    "unknown",
    "not_accepted",
    "mislabelled",
    "misnamed",
    "broken",
    "broken_xml",
    "test_virus",
    "executable",
    "macros",
    "html",
    "svg",
    "pdf_script",
    "pdf_launch",
    "pdf_embedded",
    "pdf_opens_address",
    "pdf_encrypted",
    "pdf_opaque",
    "rtf_object",
    "zip_traversal",
    "zip_link",
    "zip_bomb",
    "zip_encrypted",
    "zip_archive",
]


class DocumentRefused(InvalidContent):
    """A file that is not taken: `reason`, and the fields of its sentence."""

    def __init__(self, reason: Reason, **fields: object) -> None:
        super().__init__([Issue("error", "invalid", f"france.documents.{reason}", fields)])
        self.reason: Reason = reason


class NoFile(Refusal):
    """A document needs a file or words."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = "france.documents.no_file"


class SomebodyElse(Refusal):
    """The document says by its INS that it is about somebody else."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "france.documents.somebody_else"
