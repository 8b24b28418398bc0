"""What validation asks of others: is a code in a value set? And what it leaves to be asked later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from seve.fhir import Resource
from seve.fhir.definitions.schema import Strength
from seve.kernel.refusals import Issue


class Terminology(Protocol):
    """Membership of codes in value sets, as far as memory knows."""

    def member(self, value_set: str, system: str | None, code: str) -> bool | None:
        """Whether `code` is in `value_set` (a canonical); None when that can't be decided here.

        `system` is None for a `code` element, whose system the value set implies.
        """
        ...


@dataclass(frozen=True, slots=True)
class PendingCode:
    """A coded element that memory couldn't decide: right when at least one of `codings` is in `value_set`.

    `codings` are pairs of system (None for a plain `code`) and code. When none is a member, `issue` is to be told.
    """

    value_set: str
    codings: tuple[tuple[str | None, str], ...]
    strength: Strength
    expression: str

    @property
    def issue(self) -> Issue:
        """What to tell when the terminology says no."""
        return binding_issue(self.value_set, self.codings, strength=self.strength, expression=self.expression)


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a validation: issues, worst first, and the codes that remain to be asked of a terminology."""

    issues: tuple[Issue, ...]
    pending: tuple[PendingCode, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether no error was found; warnings don't refuse."""
        return not any(issue.severity in ("fatal", "error") for issue in self.issues)


@dataclass(frozen=True, slots=True)
class Context:
    """Where a resource stands when it is not alone: the resources beside it by the references that find them."""

    resources: Mapping[str, Resource] = field(default_factory=lambda: MappingProxyType({}))


def binding_issue(
    value_set: str, codings: tuple[tuple[str | None, str], ...], *, strength: Strength, expression: str
) -> Issue:
    """The issue of a coded element whose codes are all outside its value set."""
    shown = ", ".join(f"{system}|{code}" if system else code for system, code in codings)
    severity, key = ("error", "code_required") if strength == "required" else ("warning", "code_extensible")
    fields = {"codes": shown, "value_set": value_set}
    return Issue(severity, "code-invalid", f"fhir.validation.{key}", fields, expression)
