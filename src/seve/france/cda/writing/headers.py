"""The header as HL7 France and the CI-SIS ask for it (« structuration minimale »), in the order of the CDA schema."""

from __future__ import annotations

from typing import Any

from seve.france.cda.document import Author, Cda, Encounter, Id, Organization, Patient, PersonName, Service
from seve.france.cda.header import PERSONS, SEXES, STRUCTURES
from seve.france.cda.refusals import CdaWrong
from seve.france.cda.times import timestamp
from seve.france.cda.writing.making import coded, identified, made, period, serialised, timed
from seve.france.identity.ins import OIDS

TEMPLATES = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1")
"""Conformity to HL7 France and to the CI-SIS."""

_SEX_CODES = {sex: code for code, sex in SEXES.items()}


def document(header: Cda, body: Any) -> bytes:
    """The document of a header and a `structuredBody` or `nonXMLBody`. Raises CdaWrong (`missing`)."""
    _check(header)
    return serialised(
        made(
            "ClinicalDocument",
            made("realmCode", code="FR"),
            made("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
            *(made("templateId", root=root) for root in header.templates),
            identified(header.id),
            coded("code", header.code),
            made("title", header.title),
            timed("effectiveTime", header.at),
            coded("confidentialityCode", header.confidentiality),
            made("languageCode", code=header.language),
            identified_set(header.set_id),
            made("versionNumber", value=str(header.version)),
            made("recordTarget", _role(header.patient)),
            *(_author(author) for author in header.authors),
            _custodian(header.custodian),
            _legal_authenticator(header),
            *(made("documentationOf", _service(service, header.authors)) for service in header.services),
            _replaced(header.replaces),
            _encounter(header.encounter),
            made("component", body),
        )
    )


def identified_set(id_: Id | None) -> Any | None:
    """The `setId` that all versions share."""
    return made("setId", root=id_.root, extension=id_.extension) if id_ else None


def _check(header: Cda) -> None:
    wanted = {
        "recordTarget/patientRole/id": header.patient.ins,
        "recordTarget/patientRole/patient/name": header.patient.names,
        "author": header.authors,
        "custodian": header.custodian,
        "documentationOf": header.services,
        "componentOf": header.encounter,
    }
    for name, value in wanted.items():
        if not value:
            raise CdaWrong("missing", where="/ClinicalDocument", name=name)


def _role(patient: Patient) -> Any:
    ins = patient.ins
    ids = [Id(OIDS[ins.kind], ins.value)] if ins else []
    place = made("place", made("addr", made("county", patient.birth_place)))
    return made(
        "patientRole",
        *map(identified, (*ids, *patient.ids)),
        made("addr", nullFlavor="NAV"),
        made("telecom", nullFlavor="NAV"),
        made(
            "patient",
            *map(_name, patient.names),
            made("administrativeGenderCode", code=_SEX_CODES.get(patient.sex, "U"), codeSystem="2.16.840.1.113883.5.1"),
            timed("birthTime", patient.birth_date),
            made("birthplace", place) if patient.birth_place else None,
            classCode="PSN",
        ),
    )


def _name(name: PersonName) -> Any:
    parts = (
        ("family", name.family, "BR"),
        ("given", name.given, ""),
        ("given", name.first_given, "BR"),
        ("family", name.used_family, "CL"),
        ("given", name.used_given, "CL"),
    )
    return made("name", *(made(tag, text, qualifier=qualifier) for tag, text, qualifier in parts if text))


def _author(author: Author) -> Any:
    return made("author", timed("time", author.at), made("assignedAuthor", *_assigned(author)))


def _assigned(author: Author, *, setting: Any = None) -> list[Any]:
    """Number, profession, name and structure, of an author or of another entity."""
    who = (
        made("assignedPerson", _person_name(author))
        if author.family
        else made("assignedAuthoringDevice", made("softwareName", author.name))
    )
    return [
        made("id", root=PERSONS, extension=author.id.packed) if author.id else made("id", nullFlavor="NI"),
        coded("code", author.specialty) if author.specialty else None,
        made("addr", nullFlavor="NAV"),
        made("telecom", nullFlavor="NAV"),
        who,
        _organization("representedOrganization", author.organisation, setting)
        if author.organisation or setting is not None
        else None,
    ]


def _person_name(author: Author) -> Any:
    given = author.name.removesuffix(author.family).strip()
    return made("name", made("given", given) if given else None, made("family", author.family))


def _in_setting(setting: Any) -> Any:
    return _organization("representedOrganization", None, setting)


def _organization(name: str, organization: Organization | None, setting: Any = None) -> Any:
    id_ = organization.id if organization else None
    return made(
        name,
        made("id", root=STRUCTURES, extension=id_.packed) if id_ else None,
        made("name", organization.name) if organization and organization.name else None,
        setting,
    )


def _custodian(custodian: Organization | None) -> Any:
    return made("custodian", made("assignedCustodian", _organization("representedCustodianOrganization", custodian)))


def _legal_authenticator(header: Cda) -> Any | None:
    """The first author who is a person answers for the document."""
    person = next((author for author in header.authors if author.family), None)
    if person is None:
        return None
    time, signature = timed("time", person.at or header.at), made("signatureCode", code="S")
    return made("legalAuthenticator", time, signature, made("assignedEntity", *_assigned(person)))


def _service(service: Service, authors: tuple[Author, ...]) -> Any:
    performer = None
    if service.setting:
        setting = coded("standardIndustryClassCode", service.setting)
        person = next((author for author in authors if author.family), None)
        entity = _assigned(person, setting=setting) if person else [made("id", nullFlavor="NI"), _in_setting(setting)]
        performer = made("performer", made("assignedEntity", *entity), typeCode="PRF")
    when = period(service.start, service.end) if service.start or service.end else None
    return made("serviceEvent", coded("code", service.code) if service.code else None, when, performer)


def _replaced(id_: Id | None) -> Any | None:
    return made("relatedDocument", made("parentDocument", identified(id_)), typeCode="RPLC") if id_ else None


def _encounter(encounter: Encounter | None) -> Any:
    found = encounter or Encounter()
    low = made("low", value=timestamp(found.start)) if found.start else None
    high = made("high", value=timestamp(found.end)) if found.end else None
    place = made("location", made("healthCareFacility", coded("code", found.facility))) if found.facility else None
    return made(
        "componentOf",
        made(
            "encompassingEncounter",
            coded("code", found.code) if found.code else None,
            made("effectiveTime", low, high) if found.start or found.end else made("effectiveTime", nullFlavor="UNK"),
            place,
        ),
    )
