"""Numbers of professionals: RPPS, ADELI, and idNatPS (OID 1.2.250.1.71.4.2.1), which packs either behind a digit of its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from seve.france.identity.control_keys import is_luhn
from seve.france.identity.remarks import Source, doubt, remark
from seve.kernel.refusals import Issue

RPPS_SYSTEM = "https://rpps.esante.gouv.fr"
IDNPS_SYSTEM = "urn:oid:1.2.250.1.71.4.2.1"
TYPES_SYSTEM = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"

_RPPS = re.compile(r"\d{11}")
_ADELI = re.compile(r"[0-9A-Z]{9}")

Kind: TypeAlias = Literal["adeli", "adeli-cabinet", "finess", "siren", "siret", "rpps-cabinet", "rpps", "other"]
_KINDS: dict[str, Kind] = {
    "0": "adeli",
    "1": "adeli-cabinet",
    "3": "finess",
    "4": "siren",
    "5": "siret",
    "6": "rpps-cabinet",
    "8": "rpps",
}
_PREFIXES = {kind: prefix for prefix, kind in _KINDS.items()}
_SHAPES: dict[Kind, re.Pattern[str]] = {
    "adeli": _ADELI,
    "adeli-cabinet": re.compile(r"[0-9A-Z]{9}.*"),
    "finess": re.compile(r"[0-9A-Z]{9}.+"),
    "siren": re.compile(r"\d{9}.+"),
    "siret": re.compile(r"\d{14}.+"),
    "rpps-cabinet": re.compile(r"\d{11}.*"),
    "rpps": _RPPS,
}


@dataclass(frozen=True, slots=True)
class NationalId:
    """A national identifier: its kind, and the number without the digit of the kind. `other` keeps all that was given."""

    kind: Kind
    number: str

    @classmethod
    def read(cls, text: str) -> NationalId:
        """From idNatPS. What has none of its forms (sandboxes have such users) is `other`, never an error."""
        kind = _KINDS.get(text[:1])
        shape = _SHAPES.get(kind) if kind else None
        return cls(kind, text[1:]) if kind and shape and shape.fullmatch(text[1:]) else cls("other", text)

    @property
    def packed(self) -> str:
        """As idNatPS."""
        return _PREFIXES.get(self.kind, "") + self.number

    def identifiers(self) -> list[dict[str, Any]]:
        """As FHIR: idNatPS, and the RPPS number under its own system, as FR Core's practitioner has them.

        ADELI has no system in FR Core: such a number stands as idNatPS alone.
        """
        packed = _identifier("IDNPS", IDNPS_SYSTEM, self.packed)
        return [packed, _identifier("RPPS", RPPS_SYSTEM, self.number)] if self.kind == "rpps" else [packed]


def rpps_issues(number: str, *, source: Source, expression: str = "") -> tuple[Issue, ...]:
    """What is wrong with an RPPS number. A wrong control digit is a warning anywhere: the agency's own samples have them."""
    if not _RPPS.fullmatch(number) or not number.isascii():
        return (remark("rpps_shape", source=source, expression=expression),)
    return () if is_luhn(number) else (doubt("rpps_key", expression=expression),)


def adeli_issues(number: str, *, source: Source, expression: str = "") -> tuple[Issue, ...]:
    """What is wrong with an ADELI number (9 characters, letters for Corsica). ADELI gives way to RPPS; it is still read."""
    return () if _ADELI.fullmatch(number) else (remark("adeli_shape", source=source, expression=expression),)


def _identifier(type_: str, system: str, value: str) -> dict[str, Any]:
    coding = {"system": TYPES_SYSTEM, "code": type_}
    return {"use": "official", "type": {"coding": [coding]}, "system": system, "value": value}
