"""Reads of the house file: always of the organisation that the visitor acts for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from seve.fhir import Resource
from seve.fhir.access.openings import OWN, TAGS
from seve.fhir.house_documents import Rule, is_in_house
from seve.sdk import Hindrance, NotFound, Standing, Visit, wording
from seve.solutions.house_file import model

_MOST = "200"
_SHOWN = "24"


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a document, and its media type without and with parameters."""

    data: bytes
    media_type: str
    content_type: str

    @property
    def text(self) -> str:
        """A plain text as it reads; "" for others."""
        if self.media_type != "text/plain":
            return ""
        charset = self.content_type.partition("charset=")[2].strip().lower()
        return self.data.decode("windows-1252" if charset == "windows-1252" else "utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that the rule names and that is not shared, and what hinders it (None: nothing any more)."""

    document: Resource
    patient: Resource
    hindrance: Hindrance | None


async def patients(visit: Visit) -> tuple[tuple[str, str, str], ...]:
    """Those whom a professional may see, by family name: id, name, birth date."""
    found = await visit.records.search("Patient", ("_sort", "family"), ("_count", _SHOWN))
    return tuple((one["id"], wording.name_of(one), one.get("birthDate", "")) for one in found.matches)


async def organization(visit: Visit) -> str:
    """The name of the organisation. Raises NoHouse."""
    known = await visit.records.people([visit.houses.own])
    return next((one.name for one in known.values()), "")


async def documents(visit: Visit, patient_id: str) -> tuple[Resource, ...]:
    """What the organisation keeps about a patient, newest first; what was replaced is there, too, as its copy may stand in the record."""
    found = await visit.records.search(
        "DocumentReference",
        ("patient", f"Patient/{patient_id}"),
        ("custodian", visit.houses.own),
        ("_tag", f"{TAGS}|{OWN}"),
        ("status:not", "entered-in-error"),
        ("_sort", "-date"),
        ("_count", _MOST),
    )
    return found.matches


async def document(visit: Visit, patient_id: str, id_: str) -> Resource:
    """One of them. Raises NotFound."""
    found = await visit.records.read("DocumentReference", id_)
    if not model.is_of(found, patient_id) or not is_in_house(found, visit.houses.own):
        raise NotFound
    return found


async def file(visit: Visit, document: Resource) -> File | None:
    """Its file; None for one that is kept elsewhere. Raises NotFound."""
    found = await visit.records.attached(model.attachment_of(document))
    if found is None:
        return None
    data, content_type = found
    return File(data, content_type.partition(";")[0].strip().lower(), content_type)


async def authors(visit: Visit, documents: tuple[Resource, ...]) -> dict[str, str]:
    """Who wrote each document, by its id, as far as it says or the visitor may know."""
    first = {one["id"]: next(iter(one.get("author", ())), {}) for one in documents}
    known = await visit.records.people(one.get("reference", "") for one in first.values())
    return {
        id_: one.get("display") or getattr(known.get(one.get("reference", "")), "name", "")
        for id_, one in first.items()
    }


async def standing(visit: Visit, document: Resource) -> Standing:
    """How one document stands in the record; of what it replaced, too."""
    all_ = await documents(visit, document["subject"]["reference"].partition("/")[2])
    return (await visit.houses.standings((*all_, document)))[document["id"]]


async def waiting(visit: Visit, rule: Rule) -> tuple[Waiting, ...]:
    """What the rule names and has not shared, of patients whom the visitor reaches; what somebody withdrew is none of it."""
    if not rule.types:
        return ()
    found = await visit.records.search(
        "DocumentReference",
        ("custodian", rule.organization),
        ("_tag", f"{TAGS}|{OWN}"),
        ("status", "current"),
        ("type", ",".join(f"{system}|{code}" for system, code in rule.types)),
        ("_lastUpdated", f"ge{rule.since}"),
        ("_sort", "-_lastUpdated"),
        ("_count", _MOST),
        ("_include", "DocumentReference:patient"),
    )
    named = [one for one in found.matches if rule.covers(one)]
    states = await visit.houses.standings(named)
    people = {f"Patient/{one['id']}": one for one in found.included}
    open_ = [one for one in named if states[one["id"]].state in ("none", "newer")]
    hindered = await asyncio.gather(*(visit.houses.hindrance(one) for one in open_))
    return tuple(
        Waiting(one, people[one["subject"]["reference"]], why)
        for one, why in zip(open_, hindered, strict=True)
        if one["subject"]["reference"] in people
    )
