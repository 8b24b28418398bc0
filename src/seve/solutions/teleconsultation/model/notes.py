"""The note of a visit at a distance: CDA level 3 with both identities; plain text where the patient has no INS to write one by."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, Final
from uuid import uuid4

from seve.fhir import Resource
from seve.france.cda import Author, Cda, Code, Encounter, Id, Organization, Patient, PersonName, Service
from seve.france.cda.writing import CONCLUSION, EXAMINATION, HISTORY, PLAN, REASON, Part, write_note
from seve.france.identity.ins import in_force
from seve.france.identity.professionals import NationalId
from seve.france.identity.traits import birth_place, official_name

_PARTS = {"reason": REASON, "history": HISTORY, "examination": EXAMINATION, "conclusion": CONCLUSION, "plan": PLAN}
PARTS: Final = tuple(_PARTS)
TEMPLATES: Final = ("general", "psychiatry", "anaesthesia", "care")
"""What a note is begun with, by specialty (T18) and for télésoin."""
_CONFIDENTIALITY, _SETTINGS = "2.16.840.1.113883.5.25", "1.2.250.1.213.1.1.4.9"
_CLASSES = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
_V3_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who writes: their reference and name, their Practitioner ({} when it can't be seen), the organisation's name."""

    reference: str
    name: str
    practitioner: Resource
    organization: str

    @property
    def rpps(self) -> str:
        """Their national number, or ""."""
        numbers = self.practitioner.get("identifier", ())
        return next((one["value"] for one in numbers if "rpps" in one.get("system", "").lower()), "")


@dataclass(frozen=True, slots=True)
class File:
    """A note as bytes."""

    data: bytes
    media_type: str


def cda(patient: Resource, parts: Mapping[str, str], by: Signed, *, since: str, at: str) -> File:
    """The note as CDA. Raises CdaWrong for a patient without INS."""
    written = [Part(code, parts[name]) for name, code in _PARTS.items() if parts.get(name)]
    return File(write_note(_header(patient, by, since, at), written), "text/xml")


def plain(patient: Resource, parts: Mapping[str, str], by: Signed, *, titles: Mapping[str, str], at: str) -> File:
    """The same in words, which name both."""
    name = official_name(patient)
    who = " ".join([*name.get("given", ()), name.get("family", ""), f"({patient.get('birthDate', '?')})"])
    lines = [at, who, ", ".join(filter(None, (by.name, by.rpps and f"RPPS {by.rpps}", by.organization))), ""]
    for one in PARTS:
        if parts.get(one):
            lines += [titles[one].upper(), parts[one], ""]
    return File("\n".join(lines).encode(), "text/plain; charset=utf-8")


def registered(
    file: File, encounter: Resource, by: Signed, *, title: str, url: str, custodian: str, at: str
) -> Resource:
    """What the registry says of the note; `url` is that of its file."""
    found: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "category": [{"coding": [{"system": _CLASSES, "code": "10"}]}],
        "subject": encounter["subject"],
        "date": at,
        "author": [{"reference": by.reference, "display": by.name}],
        "description": title,
        "securityLabel": [{"coding": [{"system": _V3_CONFIDENTIALITY, "code": "N"}]}],
        "content": [{"attachment": attachment(file, title, url)}],
        "context": {
            "encounter": [{"reference": f"Encounter/{encounter['id']}"}],
            "period": {"start": encounter["period"]["start"], "end": at},
        },
    }
    return {**found, "custodian": {"reference": custodian}} if custodian else found


def attachment(file: File, title: str, url: str) -> dict[str, Any]:
    """The content of a document."""
    return {
        "contentType": file.media_type,
        "language": "fr-FR",
        "url": url,
        "size": len(file.data),
        "hash": b64encode(sha1(file.data, usedforsecurity=False).digest()).decode(),  # R4: Attachment.hash is SHA-1
        "title": title,
    }


def binary(file: File, *, document: str) -> Resource:
    """The file; who sees the document sees it (R4, 2.36.3)."""
    return {
        "resourceType": "Binary",
        "contentType": file.media_type,
        "securityContext": {"reference": document},
        "data": b64encode(file.data).decode(),
    }


def _header(patient: Resource, by: Signed, since: str, at: str) -> Cda:
    organization, id_ = Organization(by.organization or by.name), str(uuid4()).upper()
    name = official_name(patient)
    given: list[str] = name.get("given", [])
    return Cda(
        id=Id(id_),
        set_id=Id(id_),
        title="Compte rendu de téléconsultation",
        code=Code("", ""),  # that of what is written
        language="fr-FR",
        confidentiality=Code(_CONFIDENTIALITY, "N", "Normal"),
        at=at,
        patient=Patient(
            ins=in_force(patient),
            names=(
                PersonName(family=name.get("family", ""), given=" ".join(given), first_given=given[0] if given else ""),
            ),
            birth_date=patient.get("birthDate", ""),
            sex=patient.get("gender", "unknown"),
            birth_place=birth_place(patient),
        ),
        authors=(
            Author(
                name=by.name,
                family=(by.practitioner.get("name") or [{}])[0].get("family", "") or by.name,
                id=NationalId("rpps", by.rpps) if by.rpps else None,
                organisation=organization,
                at=at,
            ),
        ),
        custodian=organization,
        encounter=Encounter(Code("2.16.840.1.113883.5.4", "VR", "virtual"), since),
        services=(Service(start=since, setting=Code(_SETTINGS, "AMBULATOIRE", "Ambulatoire")),),
    )
