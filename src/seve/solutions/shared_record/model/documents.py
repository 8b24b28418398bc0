"""Documents: a file with what a registry says of it (PDSm's DocumentReference), replaced, archived and never lost."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.access.veils import VISIBILITY
from seve.solutions.shared_record.model.contents import LOINC

IS_ARCHIVED = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived"
_CLASSES = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_LONGEST = 200
Writer: TypeAlias = Literal["patient", "professional"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of document: LOINC code, class of TRE_A03, and who may add one here."""

    code: str
    class_: str
    by: frozenset[Writer]


_BOTH: frozenset[Writer] = frozenset(("patient", "professional"))
_CARERS: frozenset[Writer] = frozenset(("professional",))
KINDS: dict[str, Kind] = {
    "consultation": Kind("11488-4", "10", _CARERS),
    "hospital": Kind("34112-3", "10", _CARERS),
    "emergency": Kind("15507-7", "10", _CARERS),
    "discharge": Kind("11490-0", "10", _CARERS),
    "laboratory": Kind("11502-2", "10", _BOTH),
    "imaging": Kind("18748-4", "31", _BOTH),
    "prescription": Kind("57833-6", "42", _CARERS),
    "summary": Kind("60591-5", "11", _CARERS),
    "vaccination": Kind("87273-9", "52", _CARERS),
    "directives": Kind("42348-3", "90", _BOTH),
    "own": Kind("51855-5", "90", frozenset(("patient",))),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form of a document holds. `later` until announced to the patient, `alone` not for legal representatives."""

    title: str = ""
    kind: str = ""
    day: str = ""
    restricted: str = ""
    later: str = ""
    alone: str = ""

    def wrong(self, *, by: Writer, today: str) -> str:
        """The field that must change, "" when none must."""
        if not self.title or len(self.title) > _LONGEST:
            return "title"
        if self.kind not in KINDS or by not in KINDS[self.kind].by:
            return "kind"
        return "" if _is_past(self.day, today) else "day"


@dataclass(frozen=True, slots=True)
class Content:
    """A file that was looked at."""

    data: bytes
    media_type: str
    charset: str
    name: str


def typed(form: Mapping[str, str] | Any) -> Typed:
    """The fields of a form."""
    return Typed(*(form[name].strip() for name in Typed.__dataclass_fields__))


def kinds(by: Writer) -> tuple[str, ...]:
    """Those that one may add."""
    return tuple(name for name, kind in KINDS.items() if by in kind.by)


def binary(content: Content, *, document: str) -> Resource:
    """The file; who sees the document that `document` names sees it (R4, 2.36.3)."""
    return {
        "resourceType": "Binary",
        "contentType": _content_type(content),
        "securityContext": {"reference": document},
        "data": b64encode(content.data).decode(),
    }


def reference(
    typed: Typed, content: Content, *, patient_id: str, url: str, by: tuple[str, str], custodian: str, now: str
) -> Resource:
    """What the registry says of a document: `by` is who adds it, reference and name; `url` that of the file."""
    kind = KINDS[typed.kind]
    found: Resource = {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [{"system": LOINC, "code": kind.code}]},
        "category": [{"coding": [{"system": _CLASSES, "code": kind.class_}]}],
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": now,
        "author": [{"reference": by[0], "display": by[1]}],
        "description": typed.title,
        "securityLabel": labels(typed),
        "content": [{"attachment": _attachment(typed, content, url)}],
        "context": {"period": {"start": typed.day or now[:10]}},
    }
    return {**found, "custodian": {"reference": custodian}} if custodian else found


def replacing(new: Resource, old: Resource) -> tuple[Resource, Resource]:
    """The new document, which says what it replaces, and the old one, superseded."""
    relation = {"code": "replaces", "target": {"reference": f"DocumentReference/{old['id']}"}}
    return {**new, "relatesTo": [relation]}, {**old, "status": "superseded"}


def archived(document: Resource, *, is_archived: bool) -> Resource:
    """In the archive, or out of it (PDSm, isArchived): it stays, and lists leave it out."""
    others = [one for one in document.get("extension", ()) if one.get("url") != IS_ARCHIVED]
    kept = {name: value for name, value in document.items() if name != "extension"}
    mark = [{"url": IS_ARCHIVED, "valueBoolean": True}] if is_archived else []
    return {**kept, "extension": [*others, *mark]} if others or mark else kept


def is_archived(document: Resource) -> bool:
    """Whether it is in the archive."""
    return any(one.get("url") == IS_ARCHIVED and one.get("valueBoolean") for one in document.get("extension", ()))


def announced(document: Resource) -> Resource:
    """Shown to the patient from now on."""
    labels = [one for one in document.get("securityLabel", ()) if "INVISIBLE_PATIENT" not in _codes(one)]
    return {**document, "securityLabel": labels}


def attachment_of(document: Resource) -> dict[str, Any]:
    """The first content."""
    return document["content"][0]["attachment"]


def replaced_by(document: Resource) -> tuple[str, ...]:
    """The ids of the documents that it replaces."""
    targets = (one["target"].get("reference", "") for one in document.get("relatesTo", ()) if one["code"] == "replaces")
    return tuple(target.partition("/")[2] for target in targets if target.startswith("DocumentReference/"))


def labels(typed: Typed) -> list[dict[str, Any]]:
    """Confidentiality, and whom it is not shown to yet."""
    found = [{"system": _CONFIDENTIALITY, "code": "R" if typed.restricted else "N"}]
    if typed.later:
        found.append({"system": VISIBILITY, "code": "INVISIBLE_PATIENT"})
    if typed.alone:
        found.append({"system": VISIBILITY, "code": "INVISIBLE_REPRESENTANTS_LEGAUX"})
    return [{"coding": [one]} for one in found]


def _attachment(typed: Typed, content: Content, url: str) -> dict[str, Any]:
    return {
        "contentType": _content_type(content),
        "language": "fr-FR",
        "url": url,
        "size": len(content.data),
        "hash": b64encode(sha1(content.data, usedforsecurity=False).digest()).decode(),  # R4: Attachment.hash is SHA-1
        "title": content.name or typed.title,
    }


def _content_type(content: Content) -> str:
    return f"{content.media_type}; charset={content.charset}" if content.charset else content.media_type


def _codes(concept: dict[str, Any]) -> set[str]:
    return {coding.get("code", "") for coding in concept.get("coding", ())}


def _is_past(day: str, today: str) -> bool:
    try:
        return not day or (len(day) == 10 and date.fromisoformat(day).isoformat() <= today)
    except ValueError:
        return False
