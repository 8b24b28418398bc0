"""How far an identity is trusted (RNIV): four levels, from fr-core-identity-reliability, and what only the highest allows.

*Provisional*: typed. *Recovered*: INSi answered, no identity document was seen. *Validated*: a document was seen, INSi gave
nothing. *Qualified*: both. Only a qualified identity may index data that are shared with others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.france.identity.ins import Kind, Matricule, in_force, without_matricule
from seve.france.identity.traits import strict_traits
from seve.kernel.refusals import Issue

RELIABILITY = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
STATUS_SYSTEM = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
METHOD_SYSTEM = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-method-collection"
MODE_SYSTEM = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-mode-validation-identity"

Trust: TypeAlias = Literal["provisional", "recovered", "validated", "qualified"]
Environment: TypeAlias = Literal["production", "test"]

_VALID = "VALI"
_INSI = "INSI"
_FORBIDDING = frozenset(
    {"HOMD", "HOMA", "DOUT", "FICT", "USUR", "INVA", "ANOM", "CACH", "DOUB", "DOUA", "DESA", "COLP", "COLV"}
)
"""Homonym, doubtful and fictive identities can't be qualified; nor can those said to be another's, nobody's, or two in one."""

_KINDS: dict[Environment, tuple[Kind, ...]] = {"production": ("nir", "nia"), "test": ("nir-test", "nir-demo")}
"""A test number never leaves for production, nor a real one for a test."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """One fr-core-identity-reliability: codes, "" for what it leaves out; dates as FHIR has them."""

    status: str = ""
    method: str = ""
    collected: str = ""
    mode: str = ""
    validated: str = ""

    def extension(self) -> dict[str, Any]:
        """As FHIR."""
        parts: list[tuple[str, str, Any]] = [
            ("identityStatus", "valueCoding", self.status and {"system": STATUS_SYSTEM, "code": self.status}),
            ("methodCollection", "valueCoding", self.method and {"system": METHOD_SYSTEM, "code": self.method}),
            ("dateCollection", "valueDate", self.collected),
            ("validationMode", "valueCoding", self.mode and {"system": MODE_SYSTEM, "code": self.mode}),
            ("validationDate", "valueDate", self.validated),
        ]
        return {"url": RELIABILITY, "extension": [{"url": url, key: value} for url, key, value in parts if value]}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an identity may index shared data, and why."""

    may: bool
    reason: Issue


def reliabilities(patient: Resource) -> Iterator[Reliability]:
    """Every statement on the reliability of an identity: FR Core allows several (valid, and homonym too)."""
    for extension in patient.get("extension", ()):
        if extension.get("url") == RELIABILITY:
            parts = {part.get("url"): part for part in extension.get("extension", ())}
            yield Reliability(
                status=_code(parts.get("identityStatus")),
                method=_code(parts.get("methodCollection")),
                collected=parts.get("dateCollection", {}).get("valueDate", ""),
                mode=_code(parts.get("validationMode")),
                validated=parts.get("validationDate", {}).get("valueDate", ""),
            )


def trust(patient: Resource) -> Trust:
    """The level of an identity; one that is marked as doubtful in any way is provisional."""
    stated = list(reliabilities(patient))
    if any(one.status in _FORBIDDING for one in stated):
        return "provisional"
    is_valid = any(one.status == _VALID for one in stated)
    is_from_insi = any(one.method == _INSI for one in stated) and in_force(patient) is not None
    if is_valid:
        return "qualified" if is_from_insi else "validated"
    return "recovered" if is_from_insi else "provisional"


def may_index_shared_data(patient: Resource, *, environment: Environment = "production") -> bool:
    """Whether the INS of this identity may index data that leave the organisation; `sharing_verdict` says why."""
    return sharing_verdict(patient, environment=environment).may


def sharing_verdict(patient: Resource, *, environment: Environment = "production") -> Verdict:
    """The one rule: qualified, in force, complete, with a right key, of the environment's kind."""
    if patient.get("active") is False:
        return _no("inactive")
    if forbidding := next((one.status for one in reliabilities(patient) if one.status in _FORBIDDING), ""):
        return _no("forbidden", status=forbidding)
    matricule, level = in_force(patient), trust(patient)
    if matricule is None:
        return _no("no_matricule")
    if level != "qualified":
        return _no(level)
    if missing := strict_traits(patient).missing:
        return _no("traits_missing", traits=", ".join(missing))
    return _by_matricule(matricule, environment)


def after_change(before: Resource, after: Resource) -> Resource:
    """What becomes of `after`, an update of `before`: a strict trait or matricule of a qualified identity that changes takes its
    status with it. The identity is provisional again and its INS old, unless the change brings a newer answer of INSi.
    """
    if trust(before) != "qualified" or trust(after) != "qualified":
        return after
    was, now = in_force(before), in_force(after)
    is_same_number = was is not None and now is not None and was.value == now.value
    if is_same_number and not strict_traits(before).differing(strict_traits(after)):
        return after
    if _asked(after) > _asked(before):
        return after
    return with_reliability(without_matricule(after), Reliability(status="PROV", method="SM"))


def with_reliability(patient: Resource, reliability: Reliability) -> Resource:
    """The patient with this as its only statement on reliability."""
    kept = [extension for extension in patient.get("extension", ()) if extension.get("url") != RELIABILITY]
    return {**patient, "extension": [*kept, reliability.extension()]}


def _asked(patient: Resource) -> str:
    """When INSi was asked last, "" when that is not told."""
    return max((one.collected for one in reliabilities(patient) if one.method == _INSI), default="")


def _by_matricule(matricule: Matricule, environment: Environment) -> Verdict:
    if matricule.kind not in _KINDS[environment]:
        return _no("test_matricule")
    if matricule.issues(source="import"):
        return _no("wrong_key")
    return Verdict(may=True, reason=Issue("information", "informational", "france.indexing.qualified"))


def _no(reason: str, **fields: object) -> Verdict:
    return Verdict(may=False, reason=Issue("error", "business-rule", f"france.indexing.{reason}", fields))


def _code(part: dict[str, Any] | None) -> str:
    return (part or {}).get("valueCoding", {}).get("code", "")
