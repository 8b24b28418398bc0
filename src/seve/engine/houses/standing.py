"""How documents of an organisation's own file stand in the shared record, and what hinders sharing one.

Staff are told the state of what they keep also where they may not see the copy: that it is masked is no secret from who shared it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from seve.engine.access.granting import opened
from seve.engine.access.sharing import is_masked
from seve.engine.agendas.stored import elevated, read
from seve.engine.dispatch import perform
from seve.engine.houses.files import files_of
from seve.engine.houses.refusals import NoHouse
from seve.engine.refusals import NotFound
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.house_documents import COPY, Sharing, is_copy, is_in_house, needs_a_person, sharing_of
from seve.fhir.search.references import target
from seve.france.documents.standing import is_archived, replaced_by
from seve.france.identity.trust import sharing_verdict
from seve.store.access.openings import opening

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.kernel.refusals import Issue
    from seve.store.grant import Grant

State: TypeAlias = Literal["none", "shared", "newer", "masked", "archived"]
_FURTHEST: Final = 50
"""How many documents back a chain of replacements is followed."""
_MOST: Final = "1000"


@dataclass(frozen=True, slots=True)
class Standing:
    """`state` `newer`: the record has an earlier one than the file; `sharing` is that of the copy which is there, None for none."""

    state: State = "none"
    sharing: Sharing | None = None


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a document can't be shared now: `not_open`, with the state of the record; `not_qualified` and `refused` (a file that is not
    there, content that is not valid any more), with the reason; `needs_a_person`.
    """

    why: Literal["not_open", "not_qualified", "needs_a_person", "refused"]
    state: str = ""
    reason: Issue | None = None


def house_of(grant: Grant) -> str:
    """The organisation that the caller acts for, `Organization/1`. Raises NoHouse."""
    found = opened(grant.origin).organization if grant.origin else ""
    if not found:
        raise NoHouse
    return found


def patient_of(engine: Engine, document: Resource) -> str:
    """Whom a document is about, `Patient/1`; "" for nobody of this server."""
    text = document.get("subject", {}).get("reference", "")
    found = target(text, engine.base_url) if text else None
    return found.text if found and found.type == "Patient" and found.id else ""


async def kept(engine: Engine, grant: Grant, id_: str) -> Resource:
    """A document that the caller sees, of the file of whom they act for. Raises NotFound, NoHouse."""
    found = await read(engine, grant, "DocumentReference", id_)
    if found is None or not is_in_house(found, house_of(grant)):
        raise NotFound(type="DocumentReference", id=id_)
    return found


async def copies(engine: Engine, grant: Grant, document: Resource) -> tuple[Resource, ...]:
    """Its copies and those of the documents whose place it took, whoever may see them; those that were superseded are left out."""
    lineage = [f"DocumentReference/{document['id']}"]
    before = list(replaced_by(document))
    while before and len(lineage) < _FURTHEST:
        id_ = before.pop()
        if f"DocumentReference/{id_}" in lineage:
            continue
        lineage.append(f"DocumentReference/{id_}")
        older = await read(engine, elevated(grant), "DocumentReference", id_)
        before += replaced_by(older) if older else ()
    found = await _copies_of(engine, grant, lineage)
    return tuple(one for one in found if is_copy(one, of=lineage, organization=document["custodian"]["reference"]))


async def standings(engine: Engine, grant: Grant, documents: Sequence[Resource]) -> dict[str, Standing]:
    """By id, of documents of one file: those of a replaced one say where its copy stands, too."""
    known = {one["id"]: one for one in documents}
    found = await _copies_of(engine, grant, [f"DocumentReference/{id_}" for id_ in known]) if known else ()
    organization = next((str(one["custodian"]["reference"]) for one in documents), "")
    by_id = dict[str, list[Resource]]()
    for id_ in known:
        reference = (f"DocumentReference/{id_}",)
        by_id[id_] = [one for one in found if is_copy(one, of=reference, organization=organization)]
    return {id_: _standing(id_, known, by_id) for id_ in known}


async def hindrance(engine: Engine, grant: Grant, document: Resource) -> Hindrance | None:
    """What hinders the rule from sharing a document, None for nothing."""
    if needs_a_person(document):
        return Hindrance("needs_a_person")
    reference = patient_of(engine, document)
    decided = await opening(engine.database.pool, reference)
    if not decided.is_open:
        return Hindrance("not_open", decided.state)
    patient = await read(engine, elevated(grant), "Patient", reference.partition("/")[2])
    verdict = sharing_verdict(patient or {"resourceType": "Patient"}, environment=engine.database.identities)
    if not verdict.may:
        return Hindrance("not_qualified", reason=verdict.reason)
    try:
        await files_of(engine, grant, document)
    except NotFound as refusal:
        return Hindrance("refused", reason=refusal.issues[0])
    return None


async def _copies_of(engine: Engine, grant: Grant, references: Iterable[str]) -> tuple[Resource, ...]:
    query = (("relatesto", ",".join(references)), ("relation", COPY), ("status", "current"), ("_count", _MOST))
    answer = await perform(engine, elevated(grant), Request("GET", "DocumentReference", query=query))
    return tuple(entry["resource"] for entry in answer.resource.get("entry", ()))


def _standing(id_: str, known: dict[str, Resource], copies_by_id: dict[str, list[Resource]]) -> Standing:
    if own := copies_by_id.get(id_):
        return _of(known[id_], own[0])
    before, seen = list(replaced_by(known[id_])), {id_}
    while before:
        earlier = before.pop()
        if earlier in seen or earlier not in known:
            continue
        seen.add(earlier)
        if older := copies_by_id[earlier]:
            return Standing("archived" if is_archived(older[0]) else "newer", sharing_of(older[0]))
        before += replaced_by(known[earlier])
    return Standing()


def _of(document: Resource, copy: Resource) -> Standing:
    if is_archived(copy):
        return Standing("archived", sharing_of(copy))
    if not _says_the_same(document, copy):
        return Standing("newer", sharing_of(copy))
    return Standing("masked" if is_masked(copy) else "shared", sharing_of(copy))


def _says_the_same(document: Resource, copy: Resource) -> bool:
    """As far as the registry tells; the bytes are compared when it is shared again."""

    def said(one: Resource) -> tuple[object, ...]:
        attached = [content["attachment"] for content in one["content"]]
        files = [
            tuple(each.get(name) for name in ("contentType", "data", "hash", "size", "title")) for each in attached
        ]
        return one.get("type"), one.get("description"), files

    return said(document) == said(copy)
