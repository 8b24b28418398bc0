"""The one rule of who sees a version, as SQL: every statement that reads a person's data carries it.

A version is seen when the session is in force and the roles have standing, and
- it is public (of no patient, without veil), or the reader created it, or
- it is an Appointment or a Communication that is for the reader, who need not reach the patient otherwise, or
- each patient it is about is reached for the purpose, nobody shut the reader out, the reach lifts every bit of the veil, and
  the profession may read records of the kind (a patient may read all that is about them), and who keeps it, when it is of an
  organisation's own file, is whom the reader acts for; or
- it is a Binary whose `securityContext` is seen (R4, 2.36.3).
And when it is an old version, the one in force must be seen too: what was masked or moved to another patient takes its
history along.

What most rows need is written out, so that PostgreSQL probes its indexes row by row; what few rows need are functions of
the migrations, which cost nothing until they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from seve.fhir.access.reaches import PURPOSES
from seve.fhir.access.veils import SEVERAL

PATIENT = "PATIENT"
"""The profession under which citizens act: patients, their guardians and helpers."""

OFFICER = "OFFICER"
"""The profession under which policies for the data-protection officer's desk stand."""

_TREATMENT, _EMERGENCY = PURPOSES["TREAT"], PURPOSES["ETREAT"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Where a statement finds what the grant says, as SQL expressions: arguments, or columns when many grants share it.

    `at` is the time, in microseconds since 1970; `profession` "" stands for a machine.
    """

    session: str
    standing: str
    readers: str
    purpose: str
    profession: str
    at: str
    alias: Callable[[str], str]

    @property
    def reading(self) -> str:
        """The arguments that the functions share."""
        return f"{self.readers}, {self.purpose}, {self.profession or 'NULL'}, {self.at}"


def in_force(terms: Terms) -> str:
    """The session is in force, and every role that must have standing has it."""
    return f"(SELECT is_in_force({terms.session}, {terms.standing}, {terms.at}))"


def is_seen(v: str, terms: Terms) -> str:
    """The version `v` is seen, for a grant that is in force."""
    reached = is_reached(f"{v}.patient", f"{v}.veil", terms)
    several = (
        f"{v}.veil & {SEVERAL} = 0 OR are_all_reached({v}.vid, {v}.veil, {terms.readers}, {terms.purpose}, {terms.at})"
    )
    binary = f"{v}.type = 'Binary' AND {v}.patient = 0 AND is_context_seen({v}.vid, {terms.reading})"
    addressed = f"{v}.type IN ('Appointment', 'Communication') AND is_addressed({v}.vid, {terms.readers})"
    return (
        f"({v}.patient = 0 AND {v}.veil = 0 OR {v}.author = ANY({terms.readers}) OR {addressed} "
        f"OR {v}.patient <> 0 AND {reached} AND ({several}){_may_read(v, terms)} "
        f"OR {binary})"
    )


def patients_in_sight(readers: str) -> str:
    """The patients of whom anything may be seen: whom the readers reach or reached, or wrote about. More than `is_seen` lets
    through, never less (but for what is of no patient).
    """
    return (
        f"SELECT patient FROM reach WHERE reader = ANY({readers}) AND opens "
        f"UNION ALL SELECT patient FROM authored WHERE author = ANY({readers})"
    )


def is_reached(patient: str, veil: str, terms: Terms) -> str:
    """The patient is reached, nobody shut the reader out, and the veil is lifted. An emergency opens for care, too."""
    r = terms.alias("r")
    return (
        f"(SELECT bool_and({r}.opens) AND {veil} & ~(bit_or({r}.lifts) | {SEVERAL}) = 0 FROM reach {r} "
        f"WHERE {r}.patient = {patient} AND {r}.reader = ANY({terms.readers}) "
        f"AND ({r}.purpose = {terms.purpose} OR {terms.purpose} = {_TREATMENT} AND {r}.purpose = {_EMERGENCY} AND {r}.opens) "
        f"AND {r}.since <= {terms.at} AND {r}.until > {terms.at}) IS TRUE"
    )


def _may_read(v: str, terms: Terms) -> str:
    if not terms.profession:
        return ""
    return f" AND ({terms.profession} = '{PATIENT}' OR {is_habilitated(f'{v}.kind', terms, 'may_read')})"


def is_habilitated(kind: str, terms: Terms, right: Literal["may_read", "may_add", "may_change"]) -> str:
    """The profession has a right on records of a kind."""
    h = terms.alias("h")
    return f"EXISTS (SELECT FROM habilitation {h} WHERE {h}.profession = {terms.profession} AND {h}.kind = {kind} AND {h}.{right})"


def is_still_seen(v: str, terms: Terms) -> str:
    """The version in force of the same resource is seen."""
    return f"({v}.ended IS NULL OR is_seen({v}.ref, {terms.reading}))"
