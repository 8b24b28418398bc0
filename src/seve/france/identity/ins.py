"""The INS: matricule (NIR, or NIA while waiting for one) with its key, under a system that tells its kind.

A matricule is 13 characters, digits but for Corsica's 2A and 2B, and a key of two digits; FHIR has the 15 together, INSi has
them apart. What was in force before stays, as `use` old (FR Core: an INS is `official` or `old`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.france.identity.control_keys import nir_key
from seve.france.identity.professionals import TYPES_SYSTEM
from seve.france.identity.remarks import Source, remark
from seve.kernel.refusals import Issue

Kind: TypeAlias = Literal["nir", "nia", "nir-test", "nir-demo"]
Use: TypeAlias = Literal["official", "old"]

OIDS: dict[Kind, str] = {
    "nir": "1.2.250.1.213.1.4.8",
    "nia": "1.2.250.1.213.1.4.9",
    "nir-test": "1.2.250.1.213.1.4.10",
    "nir-demo": "1.2.250.1.213.1.4.11",
}
"""The object identifier of each kind. The billing number (NSS, …4.13 and …4.14) and the INS-C (…4.2) are none of them."""

KINDS: dict[str, Kind] = {oid: kind for kind, oid in OIDS.items()}
_TYPES: dict[Kind, str] = {
    "nir": "INS-NIR",
    "nia": "INS-NIA",
    "nir-test": "INS-NIR-TEST",
    "nir-demo": "INS-NIR-DEMO",
}
_SEPARATORS = re.compile(r"[\s.\u00a0\u202f-]+")
_SHAPE = re.compile(r"\d{5}(?:\d\d|2[AB])\d{6}")
_KEY = re.compile(r"\d\d")
_NUMBER_LENGTH = 13


@dataclass(frozen=True, slots=True)
class Matricule:
    """An INS: `number` is 13 characters, `key` two digits, `use` whether it is in force."""

    number: str
    key: str
    kind: Kind
    use: Use = "official"

    @classmethod
    def of(cls, text: str, kind: Kind, *, use: Use = "official") -> Matricule:
        """From 13 or 15 characters, written with spaces or without; 13 get the key that fits."""
        bare = _SEPARATORS.sub("", text).upper()
        number, key = bare[:_NUMBER_LENGTH], bare[_NUMBER_LENGTH:]
        return cls(number, key or (nir_key(number) if _SHAPE.fullmatch(number) else ""), kind, use)

    @property
    def value(self) -> str:
        """The 15 characters."""
        return self.number + self.key

    @property
    def system(self) -> str:
        """The system of its kind."""
        return f"urn:oid:{OIDS[self.kind]}"

    def issues(self, *, source: Source, expression: str = "") -> tuple[Issue, ...]:
        """What is wrong with it: an error at entry, a warning at import, where official samples have wrong keys."""
        if not _SHAPE.fullmatch(self.number) or not _KEY.fullmatch(self.key):
            return (remark("matricule_shape", source=source, expression=expression),)
        if nir_key(self.number) != self.key:
            return (remark("matricule_key", source=source, expression=expression),)
        return ()

    def identifier(self) -> dict[str, Any]:
        """As FR Core's patient has it."""
        return {
            "use": self.use,
            "type": {"coding": [{"system": TYPES_SYSTEM, "code": _TYPES[self.kind]}]},
            "system": self.system,
            "value": self.value,
        }


def read(identifier: dict[str, Any]) -> Matricule | None:
    """The INS in an Identifier, None when its system is another. Without `use` it is in force."""
    kind = KINDS.get(identifier.get("system", "").removeprefix("urn:oid:"))
    if kind is None or not identifier.get("value"):
        return None
    bare = _SEPARATORS.sub("", identifier["value"]).upper()
    use: Use = "old" if identifier.get("use") == "old" else "official"
    return Matricule(bare[:_NUMBER_LENGTH], bare[_NUMBER_LENGTH:], kind, use)


def matricules(patient: Resource) -> Iterator[Matricule]:
    """Every INS of a patient, in force or old."""
    yield from filter(None, map(read, patient.get("identifier", ())))


def in_force(patient: Resource) -> Matricule | None:
    """The INS in force: a definitive number before a waiting one; None without any."""
    current = [found for found in matricules(patient) if found.use == "official"]
    return min(current, key=lambda found: found.kind == "nia", default=None)


def patient_issues(patient: Resource, *, source: Source) -> tuple[Issue, ...]:
    """What is wrong with the INS of a patient, each with its place."""
    return tuple(
        issue
        for index, identifier in enumerate(patient.get("identifier", ()))
        if (found := read(identifier))
        for issue in found.issues(source=source, expression=f"Patient.identifier[{index}].value")
    )


def with_matricule(patient: Resource, matricule: Matricule) -> Resource:
    """The patient with a new INS in force; the one that was in force before, if another, stays as old."""
    kept = [
        _aged(entry) for entry in patient.get("identifier", ()) if _value(entry) != (matricule.kind, matricule.value)
    ]
    return {**patient, "identifier": [matricule.identifier(), *kept]}


def without_matricule(patient: Resource) -> Resource:
    """The patient with no INS in force: each stays as old."""
    if "identifier" not in patient:
        return patient
    return {**patient, "identifier": [_aged(entry) for entry in patient["identifier"]]}


def _value(identifier: dict[str, Any]) -> tuple[Kind, str] | None:
    found = read(identifier)
    return (found.kind, found.value) if found else None


def _aged(identifier: dict[str, Any]) -> dict[str, Any]:
    return {**identifier, "use": "old"} if read(identifier) else identifier
