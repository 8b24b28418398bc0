"""Sharing a document of an organisation's own file, and withdrawing it from the record; the document itself stays as it is.

It is decided under the caller's own grant whether they see the document and may add one of its kind. Then the platform writes in their
name, since who supersedes or archives a copy need not be who made it; whether the record is open and the identity qualified is asked
in the statement that writes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seve.engine.houses.files import File, files_of
from seve.engine.houses.refusals import AlreadyShared, NotCurrent, NotShared
from seve.engine.houses.standing import copies, kept, patient_of
from seve.fhir import Resource
from seve.fhir.access.kinds import kind
from seve.fhir.access.reaches import PURPOSES
from seve.fhir.codec.json import parse
from seve.fhir.house_documents import Sharing, copied, copy_id, with_sharing
from seve.fhir.search.keys import value_key
from seve.france.documents.standing import archived, is_archived
from seve.store.access.admission import Proposal, check, check_scope
from seve.store.access.openings import RecordNotOpen, opening
from seve.store.deeds import Current, Deed, Draft
from seve.store.grant import Sight

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant


async def share(engine: Engine, grant: Grant, id_: str, *, by: str, name: str) -> Resource:
    """The copy in the shared record. `by` is who shares it (a reference), `name` how they are called.

    Raises NotFound, NoHouse, NotCurrent, AlreadyShared, RecordNotOpen, NotQualified, Forbidden.
    """
    document = await kept(engine, grant, id_)
    await _check_right(engine, grant, document)
    return await shared(engine, grant, document, Sharing("person", by, name, _now()))


async def shared(engine: Engine, grant: Grant, document: Resource, sharing: Sharing) -> Resource:
    """The copy of a document whose sharing was decided on. Raises as `share` does."""
    if document["status"] != "current":
        raise NotCurrent
    patient = patient_of(engine, document)
    files = await files_of(engine, grant, document)
    new = copy_id(document, [one.data for one in files])
    standing = await copies(engine, grant, document)
    old = [one for one in standing if one["id"] != new]
    addresses = [f"Binary/{new}-{number}" if one.data is not None else "" for number, one in enumerate(files)]
    made = copied(document, new, sharing, urls=addresses, old=old)
    await engine.check(made)
    if not (decided := await opening(engine.database.pool, patient)).is_open:
        raise RecordNotOpen(document=f"DocumentReference/{new}", patient=patient, state=decided.state)
    binaries = [_binary(engine, one, address, new) for one, address in zip(files, addresses, strict=True) if address]
    deeds = [_made(engine, made, sharing), *binaries, *(_changed(engine, one["id"], _superseded) for one in old)]
    written = await engine.lane.commit(_working(grant), deeds)
    body = written[0].body
    assert body is not None  # a copy is made or restored, never deleted
    return parse(body.encode())


async def withdraw(engine: Engine, grant: Grant, id_: str) -> None:
    """Takes what the record has of it into the archive. Raises NotFound, NoHouse, NotShared, Forbidden."""
    document = await kept(engine, grant, id_)
    await _check_right(engine, grant, document)
    there = [one for one in await copies(engine, grant, document) if not is_archived(one)]
    if not there:
        raise NotShared
    await engine.lane.commit(_working(grant), [_changed(engine, one["id"], _put_away) for one in there])


async def _check_right(engine: Engine, grant: Grant, document: Resource) -> None:
    """Who shares may add such a document themselves. Raises Forbidden."""
    patients = (value_key(patient_of(engine, document)),)
    check_scope(grant, "c", "DocumentReference", patients=patients)
    if grant.sight is None:
        return
    proposal = Proposal("DocumentReference", patients, kind(document))
    async with engine.database.pool.acquire() as connection:
        await check(connection, grant, grant.sight, [proposal], registered=())


def _binary(engine: Engine, file: File, address: str, document: str) -> Deed:
    """A file of its own: who sees the copy sees it, whoever sees the document of the house (R4, 2.36.3)."""
    made: Resource = {
        "resourceType": "Binary",
        "id": address.partition("/")[2],
        "contentType": file.content_type,
        "securityContext": {"reference": f"DocumentReference/{document}"},
        "data": b64encode(file.data or b"").decode(),
    }
    draft = Draft("PUT", made, engine.entries(made))
    return Deed("Binary", made["id"], lambda current: None if current and current.body else draft)


def _made(engine: Engine, made: Resource, sharing: Sharing) -> Deed:
    """The copy, or the same one out of the archive again."""

    def decide(current: Current | None) -> Draft:
        after = made
        if current and current.body:
            stands = parse(current.body.encode())
            if stands["status"] == "current" and not is_archived(stands):
                raise AlreadyShared
            after = with_sharing(archived({**stands, "status": "current"}, is_archived=False), sharing)
        return Draft("PUT", after, engine.entries(after))

    return Deed("DocumentReference", made["id"], decide)


def _changed(engine: Engine, id_: str, change: Callable[[Resource], Resource]) -> Deed:
    """A change of what stands when it is written, whatever was read before."""

    def decide(current: Current | None) -> Draft | None:
        if current is None or current.body is None:
            return None
        stands = parse(current.body.encode())
        after = change(stands)
        return None if after == stands else Draft("PUT", after, engine.entries(after))

    return Deed("DocumentReference", id_, decide)


def _superseded(document: Resource) -> Resource:
    return {**document, "status": "superseded"}


def _put_away(document: Resource) -> Resource:
    return archived(document, is_archived=True)


def _working(grant: Grant) -> Grant:
    """In the name of who asks, while their session is in force, with the platform's reach: records and identities are asked as of anybody."""
    sight = grant.sight or Sight(None, (), (), PURPOSES["TREAT"], None)
    return replace(
        grant, sight=replace(sight, profession=None, is_office=False, reaches_all=True, windows=None), scopes=None
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
