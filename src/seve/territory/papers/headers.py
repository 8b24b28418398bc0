"""The header of a document of the territory: who, where and when, for the writers of `seve.france.cda.writing`."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from seve.france.cda import Author, Cda, Code, Encounter, Id, Organization, Patient, PersonName, Service
from seve.france.identity.professionals import NationalId
from seve.france.identity.structures import StructureId
from seve.territory.marks import moment
from seve.territory.people.person import Person
from seve.territory.people.records import matricule
from seve.territory.places.world import House, Role

LOINC: Final = "2.16.840.1.113883.6.1"
CIM10: Final = "2.16.840.1.113883.6.3"
ATC: Final = "2.16.840.1.113883.6.73"
_NORMAL: Final = Code("2.16.840.1.113883.5.25", "N", "Normal")
_AMBULATORY: Final = Code("2.16.840.1.113883.5.4", "AMB", "ambulatory")


def header(id_: str, code: Code, *, title: str, at: datetime, person: Person, author: Role) -> Cda:
    """The header; `id_` makes the document's identifier, `code` is that of its type."""
    when, house = moment(at), _organization(author.house)
    writer = Author(
        f"{author.given} {author.family}",
        NationalId("rpps", author.rpps),
        organisation=house,
        at=when,
        family=author.family,
    )
    return Cda(
        id=Id(oid(id_)),
        title=title,
        code=code,
        language="fr-FR",
        confidentiality=_NORMAL,
        at=when,
        patient=_patient(person),
        authors=(writer,),
        custodian=house,
        encounter=Encounter(_AMBULATORY, when),
        services=(Service(start=when),),
    )


def oid(name: str) -> str:
    """The object identifier of a document, made of its name (2.25 and a UUID, ITU-T X.667)."""
    return f"2.25.{uuid5(NAMESPACE_OID, name).int}"


def _organization(house: House) -> Organization:
    return Organization(house.name, StructureId("finess", house.finess))


def _patient(person: Person) -> Patient:
    name = PersonName(
        family=person.family,
        given=" ".join(person.given),
        first_given=person.given[0],
        used_family=person.usual,
        used_given=person.given[0] if person.usual else "",
    )
    return Patient(matricule(person), (name,), person.birth.isoformat(), person.sex, birth_place=person.birth_place)
