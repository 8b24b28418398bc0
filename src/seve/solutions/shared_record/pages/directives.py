"""Advance directives: what is written, the trusted person, and who holds a copy; told and changed by the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from seve.france.cda import Id
from seve.france.documents import Content, Kind
from seve.kernel.refusals import Refusal
from seve.kernel.texts import text
from seve.sdk import Again, Changed, NotQualified, RecordNotOpen, To, View, Visit
from seve.solutions.shared_record.actions import documents as deeds
from seve.solutions.shared_record.actions.documents import Author, FieldWrong
from seve.solutions.shared_record.actions.opening import NotOpen, check_open
from seve.solutions.shared_record.model import directives
from seve.solutions.shared_record.model.directives import CAPACITIES, Named
from seve.solutions.shared_record.model.documents import Typed
from seve.solutions.shared_record.model.entries import Entry
from seve.solutions.shared_record.pages.frame import PACKAGE, Frame, entries_of, framed
from seve.solutions.shared_record.queries import documents as queries
from seve.solutions.shared_record.queries import patients


@dataclass(frozen=True)
class Known(View):
    """Documents, and people with the id and the version of the document that names them; the form holds what is `typed`."""

    template: ClassVar[str] = "directives.html"
    frame: Frame
    documents: tuple[Entry, ...]
    people: tuple[tuple[str, str, Named], ...]
    authors: dict[str, str]
    capacities: tuple[str, ...]
    typed: Named
    replaces: str
    version: str
    wrong: str


async def show(visit: Visit) -> Known:
    """What there is; with `change`, the form holds that person."""
    return await _known(visit, Named(), replaces=visit.query.get("change", ""))


async def name(visit: Visit) -> To | Again:
    """Names a person, or puts another in the place of one."""
    id_, named, replaces = visit.path["patient"], directives.typed(visit.form), visit.form["replaces"]
    try:
        await check_open(visit.records, id_)
        await _keep(visit, named, replaces)
    except (NotOpen, NotQualified, RecordNotOpen, FieldWrong, Changed) as problem:
        return Again(await _known(visit, named, replaces=replaces, problem=problem), problem)
    return To(f"/{id_}/directives", {"done": "replaced" if replaces else "added"})


async def withdraw(visit: Visit) -> To | Again:
    """The patient no longer names a person: the document goes to the archive."""
    id_ = visit.path["patient"]
    found = await queries.document(visit.records, id_, visit.path["id"])
    try:
        await deeds.archive(visit.records, found, version=visit.form["version"], is_archived=True)
    except Changed as problem:
        return Again(await _known(visit, Named(), replaces=""), problem)
    return To(f"/{id_}/directives", {"done": "archived"})


async def _keep(visit: Visit, named: Named, replaces: str) -> None:
    if wrong := named.wrong():
        raise FieldWrong(expression=wrong)
    id_, role = visit.path["patient"], _roles()[named.capacity]
    old = await queries.document(visit.records, id_, replaces) if replaces else None
    if old is not None:
        old = {**old, "meta": {**old["meta"], "versionId": visit.form["version"]}}
    lines = (f"{role} : {named.name}", named.kin, named.phone, named.address)
    words = "\n".join(filter(None, lines)).encode()
    content = Content(words, Kind("text", "text/plain", "utf-8"), "", Id(str(uuid4())))
    await deeds.add(
        visit.records, id_, typed=Typed(title=_title(named, role), kind="wishes"), content=content, by=Author.of(visit),
        now=visit.now, old=old, shape=lambda made: directives.holding(made, named, role=role),
    )  # fmt: skip


async def _known(visit: Visit, typed: Named, *, replaces: str, problem: Refusal | None = None) -> Known:
    frame, roles = await framed(visit, "directives"), _roles()
    found = dict(await queries.by_class(visit.records, frame.id, is_archived=False)).get("directives", ())
    named = [(one, person) for one in found if (person := directives.named_in(one, roles))]
    people = tuple((one["id"], one["meta"]["versionId"], person) for one, person in named)
    shown = next(((version, person) for id_, version, person in people if id_ == replaces), None)
    others = [one for one in found if one not in [document for document, _ in named]]
    entries = entries_of(visit, tuple(others))
    return Known(
        frame=frame,
        documents=entries,
        people=people,
        authors=await patients.authors(visit.records, entries),
        capacities=CAPACITIES,
        typed=shown[1] if shown and problem is None else typed,
        replaces=replaces if shown else "",
        version=shown[0] if shown else "",
        wrong=problem.expression if isinstance(problem, FieldWrong) else "",
    )


def _roles() -> dict[str, str]:
    """What a document says of each capacity; it is French, whoever writes it."""
    return {name: text(f"{PACKAGE}.directives.capacity_{name}", {}, "fr") for name in CAPACITIES}


def _title(named: Named, role: str) -> str:
    return " · ".join(filter(None, (f"{role} : {named.name}", named.kin, named.phone)))[:200]
