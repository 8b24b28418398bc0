"""The answer of INSi (`RESULTAT` of http://www.cnamts.fr/INSiResultat), alone or in its SOAP envelope.

Code 00 comes with one identity, 01 with none, 02 says that several match. The dates of earlier matricules may be missing or
contradict each other: they are read as they stand, and decide nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from lxml import etree

from seve.fhir import Resource
from seve.france.identity.ins import KINDS, Matricule, with_matricule
from seve.france.identity.traits import StrictTraits, with_traits
from seve.france.identity.trust import Reliability, reliabilities, with_reliability
from seve.kernel.refusals import Refusal

NAMESPACE = "http://www.cnamts.fr/INSiResultat"
_IN = f"{{{NAMESPACE}}}"
_SEXES = {"M": "male", "F": "female"}

Code: TypeAlias = Literal["00", "01", "02"]
_CODES: dict[str, Code] = {"00": "00", "01": "01", "02": "02"}


class UnreadableAnswer(Refusal):
    """What INSi answered is no RESULTAT, or lacks a part. Field: `line`."""

    status: ClassVar[int] = 502
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = "france.insi.unreadable"


class UnknownAnswerCode(Refusal):
    """INSi answered with another code than 00, 01 and 02. Field: `code`."""

    status: ClassVar[int] = 502
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "france.insi.unknown_code"


@dataclass(frozen=True, slots=True)
class Certified:
    """An identity that INSi certifies: the matricule in force, those of before, the strict traits."""

    matricule: Matricule
    traits: StrictTraits
    history: tuple[Matricule, ...] = ()


@dataclass(frozen=True, slots=True)
class InsiAnswer:
    """`code` 00 has `identity`; 01 (nobody) and 02 (several) have none."""

    code: Code
    identity: Certified | None = None


def read_answer(raw: bytes) -> InsiAnswer:
    """An answer as it came. Entities and DTDs are not followed. Raises UnreadableAnswer, UnknownAnswerCode."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableAnswer(line=error.lineno or 1) from error
    if (
        root.getroottree().docinfo.internalDTD is not None
    ):  # no answer has one; an entity would be left out of a name in silence
        raise UnreadableAnswer(line=1)
    result = root if root.tag == f"{_IN}RESULTAT" else root.find(f".//{_IN}RESULTAT")
    if result is None:
        raise UnreadableAnswer(line=root.sourceline or 1)
    stated = _text(result, "CR/CodeCR")
    code = _CODES.get(stated)
    if code is None:
        raise UnknownAnswerCode(code=stated[:10])
    return InsiAnswer(code, _identity(_part(result, "INDIVIDU")) if code == "00" else None)


def certified(patient: Resource, identity: Certified, *, day: str, document_seen: bool) -> Resource:
    """The patient with what INSi certified on `day` (a FHIR date): matricule in force, earlier ones as old, traits.

    `document_seen` makes the identity qualified rather than recovered; how the document was seen stays as it was told.
    """
    found = patient
    for earlier in identity.history:
        found = with_matricule(found, earlier)
    found = with_traits(with_matricule(found, identity.matricule), identity.traits)
    told = next(reliabilities(patient), Reliability())
    status = "VALI" if document_seen else "PROV"
    mode, validated = (told.mode, told.validated or day) if document_seen else ("", "")
    return with_reliability(found, Reliability(status, method="INSI", collected=day, mode=mode, validated=validated))


def _identity(person: Any) -> Certified:
    traits = _part(person, "TIQ")
    return Certified(
        matricule=_matricule(_part(person, "INSACTIF")),
        traits=StrictTraits(
            family=_text(traits, "NomNaissance"),
            given=" ".join(_text(traits, "ListePrenom").split()),
            birth_date=_text(traits, "DateNaissance"),
            sex=_SEXES.get(_text(traits, "Sexe"), "unknown"),
            birth_place=_text(traits, "LieuNaissance"),
        ),
        history=tuple(_matricule(entry) for entry in person.iterfind(f"{_IN}INSHISTO")),
    )


def _matricule(entry: Any) -> Matricule:
    kind = KINDS.get(_text(entry, "OID"))
    number, key = _text(entry, "IdIndividu/NumIdentifiant"), _text(entry, "IdIndividu/Cle")
    if kind is None or not number:
        raise UnreadableAnswer(line=entry.sourceline or 1)
    return Matricule(number, key, kind)


def _part(element: Any, path: str) -> Any:
    found = element.find("/".join(f"{_IN}{name}" for name in path.split("/")))
    if found is None:
        raise UnreadableAnswer(line=element.sourceline or 1)
    return found


def _text(element: Any, path: str) -> str:
    found = element.find("/".join(f"{_IN}{name}" for name in path.split("/")))
    return (found.text or "").strip() if found is not None else ""
