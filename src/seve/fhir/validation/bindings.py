"""Coded elements against their value sets by the strength of the binding (FHIR R4, Terminologies, Binding Strengths)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from seve.fhir.definitions import Binding, Element
from seve.fhir.definitions.schema import Strength
from seve.fhir.validation.run import Check, Place, Run

_Coding: TypeAlias = tuple[str | None, str]
_Maker: TypeAlias = Callable[[str, Strength], Check]
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_TOLD = ("required", "extensible")


def of_element(element: Element, type_name: str) -> Iterator[Check]:
    """The rule of an element's binding for one of its types; none for strengths that only advise."""
    if element.binding and element.binding.strength in _TOLD:
        yield from of_binding(element.binding, type_name)


def of_binding(binding: Binding, type_name: str) -> Iterator[Check]:
    """The rule of a binding for a type; none for types that hold no code."""
    if maker := _MAKERS.get(type_name):
        yield maker(binding.value_set, binding.strength)


def _text(value_set: str, strength: Strength) -> Check:
    def check(run: Run, value: Any, place: Place) -> None:
        run.code(value_set, strength, codings=((None, value),), place=place)

    return check


def _coding(value_set: str, strength: Strength) -> Check:
    def check(run: Run, value: Any, place: Place) -> None:
        code = value.get("code")
        if code is not None:
            run.code(value_set, strength, codings=((value.get("system", ""), code),), place=place)
        elif strength == "required" and not _is_absent(value):
            run.tell("code_missing", place, code="code-invalid", value_set=value_set)

    return check


def _quantity(value_set: str, strength: Strength) -> Check:
    def check(run: Run, value: Any, place: Place) -> None:
        if (code := value.get("code")) is not None:
            run.code(value_set, strength, codings=((value.get("system", ""), code),), place=place)

    return check


def _concept(value_set: str, strength: Strength) -> Check:
    def check(run: Run, value: Any, place: Place) -> None:
        codings = tuple(_codings(value))
        if codings:
            run.code(value_set, strength, codings=codings, place=place)
        elif _is_absent(value):
            return
        elif strength == "required":
            run.tell("code_missing", place, code="code-invalid", value_set=value_set)
        elif "text" not in value:
            run.tell("code_or_text_missing", place, code="code-invalid", severity="warning", value_set=value_set)

    return check


def _codings(concept: dict[str, Any]) -> Iterator[_Coding]:
    for coding in concept.get("coding", ()):
        if "code" in coding:
            yield coding.get("system", ""), coding["code"]


def _is_absent(value: dict[str, Any]) -> bool:
    return any(extension.get("url") == _ABSENT for extension in value.get("extension", ()))


_MAKERS: dict[str, _Maker] = {
    "code": _text,
    "string": _text,
    "uri": _text,
    "Coding": _coding,
    "CodeableConcept": _concept,
    "Quantity": _quantity,
    "Age": _quantity,
    "Count": _quantity,
    "Distance": _quantity,
    "Duration": _quantity,
}
