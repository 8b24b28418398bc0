"""What an evaluation may ask of the outside: references, terminology, profiles, the clock, a sink for traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seve.fhir import Resource


@dataclass(frozen=True, slots=True)
class Context:
    """Services for one evaluation; these defaults know nothing and never fail. Subclass and override what you can answer.

    `now` is the instant of the evaluation, with its zone: `now()`, `today()` and `timeOfDay()` all read it, and are an error
    without it, since the engine has no clock of its own.
    """

    now: datetime | None = None

    def resolve(self, reference: str) -> Resource | None:
        """The resource behind a reference that isn't in the resource or its Bundle; None when unknown."""
        del reference
        return None

    def member_of(self, value_set: str, value: Any) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set; None when it can't be told."""
        del value_set, value
        return None

    def subsumes(self, parent: Any, child: Any) -> bool | None:
        """Whether a Coding or CodeableConcept subsumes another beyond being the same; None when it can't be told."""
        del parent, child
        return None

    def conforms_to(self, resource: Any, url: str) -> bool | None:
        """Whether a value conforms to the profile `url`; None when the profile is unknown, which is an error unless it is a core type."""
        del resource, url
        return None

    def trace(self, name: str, values: Sequence[Any]) -> None:
        """Told of each `trace(name)` with the collection as plain values."""
        del name, values


NOTHING_KNOWN = Context()
