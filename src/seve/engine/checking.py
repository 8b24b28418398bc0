"""What a resource must pass before it is stored: the rules of R4 and of the profiles it claims, and a content of its type."""

from __future__ import annotations

import base64
import binascii

from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.scheduling import scheduling_issues
from seve.fhir.signatures import MEDIA_TYPES, media_type_of, signature_of
from seve.fhir.validation.seams import PendingCode, Terminology
from seve.fhir.validation.validator import Validator
from seve.kernel.refusals import InvalidContent, Issue

_HEAD_CHARACTERS = 512
"""Of base64: more than what tells a format."""


class Checker:
    """Validates against the definitions in force."""

    def __init__(self, definitions: Definitions, *, terminology: Terminology | None = None) -> None:
        self.validator = Validator(definitions, terminology=terminology)

    def check(self, resource: Resource) -> tuple[PendingCode, ...]:
        """The required codes that memory can't decide. Raises InvalidContent with every issue, when one is an error."""
        result = self.validator.validate(resource)
        ours = own_issues(resource)
        if ours or not result.is_valid:
            raise InvalidContent([*result.issues, *ours])
        return tuple(code for code in result.pending if code.strength == "required")


def own_issues(resource: Resource) -> list[Issue]:
    """What is wrong by rules that are not of the definitions: a Binary that belies its type, an agenda that can't be laid out."""
    return [*_binary_issues(resource), *scheduling_issues(resource)]


def _binary_issues(resource: Resource) -> list[Issue]:
    """A Binary whose contentType its first bytes belie; none for a type that first bytes don't tell."""
    if resource.get("resourceType") != "Binary" or not isinstance(resource.get("data"), str):
        return []
    declared = media_type_of(str(resource.get("contentType", "")))
    wanted = MEDIA_TYPES.get(declared)
    if wanted is None or signature_of(_head(resource["data"])) == wanted:
        return []
    return [Issue("error", "value", "engine.refusals.binary_mislabelled", {"declared": declared}, "Binary.contentType")]


def _head(data: str) -> bytes:
    text = "".join(data[: 2 * _HEAD_CHARACTERS].split())[:_HEAD_CHARACTERS]
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except binascii.Error:  # said by the validator
        return b""
