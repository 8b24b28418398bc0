"""Documents: a file with what a registry says of it (PDSm's DocumentReference), replaced, archived and never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.access.veils import VISIBILITY
from seve.france.cda import Code, Organization
from seve.france.documents import Content
from seve.france.documents.classes import DIRECTIVES, document_types
from seve.france.documents.references import Filing, Told, file_reference

_LOINC, _A05 = DIRECTIVES.system, "1.2.250.1.213.1.1.4.12"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_LONGEST = 200
Writer: TypeAlias = Literal["patient", "professional"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of document, and who may add one here."""

    code: Code
    by: frozenset[Writer]


def _kind(code: str, by: frozenset[Writer], *, system: str = _LOINC) -> Kind:
    return Kind(document_types()[system, code].code, by)


_BOTH: frozenset[Writer] = frozenset(("patient", "professional"))
_CARERS: frozenset[Writer] = frozenset(("professional",))
KINDS: dict[str, Kind] = {
    "consultation": _kind("11488-4", _CARERS),
    "hospital": _kind("34112-3", _CARERS),
    "emergency": _kind("15507-7", _CARERS),
    "discharge": _kind("11490-0", _CARERS),
    "laboratory": _kind("11502-2", _BOTH),
    "imaging": _kind("18748-4", _BOTH),
    "prescription": _kind("57833-6", _CARERS),
    "summary": _kind("60591-5", _CARERS),
    "vaccination": _kind("87273-9", _CARERS),
    "certificate": _kind("CERT_DECL", _CARERS, system=_A05),
    "directives": Kind(DIRECTIVES, _BOTH),
    "wishes": _kind("EXPPAT_1", frozenset(), system=_A05),  # by its own page
    "own": _kind("EXPPAT_2", frozenset(("patient",)), system=_A05),
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


def typed(form: Mapping[str, str] | Any) -> Typed:
    """The fields of a form."""
    return Typed(*(form[name].strip() for name in Typed.__dataclass_fields__))


def kinds(by: Writer) -> tuple[str, ...]:
    """Those that one may add."""
    return tuple(name for name, kind in KINDS.items() if by in kind.by)


def reference(
    typed: Typed, content: Content, *, patient_id: str, url: str, by: tuple[str, str], custodian: str, now: str
) -> Resource:
    """What the registry says of a document: `by` is who adds it, reference and name; `url` that of the file."""
    told = Told(
        content.id,
        typed.title,
        KINDS[typed.kind].code,
        typed.day or now[:10],
        author=by[0],
        custodian=custodian or Organization(""),
    )
    made = file_reference(content.kind, told, filing=Filing(url, content.data, f"Patient/{patient_id}", now))
    attachment = {**attachment_of(made), "title": content.name or typed.title}
    found = {
        **made,
        "docStatus": "final",
        "author": [{"reference": by[0], "display": by[1]}],
        "description": typed.title,
        "securityLabel": labels(typed),
        "content": [{**made["content"][0], "attachment": attachment}],
    }
    del found["meta"]  # nobody told practice setting and kind of facility, so that it does not claim the profile
    return found


def announced(document: Resource) -> Resource:
    """Shown to the patient from now on."""
    labels = [one for one in document.get("securityLabel", ()) if "INVISIBLE_PATIENT" not in _codes(one)]
    return {**document, "securityLabel": labels}


def attachment_of(document: Resource) -> dict[str, Any]:
    """The first content."""
    return document["content"][0]["attachment"]


def labels(typed: Typed) -> list[dict[str, Any]]:
    """Confidentiality, and whom it is not shown to yet."""
    found = [{"system": _CONFIDENTIALITY, "code": "R" if typed.restricted else "N"}]
    if typed.later:
        found.append({"system": VISIBILITY, "code": "INVISIBLE_PATIENT"})
    if typed.alone:
        found.append({"system": VISIBILITY, "code": "INVISIBLE_REPRESENTANTS_LEGAUX"})
    return [{"coding": [one]} for one in found]


def _codes(concept: dict[str, Any]) -> set[str]:
    return {coding.get("code", "") for coding in concept.get("coding", ())}


def _is_past(day: str, today: str) -> bool:
    try:
        return not day or (len(day) == 10 and date.fromisoformat(day).isoformat() <= today)
    except ValueError:
        return False
