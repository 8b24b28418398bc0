"""The five strict traits of an identity (RNIV): birth name, given names of birth, date of birth, sex, place of birth (COG)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from typing import Any

from seve.fhir import Resource
from seve.france.identity.professions import MUNICIPALITY_SYSTEM

GIVEN_NAMES = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
INSEE_CODE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
UNKNOWN_PLACE = "99999"


@dataclass(frozen=True, slots=True)
class StrictTraits:
    """As the resource has them, "" for what it leaves out; `given` is the list of birth given names, separated by spaces."""

    family: str = ""
    given: str = ""
    birth_date: str = ""
    sex: str = ""
    birth_place: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the traits that are not there; sex may be unknown, a place may not."""
        return tuple(
            f.name for f in fields(self) if not getattr(self, f.name) or getattr(self, f.name) == UNKNOWN_PLACE
        )

    @property
    def folded(self) -> StrictTraits:
        """In capitals without accents, hyphens and apostrophes as spaces: the form in which two are compared."""
        return StrictTraits(
            folded(self.family), folded(self.given), self.birth_date, self.sex, self.birth_place.upper()
        )

    def differing(self, other: StrictTraits) -> tuple[str, ...]:
        """The names of the traits that differ, spelling of accents and hyphens aside."""
        mine, theirs = self.folded, other.folded
        return tuple(f.name for f in fields(self) if getattr(mine, f.name) != getattr(theirs, f.name))


def folded(name: str) -> str:
    """A name as civil registers compare it: `D’Été-Noël` is `D ETE NOEL`; œ and æ are two letters."""
    decomposed = unicodedata.normalize("NFKD", name.upper().replace("Œ", "OE").replace("Æ", "AE"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def official_name(patient: Resource) -> dict[str, Any]:
    """The name of birth: that of use official (FR Core), else of use maiden, else the only name there is; {} without one."""
    names = patient.get("name", [])
    for use in ("official", "maiden"):
        if found := next((name for name in names if name.get("use") == use), None):
            return found
    return names[0] if len(names) == 1 else {}


def strict_traits(patient: Resource) -> StrictTraits:
    """The five traits of a patient."""
    name = official_name(patient)
    listed = next((e.get("valueString", "") for e in name.get("extension", ()) if e.get("url") == GIVEN_NAMES), "")
    return StrictTraits(
        family=name.get("family", ""),
        given=listed or " ".join(name.get("given", ())),
        birth_date=patient.get("birthDate", ""),
        sex=patient.get("gender", ""),
        birth_place=birth_place(patient),
    )


def birth_place(patient: Resource) -> str:
    """The COG code of the place of birth, 99xxx for a country, "" when it is not there."""
    for extension in patient.get("extension", ()):
        if extension.get("url") == BIRTH_PLACE:
            inner = extension.get("valueAddress", {}).get("extension", ())
            return next((e.get("valueCoding", {}).get("code", "") for e in inner if e.get("url") == INSEE_CODE), "")
    return ""


def with_traits(patient: Resource, traits: StrictTraits) -> Resource:
    """The patient with these traits as its official name, sex, date and place of birth; other names stay."""
    listed = {"url": GIVEN_NAMES, "valueString": traits.given}
    name = {
        "extension": [listed] if traits.given else [],
        "use": "official",
        "family": traits.family,
        "given": traits.given.split(" ")[:1] if traits.given else [],
    }
    others = [n for n in patient.get("name", ()) if n.get("use") != "official"]
    place = {"url": INSEE_CODE, "valueCoding": {"system": MUNICIPALITY_SYSTEM, "code": traits.birth_place}}
    kept = [e for e in patient.get("extension", ()) if e.get("url") != BIRTH_PLACE]
    if traits.birth_place:
        kept.insert(0, {"url": BIRTH_PLACE, "valueAddress": {"extension": [place]}})
    changed = {
        "extension": kept,
        "name": [{key: value for key, value in name.items() if value}, *others],
        "gender": traits.sex,
        "birthDate": traits.birth_date,
    }
    found = patient | changed
    return {key: value for key, value in found.items() if value or key not in changed}
