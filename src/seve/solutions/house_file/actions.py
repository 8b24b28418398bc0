"""Keeping a document in the house file, sharing it, withdrawing it, and setting the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from uuid import uuid4

from seve.fhir import Resource
from seve.fhir.access.openings import channel, keeper
from seve.fhir.house_documents import Rule
from seve.france.documents import looked_at
from seve.france.documents.brought import binary
from seve.france.documents.standing import replacing
from seve.kernel.refusals import Refusal
from seve.sdk import Change, Changed, Chores, RecordNotOpen, Told, Visit, wording
from seve.solutions.house_file import model, queries
from seve.solutions.house_file.model import Typed


class FieldWrong(Refusal):
    """A field of the form says nothing that can be kept; `expression` names it."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "solutions/house_file.refusals.not_right"


class NotOpen(Refusal):
    """The shared record of the patient is not open: nothing is put into it."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "solutions/house_file.refusals.not_open"


async def keep(visit: Visit, typed: Typed, *, replaces: str = "", version: str = "") -> Resource:
    """A document in the own file of the visitor's organisation, in the place of another if one is named.

    Raises NoHouse, NotFound, FieldWrong, NoFile, DocumentRefused, CdaWrong, SomebodyElse, Changed, what access refuses.
    """
    patient_id, house = visit.path["patient"], visit.houses.own
    patient = await visit.records.read("Patient", patient_id)
    old = await queries.document(visit, patient_id, replaces) if replaces else None
    if wrong := typed.wrong(today=visit.now.astimezone(wording.ZONE).date().isoformat()):
        raise FieldWrong(expression=wrong)
    content = looked_at(visit.files.get("file"), typed.words, patient)
    document, url = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
    made = model.reference(
        typed,
        content,
        patient_id=patient_id,
        url=url,
        by=(visit.visitor.acts_as, visit.visitor.name),
        house=house,
        now=visit.now.isoformat(timespec="milliseconds"),
    )
    changes = list[Change]()
    if old is not None:
        made, superseded = replacing(made, {**old, "meta": {**old["meta"], "versionId": version}})
        changes.append(Change("PUT", superseded))
    file = Change("POST", binary(content, document=document), url)
    return (await visit.records.transaction([Change("POST", made, document), file, *changes]))[0]


async def share(visit: Visit, id_: str) -> None:
    """Into the shared record. Raises NotFound, AlreadyShared, NotCurrent, NotOpen, NotQualified, what access refuses."""
    document = await queries.document(visit, visit.path["patient"], id_)
    try:
        await visit.houses.share(document["id"], by=visit.visitor.acts_as, name=visit.visitor.name)
    except RecordNotOpen as error:  # whose words are for programs
        raise NotOpen from error


async def withdraw(visit: Visit, id_: str) -> None:
    """Out of the shared record, into its archive. Raises NotFound, NotShared, what access refuses."""
    document = await queries.document(visit, visit.path["patient"], id_)
    await visit.houses.withdraw(document["id"])


async def set_rule(visit: Visit, kinds: tuple[str, ...], *, version: str) -> Rule:
    """The types that are shared from now on, in place of the rule that the page showed. Raises NotTheirRule, Changed, FieldWrong."""
    if any(one not in model.KINDS for one in kinds):
        raise FieldWrong(expression="kinds")
    held = await visit.houses.rule()
    if held.version != version:
        raise Changed
    types = model.types_of(kinds)
    return await visit.houses.keep_rule(
        replace(held, types=types, by=visit.visitor.acts_as, name=visit.visitor.name, version=version)
    )


async def try_again(visit: Visit) -> tuple[int, int]:
    """Has the rule carried out on what waits: how many were shared, how many still wait."""
    waiting = await queries.waiting(visit, await visit.houses.rule())
    done = [await visit.houses.share_by_rule(one.document["id"]) for one in waiting]
    return sum(done), len(done) - sum(done)


async def carry_out(chores: Chores, told: Told) -> None:
    """A document was written: the rule of who keeps it is carried out. What hinders it is told on the page of what is not shared."""
    if told.resource is not None and keeper(told.resource):
        await chores.houses.share_by_rule(told.id)


async def opened(chores: Chores, told: Told) -> None:
    """A record was opened: what waited for it is shared."""
    consent = told.resource
    if consent is None or not channel(consent) or consent["status"] != "active":
        return
    for id_ in await chores.houses.waiting_of(consent["patient"]["reference"]):
        await chores.houses.share_by_rule(id_)
