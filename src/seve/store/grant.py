"""What a caller may see and change, in the form that SQL can apply.

Only `seve.engine.access` makes grants. Every store function that touches a person's data takes one, so that code which
forgets the access check does not pass the type checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from seve.fhir.search.query import Criterion
from seve.fhir.smart.scopes import Scopes
from seve.store.audit.traces import Trace

Letter: TypeAlias = Literal["c", "r", "u", "d", "s"]


@dataclass(frozen=True, slots=True)
class Window:
    """What one scope of an application lets through: a type (None: any), one patient's data (None: any), and what meets
    the criteria.
    """

    type: str | None = None
    patient: int | None = None
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """The bounds of a grant. All keys are those of references (`value_key("Type/id")`).

    `session` is the row of the table `session` that must be in force; None for work that goes on without one.
    `standing` are the roles that must have standing; `readers` those in whose name patients are reached; `profession` the
    rows of `habilitation` that count (None: a machine, bound by its scopes alone); `is_office` is for who works for organisations,
    and reaches those of a territory they work for; `reaches_all` lets a machine see all patients. `windows` narrow further: a version must pass one of them (None: no narrowing).
    """

    session: int | None
    standing: tuple[int, ...]
    readers: tuple[int, ...]
    purpose: int
    profession: str | None
    is_office: bool = False
    reaches_all: bool = False
    windows: tuple[Window, ...] | None = None


@final
@dataclass(frozen=True, slots=True)
class Grant:
    """`holder` names who asks, for the audit trail and for what only they may fetch. `sight` None means everything.

    `author` is the key that marks what they create (0: nobody's), `scopes` what interactions their application may use, with
    `context` the patient that scopes of the form `patient/…` are about. `trace` makes the entries of the audit trail (None:
    work of the platform itself, which leaves none). `origin` is from what it can be made again for work in the background.
    """

    holder: str
    sight: Sight | None = None
    author: int = 0
    scopes: Scopes | None = None
    context: int = 0
    trace: Trace | None = None
    origin: str = ""

    def allows(self, letter: Letter, type_: str) -> bool:
        """Whether the application's scopes allow an interaction on a type at all."""
        return self.scopes is None or self.scopes.allows(letter, type_)
