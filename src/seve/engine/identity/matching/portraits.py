"""What matching looks at in a Patient: names folded as registers compare them, dates and codes as they are."""

from __future__ import annotations

from dataclasses import dataclass

from seve.fhir import Resource
from seve.france.identity.ins import Matricule, in_force, matricules
from seve.france.identity.traits import UNKNOWN_PLACE, birth_place, folded, strict_traits
from seve.france.identity.trust import Trust, trust

_PARTICLES = frozenset(
    {"DE", "DU", "DES", "D", "LE", "LA", "L", "VAN", "VON", "DER", "DEN", "DI", "DA", "DOS", "EL", "AL", "BEN"}
)
_PHONE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Portrait:
    """`family` is the name of birth, `families` every name they bear; `given` the given names in order, a compound one
    (JEAN-PIERRE) as one of two words.
    """

    family: str
    families: frozenset[str]
    given: tuple[str, ...]
    birth_date: str
    sex: str
    birth_place: str
    postcodes: frozenset[str]
    contacts: frozenset[str]
    matricule: Matricule | None
    numbers: frozenset[str]
    trust: Trust

    @classmethod
    def of(cls, patient: Resource) -> Portrait:
        """Of a whole Patient, or of as much as is known; a deceased or inactive one has a portrait too."""
        traits = strict_traits(patient)
        place = birth_place(patient)
        used = [name.get("family", "") for name in patient.get("name", ())]
        family = _bare(traits.family or next((name for name in used if name), ""))
        given = traits.given or " ".join(next((n["given"] for n in patient.get("name", ()) if n.get("given")), ()))
        return cls(
            family=family,
            families=frozenset(filter(None, (family, *map(_bare, used)))),
            given=tuple(filter(None, map(folded, given.split()))),
            birth_date=traits.birth_date,
            sex=traits.sex if traits.sex in ("male", "female") else "",
            birth_place="" if place == UNKNOWN_PLACE else place.upper(),
            postcodes=frozenset(a["postalCode"] for a in patient.get("address", ()) if a.get("postalCode")),
            contacts=frozenset(filter(None, map(_contact, patient.get("telecom", ())))),
            matricule=in_force(patient),
            numbers=frozenset(found.value for found in matricules(patient)),
            trust=trust(patient),
        )


def _bare(family: str) -> str:
    """A family name without its particles, which people write or leave out; one that is nothing else stays."""
    words = folded(family).split(" ")
    kept = [word for word in words if word not in _PARTICLES]
    return " ".join(kept or words)


def _contact(point: dict[str, str]) -> str:
    """A telephone number by its last nine digits (+33 and 0 alike), an address in small letters."""
    value = point.get("value", "")
    if point.get("system") == "email":
        return value.strip().lower()
    digits = "".join(c for c in value if c.isdigit())
    return digits[-_PHONE_DIGITS:] if len(digits) >= _PHONE_DIGITS else ""
