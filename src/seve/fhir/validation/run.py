"""One validation on its way: where it stands, and what it has found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from seve.fhir import Resource
from seve.fhir.definitions import Definitions
from seve.fhir.definitions.schema import Strength
from seve.fhir.profiles.store import Profiles
from seve.fhir.validation.seams import Context, PendingCode, Result, Terminology, binding_issue
from seve.kernel.refusals import Issue, Severity

Place: TypeAlias = "tuple[Place | None, str, int | None]"
"""A place in a resource, cheap to make: the place above, the name of the element, the index where it repeats."""

Check: TypeAlias = "Callable[[Run, Any, Place], None]"
"""A rule for one node: tells the run what it finds at the place."""

ALWAYS = "True"


@dataclass(frozen=True, slots=True)
class Rule:
    """A check, and the Python condition of the value `V` and of `run` outside which it can tell nothing."""

    check: Check
    when: str = ALWAYS


_RANKS: Mapping[str, int] = {"fatal": 0, "error": 1, "warning": 2, "information": 3}


class Run:
    """What one validation knows. `start` is the whole input, `root` the resource that holds contained
    ones, `resource` the nearest. `visited` guards against resources that refer to each other.
    """

    __slots__ = (
        "context",
        "definitions",
        "issues",
        "pending",
        "profiles",
        "resource",
        "root",
        "start",
        "terminology",
        "visited",
        "with_advice",
    )

    def __init__(
        self,
        resource: Resource,
        *,
        definitions: Definitions,
        profiles: Profiles,
        terminology: Terminology,
        context: Context,
        with_advice: bool,
    ) -> None:
        self.definitions = definitions
        self.profiles = profiles
        self.terminology = terminology
        self.context = context
        self.with_advice = with_advice
        self.start = resource
        self.root = resource
        self.resource = resource
        self.issues: list[Issue] = []
        self.pending: list[PendingCode] = []
        self.visited: set[tuple[int, str]] = set()

    def aside(self) -> Run:
        """A run at the same point whose findings don't count: to try whether something is obeyed."""
        other = Run(
            self.start,
            definitions=self.definitions,
            profiles=self.profiles,
            terminology=self.terminology,
            context=self.context,
            with_advice=self.with_advice,
        )
        other.root = self.root
        other.resource = self.resource
        other.visited = set(self.visited)
        return other

    def tell(
        self, key: str, place: Place, /, *, code: str = "invariant", severity: Severity = "error", **fields: object
    ) -> None:
        """Notes an issue; `key` is a name in the section `validation`."""
        self.issues.append(Issue(severity, code, f"fhir.validation.{key}", fields, expression(place)))

    def code(
        self, value_set: str, strength: Strength, *, codings: tuple[tuple[str | None, str], ...], place: Place
    ) -> None:
        """Notes what is to be said of codes of which one must be in `value_set`."""
        is_undecided = False
        for system, code in codings:
            member = self.terminology.member(value_set, system, code)
            if member:
                return
            is_undecided = is_undecided or member is None
        if is_undecided:
            self.pending.append(PendingCode(value_set, codings, strength, expression(place)))
        else:
            self.issues.append(binding_issue(value_set, codings, strength=strength, expression=expression(place)))

    @property
    def result(self) -> Result:
        """All that was found, worst first; each issue once."""
        if not self.issues:
            return Result((), tuple(self.pending))
        unique = {(i.severity, i.key, i.expression, tuple(map(str, i.fields.values()))): i for i in self.issues}
        return Result(tuple(sorted(unique.values(), key=lambda i: _RANKS[i.severity])), tuple(self.pending))


def expression(place: Place | None) -> str:
    """The FHIRPath of a place: `Patient.name[0].given[1]`."""
    parts: list[str] = []
    while place is not None:
        above, name, index = place
        parts.append(name if index is None else f"{name}[{index}]")
        place = above
    return ".".join(reversed(parts))
