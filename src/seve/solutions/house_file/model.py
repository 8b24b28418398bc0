"""Documents of the house file: what is said of one, and which types there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.access.openings import kept
from seve.france.cda import Code
from seve.france.documents import Content
from seve.france.documents.classes import document_types
from seve.france.documents.references import Filing, Told, file_reference
from seve.france.documents.systems import coding

_LOINC = "2.16.840.1.113883.6.1"
_A05 = "1.2.250.1.213.1.1.4.12"
_LONGEST = 200


def _code(code: str, *, system: str = _LOINC) -> Code:
    return document_types()[system, code].code


KINDS: Final[dict[str, Code]] = {
    "consultation": _code("11488-4"),
    "hospital": _code("34112-3"),
    "emergency": _code("15507-7"),
    "discharge": _code("11490-0"),
    "laboratory": _code("11502-2"),
    "imaging": _code("18748-4"),
    "prescription": _code("57833-6"),
    "vaccination": _code("87273-9"),
    "certificate": _code("CERT_DECL", system=_A05),
}
"""The types that staff add here, and that the rule may name."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form of a document holds."""

    title: str = ""
    kind: str = ""
    day: str = ""
    words: str = ""

    def wrong(self, *, today: str) -> str:
        """The field that must change, "" when none must."""
        if not self.title or len(self.title) > _LONGEST:
            return "title"
        if self.kind not in KINDS:
            return "kind"
        return "" if _is_past(self.day, today) else "day"


def typed(form: Any) -> Typed:
    """The fields of a form."""
    return Typed(*(form[name].strip() for name in Typed.__dataclass_fields__))


def reference(
    typed: Typed, content: Content, *, patient_id: str, url: str, by: tuple[str, str], house: str, now: str
) -> Resource:
    """A document of the own file of `house` (a reference): `by` is who adds it, reference and name; `url` that of the file."""
    told = Told(content.id, typed.title, KINDS[typed.kind], typed.day or now[:10], author=by[0], custodian=house)
    made = file_reference(content.kind, told, filing=Filing(url, content.data, f"Patient/{patient_id}", now))
    del made["meta"]  # nobody told practice setting and kind of facility, so that it does not claim the profile
    [first] = made["content"]
    attachment = {**first["attachment"], "title": content.name or typed.title}
    return kept(
        {
            **made,
            "docStatus": "final",
            "author": [{"reference": by[0], "display": by[1]}],
            "description": typed.title,
            "content": [{**first, "attachment": attachment}],
        }
    )


def kind_of(document: Resource) -> str:
    """The name of its type; "" for one that is not of those here."""
    codes = {one.get("code") for one in document.get("type", {}).get("coding", ())}
    return next((name for name, code in KINDS.items() if code.code in codes), "")


def types_of(kinds: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Types as documents name them: system and code."""
    return tuple((str(one["system"]), str(one["code"])) for one in (coding(KINDS[name]) for name in kinds))


def kinds_of(types: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The names of types."""
    codes = {code for _, code in types}
    return tuple(name for name, code in KINDS.items() if code.code in codes)


def is_of(document: Resource, patient_id: str) -> bool:
    """Whether it is about a patient."""
    return document.get("subject", {}).get("reference") == f"Patient/{patient_id}"


def attachment_of(document: Resource) -> dict[str, Any]:
    """The first content."""
    return document["content"][0]["attachment"]


def _is_past(day: str, today: str) -> bool:
    """Whether it is a day that has been, or none was typed."""
    if not day:
        return True
    try:
        return date.fromisoformat(day).isoformat() <= today
    except ValueError:
        return False
