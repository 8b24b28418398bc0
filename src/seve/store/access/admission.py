"""Whether a grant may write what it wants to: asked of the database before a unit is written, in its connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from seve.fhir.access.reaches import BELONGS, CARE_LIFTS, DESK, PURPOSES, STANDING, Reach
from seve.fhir.search.keys import KEPT, param_key, value_key
from seve.kernel.refusals import Refusal
from seve.store.access.rule import OFFICER, Terms, in_force, is_habilitated, is_reached
from seve.store.queries import statements
from seve.store.search.arguments import Statement

if TYPE_CHECKING:
    from seve.store.database import Connection
    from seve.store.grant import Grant, Letter, Sight


_MERGE = value_key("Patient|merge")
"""The kind under which the policies say who merges records."""
_MANAGED_BY = param_key("Location", "organization")


class Forbidden(Refusal):
    """The caller may not write this here."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "store.refusals.forbidden"


class OutOfScope(Forbidden):
    """The application's scopes don't cover the interaction."""

    key: ClassVar[str] = "store.refusals.out_of_scope"


class Unknown(Refusal):
    """No such resource, or none that the caller may know of: both answers are the same."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine.refusals.not_found"


class OpensTooMuch(Forbidden):
    """It would let somebody in further than the writer is, or shut somebody out: only the patient decides that."""

    key: ClassVar[str] = "store.refusals.opens_too_much"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be written: the patients it is about (keys), its kind, and whom it lets in or shuts out. A place `is_place`, of the
    organisation `manager` (key, 0 for none): unless the writer works for it, only who may change all places writes it. A document of
    the own file of the organisation `keeper` (key, 0 for none) is written by who acts for it.
    """

    type: str
    patients: tuple[int, ...]
    kind: int
    reaches: tuple[Reach, ...] = ()
    is_place: bool = False
    manager: int = 0
    keeper: int = 0


def keeper_of(links: Sequence[tuple[int, int]]) -> int:
    """The organisation in whose own file the links of a document place it, 0 for none."""
    return next((target for param, target in links if param == KEPT), 0)


def manager_of(links: Sequence[tuple[int, int]]) -> int:
    """The managing organisation that the links of a Location name, 0 for none."""
    return next((target for param, target in links if param == _MANAGED_BY), 0)


def check_scope(grant: Grant, letter: Letter, type_: str, *, patients: Sequence[int] = ()) -> None:
    """Raises OutOfScope. Scopes for one patient (`patient/…`) cover only what is about that patient; granular ones no writing."""
    if grant.scopes is None:
        return
    if letter in "rs":
        if not grant.scopes.allows(letter, type_):
            raise OutOfScope(type=type_)
        return
    if any(grant.scopes.queries(type_, letter, context=context) is None for context in ("user", "system")):
        return
    is_patients = grant.scopes.queries(type_, letter, context="patient") is None
    if not (is_patients and all(patient == grant.context for patient in patients)):
        raise OutOfScope(type=type_)


async def seen(connection: Connection, grant: Grant, sight: Sight, refs: Sequence[int]) -> dict[int, bool]:
    """The versions in force that the grant sees, by key of the resource, and whether it may change them."""
    if not refs:
        return {}
    statement = Statement(grant)
    terms = statement.terms(sight)
    changed = "true"
    if sight.profession is not None:
        changed = (
            f"(v.author = ANY({terms.readers}) OR {is_habilitated('v.kind', terms, 'may_change')} "
            f"OR {_keeps_place('v', terms)} AND {is_habilitated('v.kind', terms, 'may_add')})"
        )
    keys = statement.is_key("v.ref", list(refs))
    sql = f"SELECT v.ref, {changed} AS may_change FROM version v WHERE {keys} AND v.ended IS NULL AND {statement.seen('v')}"
    return {row["ref"]: row["may_change"] for row in await connection.fetch(sql, *statement.arguments)}


async def may_merge(connection: Connection, sight: Sight) -> bool:
    """Whether the policies let the profession merge the records of patients that it may change (`seen` tells which)."""
    return bool(await connection.fetchval(statements("policies")["may_change"], sight.profession, _MERGE))


