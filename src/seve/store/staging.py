"""A batch of units in the making: each is decided against what stands, checked against its grant, and made into rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seve.fhir import Resource
from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.scheduling import actors
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import instant_of
from seve.store.access.admission import (
    Forbidden,
    Proposal,
    Unknown,
    check,
    check_openings,
    check_scope,
    keeper_of,
    manager_of,
    seen,
)
from seve.store.access.indexing import TYPES, check_indexing
from seve.store.access.openings import Change, check_records
from seve.store.deeds import Current, Deed, Draft, Unit, Written
from seve.store.rows import Rows, Traits

if TYPE_CHECKING:
    from seve.france.identity.trust import Environment
    from seve.kernel.identifiers import VersionClock
    from seve.store.audit.acts import Act, Action
    from seve.store.database import Connection
    from seve.store.grant import Grant, Letter, Sight

_LETTERS: dict[str, Letter] = {"POST": "c", "PUT": "u", "PATCH": "u", "DELETE": "d"}
_ASKED = ("Consent", "DocumentReference")
"""What may open a shared record, or go into it."""
_INTERACTIONS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class _Staged:
    """A deed that changes something. `before` is the version it replaces, if any."""

    deed: Deed
    draft: Draft
    written: Written
    traits: Traits
    before: Current | None

    @property
    def stood(self) -> Resource | None:
        """What it replaces."""
        return parse(self.before.body.encode()) if self.before and self.before.body else None

    @property
    def subjects(self) -> tuple[int, ...]:
        """The patients it is about."""
        if self.draft.resource is None:
            return (self.traits.patient,) if self.traits.patient else ()
        return tuple(value_key(f"Patient/{id_}") for id_ in self.draft.entries.subjects)

    def change(self, after: Resource) -> Change:
        """From what stood to what is to be written."""
        return Change(f"{self.deed.type}/{self.deed.id}", tuple(self.draft.entries.subjects), self.stood, after)


class Batch:
    """Rows and acts of units; a refused unit adds no rows."""

    def __init__(
        self,
        connection: Connection,
        clock: VersionClock,
        current: dict[int, Current],
        *,
        identities: Environment = "production",
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._current = current
        self._identities: Environment = identities
        self.rows = Rows()
        self.acts = list["Act"]()
        self.times = set[int]()
        """Keys of those whose time appointments of the batch take or give back."""

    async def stage(self, grant: Grant, unit: Unit) -> list[Written] | Exception:
        """All deeds of a unit, or none of them."""
        try:
            written, staged = await self._staged(grant, unit)
        except Exception as error:  # noqa: BLE001 - this unit's own; the others go on
            if isinstance(error, (Forbidden, Unknown)):
                self._add_refusal(grant, unit)
            return error
        for one in staged:
            self._add(one)
            self._add_act(grant, one)
        return written

    async def _staged(self, grant: Grant, unit: Unit) -> tuple[list[Written], list[_Staged]]:
        sight, seen_refs = grant.sight, None
        if sight:
            known = [deed.ref for deed in unit if deed.ref in self._current]
            seen_refs = await seen(self._connection, grant, sight, known)
        written, staged = list[Written](), list[_Staged]()
        for deed in unit:
            before = self._current.get(deed.ref)
            one, draft = _decided(grant, deed, before, seen_refs)
            outcome = self._outcome(deed, draft, one)
            written.append(outcome)
            if draft is not None:
                staged.append(_Staged(deed, draft, outcome, _traits(grant, draft, before), before))
        if sight and staged:
            await self._check(grant, sight, staged)
        if any(one.deed.type in TYPES for one in staged):
            await self._check_indexing(staged)
        return written, staged

    async def _check_indexing(self, staged: list[_Staged]) -> None:
        """Raises NotQualified."""
        drafted = [(one, one.draft.resource) for one in staged if one.draft.resource is not None]
        beside = {f"Patient/{one.deed.id}": resource for one, resource in drafted if one.deed.type == "Patient"}
        changes = [one.change(resource) for one, resource in drafted if one.deed.type in TYPES]
        await check_indexing(self._connection, changes, beside=beside, environment=self._identities)

    async def _check(self, grant: Grant, sight: Sight, staged: list[_Staged]) -> None:
        """Raises what access refuses of the drafts."""
        for one in staged:
            if one.deed.type == "AuditEvent":  # the trail is the ledger: nothing is told beside it
                raise Forbidden(types="AuditEvent")
            letter: Letter = "c" if one.written.is_created else _LETTERS[one.draft.method]
            check_scope(grant, letter, one.deed.type, patients=one.subjects)
        proposals = [
            Proposal(
                s.deed.type,
                s.subjects,
                s.traits.kind,
                tuple(s.draft.entries.reaches),
                is_place=s.deed.type == "Location",
                manager=manager_of(s.draft.entries.links) if s.deed.type == "Location" else 0,
                keeper=keeper_of(s.draft.entries.links) if s.deed.type == "DocumentReference" else 0,
            )
            for s in staged
            if s.draft.resource is not None
        ]
        registered = [one.deed.ref for one in staged if one.deed.type == "Patient" and one.deed.is_new]
        await check(self._connection, grant, sight, proposals, registered=registered)
        await check_openings(self._connection, grant, sight, proposals, registered=registered)
        if changes := [
            one.change(one.draft.resource) for one in staged if one.draft.resource and one.deed.type in _ASKED
        ]:
            await check_records(self._connection, sight, changes)

    def _outcome(self, deed: Deed, draft: Draft | None, before: Current | None) -> Written:
        if draft is None:
            vid, version, body = (before.vid, before.version, before.body) if before else (0, 0, None)
            return Written(deed.type, deed.id, vid, version, body, is_changed=False, is_created=False)
        vid = self._clock.next(after=before.vid if before else 0)
        version = before.version + 1 if before else 1
        body = stamped(draft.resource, deed.id, vid=vid, version=version) if draft.resource is not None else None
        is_created = before is None or before.body is None
        return Written(deed.type, deed.id, vid, version, body, is_changed=True, is_created=is_created)

    def _add(self, one: _Staged) -> None:
        if one.deed.type == "Appointment":
            for document in (one.stood or {}, one.draft.resource or {}):
                self.times |= {value_key(f"time {actor}") for actor in actors(document)}
        if one.before:
            self.rows.ended.append(one.before.vid)
        self.rows.add_version(
            one.draft.entries,
            one.traits,
            vid=one.written.vid,
            ref=one.deed.ref,
            version=one.written.version,
            type_=one.deed.type,
            id_=one.deed.id,
            method=one.draft.method,
            body=one.written.body,
        )

    def _add_act(self, grant: Grant, one: _Staged) -> None:
        if grant.trace is None:
            return
        method = one.draft.method
        action: Action = "D" if method == "DELETE" else "C" if one.written.is_created else "U"
        entity = f"{one.deed.type}/{one.deed.id}/_history/{one.written.version}"
        patients = {*one.subjects, one.traits.patient} - {0}
        self.acts.append(
            grant.trace.act(_INTERACTIONS[method], action, entities=(entity,), patient_keys=tuple(sorted(patients)))
        )

    def _add_refusal(self, grant: Grant, unit: Unit) -> None:
        if grant.trace is not None:
            entities = tuple(f"{deed.type}/{deed.id}" for deed in unit if not deed.is_new)
            self.acts.append(grant.trace.act("decision", "E", outcome=4, entities=entities))


def _decided(
    grant: Grant, deed: Deed, before: Current | None, seen_refs: dict[int, bool] | None
) -> tuple[Current | None, Draft | None]:
    """What stands, as far as the grant sees it, and what is to be done. What isn't seen is as if it were not there."""
    if seen_refs is None:
        return before, deed.decide(before)
    visible = before if deed.ref in seen_refs else None
    draft = deed.decide(visible)
    if draft is None or deed.is_new:
        return visible, draft
    may_choose_ids = grant.sight is not None and grant.sight.reaches_all
    if visible is None and not (may_choose_ids and before is None):
        raise Unknown(type=deed.type, id=deed.id)
    if visible is not None and not seen_refs[deed.ref]:
        raise Forbidden(types=deed.type)
    return visible, draft


def _traits(grant: Grant, draft: Draft, before: Current | None) -> Traits:
    """A deletion keeps all traits, an update the author."""
    if before and draft.resource is None:
        return before.traits
    return Traits.of(draft.entries, author=before.traits.author if before else grant.author)


def stamped(resource: Resource, id_: str, *, vid: int, version: int) -> str:
    """The document as stored: id and meta first, with the version and time that the store gives."""
    meta = {**resource.get("meta", {}), "versionId": str(version), "lastUpdated": instant_of(vid)}
    document: Resource = {"resourceType": "", "id": "", "meta": {}} | resource
    document["id"], document["meta"] = id_, meta  # in the places that they were given above
    return encode_json(document).decode()
