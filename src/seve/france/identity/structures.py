"""Numbers of structures: FINESS, SIREN, SIRET, and Struct_IdNat (OID 1.2.250.1.71.4.2.2), which packs any behind a digit of its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from seve.france.identity.control_keys import is_luhn, is_siret_key
from seve.france.identity.professionals import TYPES_SYSTEM
from seve.france.identity.remarks import Source, doubt, remark
from seve.kernel.refusals import Issue

FINESS_SYSTEM = "https://finess.esante.gouv.fr"
SIRENE_SYSTEM = "https://sirene.fr"
RANK_SYSTEM = "https://rppsrang.esante.gouv.fr"
IDNST_SYSTEM = "urn:oid:1.2.250.1.71.4.2.2"

_FINESS = re.compile(r"(?:\d\d|2[AB]|9[A-F])\d{7}")
_SIREN = re.compile(r"\d{9}")
_SIRET = re.compile(r"\d{14}")

Kind: TypeAlias = Literal["adeli-cabinet", "finess", "siren", "siret", "rpps-rank", "technical"]
_PREFIXES: dict[Kind, str] = {
    "adeli-cabinet": "0",
    "finess": "1",
    "siren": "2",
    "siret": "3",
    "rpps-rank": "4",
    "technical": "",
}
_SHAPES: dict[str, tuple[Kind, re.Pattern[str]]] = {
    "0": ("adeli-cabinet", re.compile(r"[0-9A-Z]{9}.*")),
    "1": ("finess", _FINESS),
    "2": ("siren", _SIREN),
    "3": ("siret", _SIRET),
    "4": ("rpps-rank", re.compile(r"\d{11,}")),
}


@dataclass(frozen=True, slots=True)
class StructureId:
    """A national identifier of a structure: its kind, and the number without the digit of the kind."""

    kind: Kind
    number: str

    @classmethod
    def read(cls, text: str) -> StructureId:
        """From Struct_IdNat; what has none of its forms is a technical number, which has no digit of a kind."""
        kind, shape = _SHAPES.get(text[:1], (None, None))
        return cls(kind, text[1:]) if kind and shape and shape.fullmatch(text[1:]) else cls("technical", text)

    @property
    def packed(self) -> str:
        """As Struct_IdNat. A Corsican FINESS keeps its letter, though the invariant of the SAS guide has digits only."""
        return _PREFIXES[self.kind] + self.number

    def identifier(self) -> dict[str, Any]:
        """As FHIR."""
        return identifier("IDNST", IDNST_SYSTEM, self.packed)


def identifier(type_: str, system: str, value: str) -> dict[str, Any]:
    """An Identifier of a structure as FR Core has it; `type_` is FINEJ, FINEG, SIREN, SIRET, IDNST or RPPSRG."""
    return {
        "use": "official",
        "type": {"coding": [{"system": TYPES_SYSTEM, "code": type_}]},
        "system": system,
        "value": value,
    }


def finess_issues(number: str, *, source: Source, expression: str = "") -> tuple[Issue, ...]:
    """What is wrong with a FINESS number. Corsican and overseas ones may hold a letter; their control digit has no known rule."""
    if not _FINESS.fullmatch(number):
        return (remark("finess_shape", source=source, expression=expression),)
    return (doubt("finess_key", expression=expression),) if number.isdigit() and not is_luhn(number) else ()


def siren_issues(number: str, *, source: Source, expression: str = "") -> tuple[Issue, ...]:
    """What is wrong with a SIREN number."""
    if not _SIREN.fullmatch(number):
        return (remark("siren_shape", source=source, expression=expression),)
    return () if is_luhn(number) else (remark("siren_key", source=source, expression=expression),)


def siret_issues(number: str, *, source: Source, expression: str = "") -> tuple[Issue, ...]:
    """What is wrong with a SIRET number; the sites of La Poste have a rule of their own."""
    if not _SIRET.fullmatch(number):
        return (remark("siret_shape", source=source, expression=expression),)
    return () if is_siret_key(number) else (remark("siret_key", source=source, expression=expression),)
