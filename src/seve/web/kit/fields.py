"""Fields of a form: what is asked, what was typed, and what to change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

FieldKind: TypeAlias = Literal[
    "text", "email", "tel", "number", "password", "search", "date", "file", "textarea", "select", "radio", "checkbox"
]


@dataclass(frozen=True, slots=True)
class Option:
    """One of several answers."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `typed` is kept whatever becomes of the form, but for passwords and files; `problem` says what to change. `least`
    and `most` bound a date or a number; `suggestions` is the address that answers `?q=` with a JSON list of value, label and hint.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    typed: tuple[str, ...] = ()
    hint: str = ""
    problem: str = ""
    is_required: bool = False
    is_disabled: bool = False
    options: tuple[Option, ...] = ()
    autocomplete: str = "off"
    least: str = ""
    most: str = ""
    accept: str = ""
    suggestions: str = ""

    @property
    def id(self) -> str:
        """Of the control that an error leads to: of several choices, the first."""
        return f"f-{self.name}"

    @property
    def value(self) -> str:
        """What was typed; nothing for what a page must not repeat."""
        return self.typed[0] if self.typed and self.kind not in {"password", "file"} else ""

    @property
    def described_by(self) -> str:
        """The ids of hint and problem, in the order they are read."""
        parts = ((self.hint, "hint"), (self.problem, "problem"))
        return " ".join(f"{self.id}-{name}" for sentence, name in parts if sentence)


def filled(fields: Iterable[Field], *, typed: Iterable[tuple[str, str]], problems: dict[str, str]) -> tuple[Field, ...]:
    """The fields of a form that came back, with what was typed (pairs of name and value) and the problem of each by name. A browser
    sends nothing of a field that is disabled: it stays as it was.
    """
    pairs = tuple(typed)
    return tuple(
        replace(
            field,
            typed=field.typed if field.is_disabled else tuple(value for name, value in pairs if name == field.name),
            problem=problems.get(field.name, ""),
        )
        for field in fields
    )


def to_change(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Those with a problem, for the summary above the form."""
    return tuple(field for field in fields if field.problem)
