"""A document as the registry has it: DocumentReference by PDSm (pdsm-comprehensive-document-reference 3.1.1), MHD beneath it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from seve.fhir import Resource
from seve.france.cda import Author, Cda, Code, Id, Organization
from seve.france.documents.classes import DIRECTIVES, DIRECTIVES_CLASS, class_label, document_types, table
from seve.france.documents.kinds import Kind
from seve.france.documents.systems import CLASSES, FORMATS, IHE_FORMATS, concept

PROFILE = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-document-reference"
NORMAL = Code("2.16.840.1.113883.5.25", "N", "Normal")
_BY_MEDIA_TYPE = "urn:ihe:iti:xds:2017:mimeTypeSufficient"


@dataclass(frozen=True, slots=True)
class Filing:
    """What a registry must know beside the document: the id of its Binary (in a transaction its `urn:uuid:…`), its bytes, the reference to the patient
    (`Patient/x`), the instant of filing, and the reference to the document that it replaces.
    """

    binary_id: str
    data: bytes
    patient: str
    date: str
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a person tells of a file that doesn't tell it itself (PDF, image, text). `at` is a FHIR dateTime.

    `id` is the identifier of the document; `author` and `custodian` are references, or what is known of them.
    """

    id: Id
    title: str
    code: Code
    at: str
    author: Author | str
    custodian: Organization | str
    confidentiality: Code = NORMAL
    setting: Code | None = None
    facility: Code | None = None


def document_reference(cda: Cda, *, filing: Filing) -> Resource:
    """The DocumentReference of a CDA document, its authors and custodian contained."""
    authors, contained = _authors(cda.authors)
    custodian, kept = _custodian(cda.custodian or Organization(""))
    settings = (service.setting for service in cda.services)
    return _made(
        filing,
        contained=[*contained, *kept],
        masterIdentifier=cda.id.identifier(),
        code=cda.code,
        author=authors,
        custodian=custodian,
        label=cda.confidentiality,
        attachment={
            "contentType": "text/xml",
            "language": cda.language,
            "title": cda.title or cda.code.display,
            "creation": cda.at,
        },
        format=_format(cda),
        period=_period(cda),
        facility=cda.encounter.facility if cda.encounter else None,
        setting=next(filter(None, settings), None),
    )


def file_reference(kind: Kind, told: Told, *, filing: Filing) -> Resource:
    """The DocumentReference of another file, by what a person told of it."""
    authors, contained = (
        ([{"reference": told.author}], []) if isinstance(told.author, str) else _authors((told.author,))
    )
    custodian, kept = (
        ({"reference": told.custodian}, []) if isinstance(told.custodian, str) else _custodian(told.custodian)
    )
    charset = f"; charset={kind.charset}" if kind.charset else ""
    return _made(
        filing,
        contained=[*contained, *kept],
        masterIdentifier=told.id.identifier(),
        code=told.code,
        author=authors,
        custodian=custodian,
        label=told.confidentiality,
        attachment={
            "contentType": kind.media_type + charset,
            "language": "fr-FR",
            "title": told.title,
            "creation": told.at,
        },
        format={"system": IHE_FORMATS, "code": _BY_MEDIA_TYPE},
        period={"start": told.at},
        facility=told.facility,
        setting=told.setting,
    )


def _made(
    filing: Filing,
    *,
    code: Code,
    label: Code,
    attachment: dict[str, Any],
    format: dict[str, Any],  # noqa: A002 - FHIR's name
    period: dict[str, str],
    facility: Code | None,
    setting: Code | None,
    **rest: Any,
) -> Resource:
    context = {
        "period": period,
        "facilityType": concept(facility) if facility else None,
        "practiceSetting": concept(setting) if setting else None,
        "sourcePatientInfo": {"reference": filing.patient},
    }
    attachment = {
        **attachment,
        "url": filing.binary_id if filing.binary_id.startswith("urn:") else f"Binary/{filing.binary_id}",
        "size": len(filing.data),
        "hash": base64.b64encode(hashlib.sha1(filing.data, usedforsecurity=False).digest()).decode(),
    }
    found: Resource = {
        "resourceType": "DocumentReference",
        "meta": {"profile": [PROFILE]},
        "status": "current",
        "type": concept(code),
        "category": _category(code),
        "subject": {"reference": filing.patient},
        "date": filing.date,
        "relatesTo": [{"code": "replaces", "target": {"reference": filing.replaces}}] if filing.replaces else None,
        "securityLabel": [concept(label)] if label.system else None,
        "content": [{"attachment": _told(attachment), "format": format}],
        "context": _told(context),
        **rest,
    }
    return _told(found)


def _told(entries: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entries.items() if value not in (None, "", [])}


def _category(code: Code) -> list[dict[str, Any]]:
    """The class of the type; none for a type that the table has not."""
    found = document_types().get((code.system, code.code))
    is_directive = (code.system, code.code) == (DIRECTIVES.system, DIRECTIVES.code)
    class_ = found.class_code if found else DIRECTIVES_CLASS if is_directive else ""
    return [{"coding": [{"system": CLASSES, "code": class_, "display": class_label(class_)}]}] if class_ else []


def _format(cda: Cda) -> dict[str, Any]:
    formats = table("formats")
    by_body = formats["bodies"].get(cda.body.media_type) if cda.body else None
    by_template = (formats["templates"].get(template) for template in cda.templates)
    found = by_body or next(filter(None, by_template), None)
    return {"system": FORMATS, "code": found} if found else {"system": IHE_FORMATS, "code": _BY_MEDIA_TYPE}


def _period(cda: Cda) -> dict[str, str]:
    """When the acts took place; the encounter, then the moment of the document, where they don't say."""
    spans = [(service.start, service.end) for service in cda.services if service.start]
    if cda.encounter and cda.encounter.start:
        spans.append((cda.encounter.start, cda.encounter.end))
    start, end = spans[0] if spans else (cda.at, "")
    return _told({"start": start, "end": end})


def _authors(authors: tuple[Author, ...]) -> tuple[list[dict[str, Any]], list[Resource]]:
    contained = [_author(author, f"author-{number}") for number, author in enumerate(authors, 1)]
    return [
        {"reference": f"#{entry['id']}", "display": author.name}
        for entry, author in zip(contained, authors, strict=True)
    ], contained


def _author(author: Author, id_: str) -> Resource:
    """A Practitioner; a Device for what has neither number nor profession."""
    if author.id is None and author.specialty is None:
        return {"resourceType": "Device", "id": id_, "deviceName": [{"name": author.name, "type": "other"}]}
    found: Resource = {
        "resourceType": "Practitioner",
        "id": id_,
        "identifier": author.id.identifiers() if author.id else [],
        "name": [{"text": author.name}],
        "qualification": [{"code": concept(author.specialty)}] if author.specialty else [],
    }
    return _told(found)


def _custodian(custodian: Organization) -> tuple[dict[str, Any] | None, list[Resource]]:
    if not custodian.name and custodian.id is None:
        return None, []
    found: Resource = {
        "resourceType": "Organization",
        "id": "custodian",
        "identifier": [custodian.id.identifier()] if custodian.id else [],
        "name": custodian.name,
    }
    return {"reference": "#custodian", "display": custodian.name}, [_told(found)]
