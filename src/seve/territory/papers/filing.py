"""Filing a document: DocumentReference and the Binary that holds it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha1
from typing import Any, Final, Literal, TypeAlias

from seve.fhir.access.openings import kept
from seve.france.cda import Cda, Code, Unstructured
from seve.france.cda.writing import CONCLUSION, Part, Summary, write_file, write_note, write_summary
from seve.territory.marks import LOINC, META, concept, moment, to
from seve.territory.papers import headers
from seve.territory.papers.pdf import pdf
from seve.territory.places.world import Role
from seve.territory.traces.record import Record

Form: TypeAlias = Literal["text", "pdf", "cda1", "cda3"]

_CLASSES: Final = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
_MEDIA: Final[dict[Form, str]] = {
    "text": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
    "cda1": "text/xml",
    "cda3": "text/xml",
}
# the class of each type of document: ASS_X16 of the ANS
_TYPES: Final = {
    "11488-4": ("Compte rendu de consultation", "10", "Compte rendu"),
    "11490-0": ("Lettre de liaison à la sortie", "10", "Compte rendu"),
    "34112-3": ("Compte rendu hospitalier", "10", "Compte rendu"),
    "15507-7": ("Compte rendu de passage aux urgences", "10", "Compte rendu"),
    "11502-2": ("Compte rendu d'examens biologiques", "10", "Compte rendu"),
    "18748-4": ("Compte rendu d'imagerie médicale", "31", "Imagerie médicale"),
    "60591-5": ("Synthèse médicale", "11", "Synthèse"),
    "18776-5": ("Plan personnalisé de soins", "44", "Plan de soins, protocole de soins"),
    "57833-6": ("Prescription de produits de santé", "42", "Prescription"),
    "42348-3": ("Directives anticipées", "90", "Autres documents déposés par le patient"),
    "87273-9": ("Note de vaccination", "52", "Certificat, déclaration"),
}


def file(
    record: Record, at: datetime, *, author: Role,  code: str, form: Form, lines: list[str], body: Summary | Sequence[Part] = (),
    encounter: str = "", title: str = "",
) -> str:  # fmt: skip
    """Files a document of one of the types above. `body` is for level 3; without one the lines are one section.

    CDA carries the INS: of an identity that is not qualified there are words instead, that stay with who wrote them.
    """
    if not record.is_indexed and form in ("cda1", "cda3"):
        form, lines = "text", lines or _in_words(body)
    words, class_, class_words = _TYPES[code]
    number = record.counts.get("doc", 0) + 1
    name = title or f"{words}, {author.house.name}"
    id_ = f"{record.person.id}-doc{number}"
    type_ = Code(headers.LOINC, code, words)
    heading = headers.header(id_, type_, title=name, at=at, person=record.person, author=author)
    data = _written(heading, form, author=author, lines=lines, body=body)
    document = f"DocumentReference/{id_}"
    binary = record.add(
        "Binary",
        "b",
        body={"contentType": _MEDIA[form], "securityContext": to(document), "data": b64encode(data).decode()},
        meta=META,
    )
    content = {
        "contentType": _MEDIA[form],
        "language": "fr-FR",
        "url": binary,
        "size": len(data),
        "hash": b64encode(sha1(data, usedforsecurity=False).digest()).decode(),  # R4, Attachment.hash is SHA-1
        "title": name,
        "creation": moment(at),
    }
    found: dict[str, Any] = {
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{heading.id.root}"},
        "status": "current",
        "docStatus": "final",
        "type": concept(LOINC, code, words=words),
        "category": [concept(_CLASSES, class_, words=class_words)],
        "subject": record.subject,
        "date": moment(at),
        "author": [to(author.reference, author.name)],
        "custodian": to(author.house.reference, author.house.name),
        "description": name,
        "content": [{"attachment": content}],
    }
    if not record.is_indexed:
        found["meta"] = kept({"resourceType": "DocumentReference", "meta": META})["meta"]
    if encounter:
        found["context"] = {"encounter": [to(encounter)]}
    return record.add("DocumentReference", "doc", body=found)


def _in_words(body: Summary | Sequence[Part]) -> list[str]:
    """What is said by codes, by their names."""
    if isinstance(body, Summary):
        body = [
            Part(Code("", "", "Problèmes"), "", problems=body.problems),
            Part(Code("", "", "Allergies"), "\n".join(one.agent.display for one in body.allergies)),
            Part(Code("", "", "Traitements"), "", treatments=body.treatments),
        ]
    lines = list[str]()
    for part in body:
        coded = [one.code.display for one in part.problems] + [one.medicine.display for one in part.treatments]
        lines += [part.code.display, *part.text.splitlines(), *coded, ""]
    return lines


def _written(heading: Cda, form: Form, *, author: Role, lines: list[str], body: Summary | Sequence[Part]) -> bytes:
    top = [author.house.name, f"{author.name}, {author.words.lower()}", "", heading.title, ""]
    text = [*top, *lines, "", author.name, "Document de démonstration : personne, établissement et faits inventés."]
    match form:
        case "text":
            return "\n".join(text).encode()
        case "pdf":
            return pdf(heading.title, text)
        case "cda1":
            return write_file(heading, Unstructured("text/plain", "\n".join(text).encode()))
        case "cda3":
            if isinstance(body, Summary):
                return write_summary(heading, body)
            return write_note(heading, body or [Part(CONCLUSION, "\n".join(lines))])