async def check(
    connection: Connection, grant: Grant, sight: Sight, proposals: Sequence[Proposal], *, registered: Sequence[int]
) -> None:
    """Raises Forbidden unless the grant is in force, reaches every patient (or registers them in the same unit), acts for whom a document
    is kept by, and its profession may add records of every kind.
    """
    statement = Statement(grant)
    terms = statement.terms(sight)
    rows = [
        (patient, one.kind, one.is_place, one.manager, one.keeper)
        for one in proposals
        for patient in one.patients or (0,)
    ]
    types = ("bigint[]", "bigint[]", "boolean[]", "bigint[]", "bigint[]")
    columns = [statement.bind([row[n] for row in rows], type_) for n, type_ in enumerate(types)]
    asked = f"unnest({', '.join(columns)})"
    reached = "true"
    if not sight.reaches_all:
        new = statement.bind(list(registered), "bigint[]")
        theirs = f"(d.keeper = 0 OR d.keeper = ANY({terms.readers}))"
        reached = f"{theirs} AND (d.patient = 0 OR d.patient = ANY({new}) OR {is_reached('d.patient', '0', terms)})"
    habilitated = "true"
    if sight.profession is not None:
        changes = is_habilitated("d.kind", terms, "may_change")
        theirs = f"NOT d.is_place OR d.manager = ANY({terms.readers}) OR {changes}"
        habilitated = f"{is_habilitated('d.kind', terms, 'may_add')} AND ({theirs})"
    sql = (
        f"SELECT {in_force(terms)} AND coalesce(bool_and({reached} AND {habilitated}), true) "
        f"FROM {asked} AS d (patient, kind, is_place, manager, keeper)"
    )
    if not await connection.fetchval(sql, *statement.arguments):
        raise Forbidden(types=", ".join(sorted({proposal.type for proposal in proposals})))


async def check_openings(
    connection: Connection, grant: Grant, sight: Sight, proposals: Sequence[Proposal], *, registered: Sequence[int]
) -> None:
    """Raises OpensTooMuch: nobody lets others in for another purpose, longer, or through more of the veil than they reach
    the patient themselves; who registers a patient reaches them for care without end. Nobody but the patient shuts others
    out, which is not written here (`engine/access/sharing`). What belongs to what is the officer's to say. A record is given to the
    identity desk of the writer's own organisation, or of the one that has it.
    """
    rows = [r for p in proposals for r in p.reaches if r.patient not in (STANDING, r.reader)]
    if sight.reaches_all or not rows:
        return
    types = ", ".join(sorted({proposal.type for proposal in proposals}))
    others = [row for row in rows if not _is_theirs(row, sight, registered)]
    if not all(row.opens for row in others):
        raise OpensTooMuch(types=types)
    statement = Statement(grant)
    terms = statement.terms(replace(sight, profession=None))  # `check` has looked at the profession
    columns = (
        statement.bind([row.patient for row in others], "bigint[]"),
        statement.bind([row.purpose for row in others], "smallint[]"),
        statement.bind([row.lifts for row in others], "integer[]"),
        statement.bind([row.until for row in others], "bigint[]"),
        statement.bind([row.reader for row in others], "bigint[]"),
    )
    kept = (
        f"o.purpose = {PURPOSES['PATADMIN']} AND EXISTS (SELECT FROM reach r WHERE r.patient = o.patient AND r.reader = o.reader "
        "AND r.purpose = o.purpose AND r.opens)"
    )
    sql = (
        f"SELECT {in_force(terms)} AND coalesce(bool_and({kept} OR EXISTS (SELECT FROM reach r WHERE r.patient = o.patient "
        f"AND r.reader = ANY({terms.readers}) AND r.opens AND r.purpose = o.purpose AND r.purpose = {terms.purpose} "
        f"AND o.lifts & ~r.lifts = 0 AND r.until >= o.until AND r.since <= {terms.at} AND r.until > {terms.at})), true) "
        f"FROM unnest({', '.join(columns)}) AS o (patient, purpose, lifts, until, reader)"
    )
    if not await connection.fetchval(sql, *statement.arguments):
        raise OpensTooMuch(types=types)


def _keeps_place(v: str, terms: Terms) -> str:
    """The version is a place whose managing organisation the writer works for: its staff tell what is free there."""
    return (
        f"({v}.type = 'Location' AND EXISTS (SELECT FROM link k WHERE k.vid = {v}.vid AND k.param = {_MANAGED_BY} "
        f"AND k.target = ANY({terms.readers})))"
    )


def _is_theirs(row: Reach, sight: Sight, registered: Sequence[int]) -> bool:
    """Whether the writer says what is theirs to say, without reaching anybody."""
    if row.purpose == BELONGS:
        return sight.profession == OFFICER
    if row.purpose == PURPOSES["PATADMIN"] and row.reader ^ DESK in sight.readers:
        return True
    return row.patient in registered and (_is_care(row) or row.purpose == PURPOSES["PATADMIN"])


def _is_care(row: Reach) -> bool:
    return row.opens and row.purpose == PURPOSES["TREAT"] and row.lifts & ~CARE_LIFTS == 0
