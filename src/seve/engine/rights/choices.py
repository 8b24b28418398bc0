"""A patient's sharing as it stands: who reaches the record and why, who is shut out, and the choices that say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from seve.engine.rights.people import Person, people
from seve.fhir import Resource
from seve.fhir.access.reaches import ALWAYS, PURPOSES
from seve.fhir.access.veils import SENSITIVE
from seve.fhir.search.keys import value_key
from seve.store.rights import reaching
from seve.store.rights.reaching import Row

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

Basis: TypeAlias = Literal["team", "stay", "consent", "declared", "helper", "guardian", "emergency", "own"]
Kind: TypeAlias = Literal["permit", "declared", "helper", "block", "oppose", "refuse_emergency"]


@dataclass(frozen=True, slots=True)
class Reaching:
    """Somebody who reaches the record. `consent` is the id of the Consent that says so, "" for other bases."""

    person: Person
    basis: Basis
    until: datetime | None
    sees_sensitive: bool
    consent: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice in force: a Consent. `person` is whom it is about, None for everybody."""

    consent: str
    kind: Kind
    person: Person | None
    since: str
    until: datetime | None
    sees_sensitive: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """All of it."""

    reaching: tuple[Reaching, ...]
    choices: tuple[Choice, ...]

    @property
    def opposition(self) -> Choice | None:
        """The opposition to all professionals, when there is one."""
        return next((choice for choice in self.choices if choice.kind == "oppose"), None)

    @property
    def refused_emergency(self) -> Choice | None:
        """The refusal of access in emergencies, when there is one."""
        return next((choice for choice in self.choices if choice.kind == "refuse_emergency"), None)


async def sharing_of(engine: Engine, grant: Grant, patient: str) -> Sharing:
    """The sharing of a patient's record, empty for who doesn't see the patient. It is told in the trail before it is answered."""
    rows = [row for row in await reaching.of_patient(engine.database.pool, grant, patient) if row.reader != patient]
    if grant.trace is not None:
        await engine.ledger.record(
            [grant.trace.act("sharing", "R", outcome=0 if rows else 4, patient_keys=(value_key(patient),))]
        )
    known = await people(engine, grant, (row.reader for row in rows))
    shut = frozenset(row.reader for row in rows if not row.opens and row.purpose == PURPOSES["TREAT"] and _is_on(row))
    return Sharing(
        tuple(_reaching(row, known) for row in rows if row.opens and _is_on(row) and not _is_shut(row, known, shut)),
        tuple(_choices(rows, known)),
    )


def _is_on(row: Row) -> bool:
    return row.since <= datetime.now(UTC).timestamp() * 1_000_000


def _is_shut(row: Row, known: dict[str, Person], shut: frozenset[str]) -> bool:
    """Shut out in one of the names that they act in; oppositions don't reach relatives."""
    if row.purpose == PURPOSES["PATRQT"]:
        return False
    person = known.get(row.reader)
    return "*" in shut or not shut.isdisjoint(person.references if person else {row.reader})


def _reaching(row: Row, known: dict[str, Person]) -> Reaching:
    is_consent = row.basis is not None and row.basis["resourceType"] == "Consent"
    return Reaching(
        known.get(row.reader, Person(row.reader)),
        _basis(row),
        _end(row),
        bool(row.lifts & SENSITIVE),
        row.basis["id"] if row.basis is not None and is_consent else "",
        row.reason,
    )


def _basis(row: Row) -> Basis:
    if row.basis is None:
        return "emergency"
    match row.basis["resourceType"]:
        case "CareTeam":
            return "team"
        case "Encounter":
            return "stay"
        case "RelatedPerson":
            return "guardian"
        case "Consent":
            kind = _kind(row, row.basis)
            return "declared" if kind == "declared" else "helper" if kind == "helper" else "consent"
        case _:
            return "own"


def _choices(rows: list[Row], known: dict[str, Person]) -> list[Choice]:
    found = dict[str, Choice]()
    for row in rows:
        basis = row.basis
        if basis is None or basis["resourceType"] != "Consent" or basis["id"] in found:
            continue
        person = None if row.reader == "*" else known.get(row.reader, Person(row.reader))
        since = str(basis.get("dateTime", ""))
        found[basis["id"]] = Choice(
            basis["id"], _kind(row, basis), person, since, _end(row), bool(row.lifts & SENSITIVE)
        )
    return list(found.values())


def _kind(row: Row, consent: Resource) -> Kind:
    if not row.opens:
        if row.reader != "*":
            return "block"
        return "refuse_emergency" if row.purpose == PURPOSES["ETREAT"] else "oppose"
    if row.purpose == PURPOSES["PATRQT"]:
        return "helper"
    performers = [performer.get("reference", "") for performer in consent.get("performer", ())]
    return "declared" if any(p.startswith("Practitioner") for p in performers) else "permit"


def _end(row: Row) -> datetime | None:
    return None if row.until >= ALWAYS[1] else datetime.fromtimestamp(row.until / 1_000_000, UTC)
