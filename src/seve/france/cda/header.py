"""The header of a document (CI-SIS, « structuration minimale »): patient, authors, custodian, encounter, acts."""

from __future__ import annotations

from typing import Any

from seve.france.cda.document import Author, Encounter, Id, Organization, Patient, PersonName, Service
from seve.france.cda.elements import child, children, code_of, id_of, needed, period_of, text_of, time_of
from seve.france.identity.ins import KINDS, Matricule
from seve.france.identity.professionals import NationalId
from seve.france.identity.structures import StructureId

PERSONS = "1.2.250.1.71.4.2.1"
"""idNatPS."""
STRUCTURES = "1.2.250.1.71.4.2.2"
"""Struct_IdNat."""
SEXES = {"F": "female", "M": "male", "UN": "other"}


def patient(document: Any) -> Patient:
    """Whom it is about. Raises CdaWrong when it doesn't say, or when the birth date can't be read."""
    role = needed(document, "recordTarget/patientRole")
    person = needed(role, "patient")
    ids = [found for found in map(id_of, children(role, "id")) if found]
    sex = child(person, "administrativeGenderCode")
    return Patient(
        ins=next((_matricule(id_) for id_ in ids if id_.root in KINDS and id_.extension), None),
        names=tuple(_name(name) for name in children(person, "name")),
        birth_date=time_of(child(person, "birthTime")).partition("T")[0],
        sex=SEXES.get(sex.get("code", ""), "unknown") if sex is not None else "unknown",
        ids=tuple(id_ for id_ in ids if id_.root not in KINDS),
        birth_place=text_of(child(person, "birthplace/place/addr/county")),
    )


def authors(document: Any) -> tuple[Author, ...]:
    """Who wrote it, in the order of the document."""
    return tuple(_author(element) for element in children(document, "author"))


def custodian(document: Any) -> Organization | None:
    """Who keeps it."""
    return _organization(child(document, "custodian/assignedCustodian/representedCustodianOrganization"))


def encounter(document: Any) -> Encounter | None:
    """The care it comes from."""
    element = child(document, "componentOf/encompassingEncounter")
    if element is None:
        return None
    start, end = period_of(child(element, "effectiveTime"))
    facility = code_of(child(element, "location/healthCareFacility/code"))
    return Encounter(code_of(child(element, "code")), start, end, facility)


def services(document: Any) -> tuple[Service, ...]:
    """The acts it reports, the main one first."""
    return tuple(_service(element) for element in children(document, "documentationOf/serviceEvent"))


def replaced(document: Any) -> Id | None:
    """The document that this one takes the place of."""
    for related in children(document, "relatedDocument"):
        if related.get("typeCode") == "RPLC":
            return id_of(child(related, "parentDocument/id"))
    return None


def _matricule(id_: Id) -> Matricule:
    return Matricule.of(id_.extension, KINDS[id_.root])


def _name(element: Any) -> PersonName:
    families = {part.get("qualifier", ""): text_of(part) for part in reversed(children(element, "family"))}
    givens = {part.get("qualifier", ""): text_of(part) for part in reversed(children(element, "given"))}
    return PersonName(
        family=families.get("BR") or families.get("", ""),
        given=givens.get("", ""),
        first_given=givens.get("BR", ""),
        used_family=families.get("CL") or families.get("SP", ""),
        used_given=givens.get("CL", ""),
    )


def _author(element: Any) -> Author:
    assigned = needed(element, "assignedAuthor")
    national = next((id_ for id_ in map(id_of, children(assigned, "id")) if id_ and id_.root == PERSONS), None)
    return Author(
        name=_author_name(assigned),
        id=NationalId.read(national.extension) if national else None,
        specialty=code_of(child(assigned, "code")),
        organisation=_organization(child(assigned, "representedOrganization")),
        at=time_of(child(element, "time")),
        family=_family(child(assigned, "assignedPerson/name")),
    )


def _family(name: Any | None) -> str:
    """The family name; the whole name when it has no parts."""
    if name is None:
        return ""
    return text_of(child(name, "family")) or text_of(name)


def _author_name(assigned: Any) -> str:
    person = child(assigned, "assignedPerson/name")
    if person is not None:
        parts = [*map(text_of, children(person, "given")), text_of(child(person, "family"))]
        return " ".join(filter(None, parts)) if parts[-1] else text_of(person)
    device = child(assigned, "assignedAuthoringDevice")
    names = (child(device, name) for name in ("softwareName", "manufacturerModelName")) if device is not None else ()
    return next(filter(None, map(text_of, names)), "")


def _organization(element: Any | None) -> Organization | None:
    if element is None:
        return None
    ids = (id_of(found) for found in children(element, "id"))
    national = next((id_ for id_ in ids if id_ and id_.root == STRUCTURES), None)
    return Organization(text_of(child(element, "name")), StructureId.read(national.extension) if national else None)


def _service(element: Any) -> Service:
    start, end = period_of(child(element, "effectiveTime"))
    setting = child(element, "performer/assignedEntity/representedOrganization/standardIndustryClassCode")
    return Service(code_of(child(element, "code")), start, end, code_of(setting))
