"""What a terminology says no to. Every refusal names the canonical or the code that it is about."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class TerminologyRefusal(Refusal):
    """The root of the refusals of a terminology."""


class UnknownCodeSystem(TerminologyRefusal):
    """Nothing here knows the codes of the system (in that version). Fields: `url`, `version`."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "fhir.terminology.unknown_code_system"


class UnknownValueSet(TerminologyRefusal):
    """There is no such value set here. Field: `canonical`."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "fhir.terminology.unknown_value_set"


class UnknownConceptMap(TerminologyRefusal):
    """There is no such concept map here. Field: `canonical`."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "fhir.terminology.unknown_concept_map"


class UnknownCode(TerminologyRefusal):
    """The code system has no such code. Fields: `system`, `code`."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "fhir.terminology.unknown_code"


class CircularValueSet(TerminologyRefusal):
    """The value set includes itself. Field: `canonical`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.terminology.circular"


class EmptyComposition(TerminologyRefusal):
    """The value set neither composes nor lists codes. Field: `canonical`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.terminology.empty"


class WrongFilter(TerminologyRefusal):
    """A filter has an operator or a value that can't be read. Fields: `property`, `operator`, `value`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.terminology.wrong_filter"


class NotEnumerable(TerminologyRefusal):
    """The system defines its codes by a grammar, so that no list of them exists. Field: `url`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "fhir.terminology.not_enumerable"


class TooLarge(TerminologyRefusal):
    """The expansion holds more codes than is given at once. Fields: `canonical`, `count`, `limit`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "fhir.terminology.too_large"


class WrongVersion(TerminologyRefusal):
    """A code system has another version than `check-system-version` asks for. Fields: `url`, `version`, `expected`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "fhir.terminology.wrong_version"


class NoSubsumption(TerminologyRefusal):
    """The hierarchy of the system doesn't mean that a child is a kind of its parent. Field: `url`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.terminology.no_subsumption"


class UnmappedElsewhere(TerminologyRefusal):
    """The map sends unmapped codes to another map that isn't here. Field: `canonical`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "fhir.terminology.unmapped_elsewhere"


class Unreadable(TerminologyRefusal):
    """A file isn't of the format that it seems to be. Fields: `format`, `line`."""

    key: ClassVar[str] = "fhir.terminology.unreadable"
