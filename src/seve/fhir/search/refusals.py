"""What the search grammar says no to. Every refusal names the parameter and, where there is one, the value."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class SearchRefusal(Refusal):
    """The root of the refusals of a search."""


class UnknownParameter(SearchRefusal):
    """The type has no such parameter, and none with a similar name."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.unknown_parameter"


class UnknownParameterNear(UnknownParameter):
    """The type has no such parameter, but one with a similar name."""

    key: ClassVar[str] = "fhir.search.unknown_parameter_near"


class UnknownType(SearchRefusal):
    """There is no such resource type."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.unknown_type"


class MixedParameter(SearchRefusal):
    """The types that are searched together have parameters of different kinds under one name."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.mixed_parameter"


class WrongModifier(SearchRefusal):
    """The modifier doesn't exist or doesn't apply to the parameter."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.wrong_modifier"


class WrongPrefix(SearchRefusal):
    """The parameter's definition doesn't allow the prefix."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.wrong_prefix"


class NotUsable(SearchRefusal):
    """The parameter exists, but nothing on this server answers it."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.not_usable"


class WrongValue(SearchRefusal):
    """The value isn't what the parameter takes; `expected` says what is."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "fhir.search.wrong_value"


class EmptyValue(SearchRefusal):
    """The parameter has no value."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "fhir.search.empty_value"


class WrongChain(SearchRefusal):
    """The chain leaves a parameter that isn't a reference, or leads to a type it can't point to."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.wrong_chain"


class WrongHas(SearchRefusal):
    """`_has` isn't of the form `_has:Type:reference:parameter`, or the reference doesn't point here."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "fhir.search.wrong_has"


class UnknownInclude(SearchRefusal):
    """`_include` or `_revinclude` names no reference parameter."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.unknown_include"


class NotSortable(SearchRefusal):
    """The parameter has no order in the indexes."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir.search.not_sortable"


class Contradiction(SearchRefusal):
    """A parameter that may stand once stands twice, or a sort names one parameter twice."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "fhir.search.contradiction"


class TooLarge(SearchRefusal):
    """The search goes beyond a limit."""

    code: ClassVar[str] = "too-costly"
    key: ClassVar[str] = "fhir.search.too_large"


class WrongFilter(SearchRefusal):
    """A `_filter`, `_text` or `_content` expression can't be read; `position` is where."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "fhir.search.wrong_filter"
