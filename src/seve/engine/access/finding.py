"""The patient in front of a professional who does not reach them yet: found by full identity only, one or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from seve.engine.access.granting import open_grant
from seve.fhir import Resource
from seve.fhir.codec.json import parse as parse_json
from seve.fhir.search.grammar import parse
from seve.fhir.search.keys import fold
from seve.kernel.refusals import Refusal
from seve.store.search import running

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.database import Connection

_MOST = 20


class NobodyToOpen(Refusal):
    """No single record fits, or the patient shut the professional out: one answer for all of these."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine.refusals.nobody_to_open"


@dataclass(frozen=True, slots=True)
class Traits:
    """How the patient is known: by identifier (`system|value` or value), or by family name, given name and birth date."""

    identifier: str = ""
    family: str = ""
    given: str = ""
    birth_date: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The search that finds the patient; empty when the traits don't suffice."""
        if self.identifier.strip():
            return [("identifier", self.identifier.strip())]
        named = [("family", self.family.strip()), ("given", self.given.strip()), ("birthdate", self.birth_date.strip())]
        return named if all(value for _, value in named) else []

    def fit(self, patient: Resource) -> bool:
        """Whether a patient that the search found bears these names in full, whatever their case and accents."""
        names: list[dict[str, Any]] = patient.get("name", [])
        return bool(self.identifier.strip()) or any(
            fold(name.get("family", "")) == fold(self.family) and fold(self.given) in map(fold, name.get("given", []))
            for name in names
        )


async def found(engine: Engine, connection: Connection, traits: Traits) -> str | None:
    """`Patient/id` of the one active patient whom the traits describe, whoever reaches them; None for none or several."""
    if not (pairs := traits.pairs):
        return None
    query = parse([*pairs, ("active:not", "false")], types=("Patient",), parameters=engine.parameters)
    page = await running.search(connection, open_grant(), query, count=_MOST)
    fitting = [match for match in page.matches if traits.fit(parse_json(match.body.encode()))]
    return f"Patient/{fitting[0].id}" if len(fitting) == 1 and page.next is None else None
