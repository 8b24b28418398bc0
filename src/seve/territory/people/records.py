"""People as FHIR: Patient and RelatedPerson, with test INS, and identities trusted to different degrees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from seve.fhir import Resource
from seve.france.identity.ins import Matricule
from seve.france.identity.traits import StrictTraits, with_traits
from seve.france.identity.trust import Reliability
from seve.territory.marks import LOCAL, claiming, day, hl7, to
from seve.territory.people.person import Person, Relative
from seve.territory.places.directory import address
from seve.territory.streams import weighted

_KIN_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_R216-HL7RoleCode/FHIR/TRE-R216-HL7RoleCode"
_PART_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_R260-HL7RoleClass/FHIR/TRE-R260-HL7RoleClass"
_KIN = {
    "mother": ("MTH", "Mère"),
    "father": ("FTH", "Père"),
    "daughter": ("DAU", "Fille"),
    "son": ("SON", "Fils"),
    "spouse": ("SPS", "Conjoint"),
}
_TRUST = (("qualified", 78.0), ("validated", 8.0), ("recovered", 6.0), ("provisional", 8.0))
"""How far identities are trusted, in percent: assumed."""
_LANGUAGES = {"fr": "Français", "ar": "Arabe", "pt": "Portugais", "wo": "Wolof"}


def patient(
    person: Person, random: Random, *, death: date | None, doctor: str, doctor_name: str, is_known: bool
) -> Resource:
    """The Patient. `doctor` is the reference of the médecin traitant, "" without one. People whose story is known are qualified."""
    drawn = weighted(random, _TRUST)
    level = "qualified" if is_known else drawn
    identifiers = [{"use": "secondary", "type": {"coding": [hl7("v2-0203", "PI", display="Patient internal identifier")]},
                    "system": f"{LOCAL}dossiers", "value": person.id.upper()}]  # fmt: skip
    extensions = list[dict[str, Any]]()
    if level in ("qualified", "recovered"):
        identifiers.insert(0, matricule(person).identifier())
    extensions.append(_reliability(level, person, random=random).extension())
    found: Resource = {
        "resourceType": "Patient",
        "id": person.id,
        "meta": claiming("patient-ins" if level == "qualified" else "patient"),
        "extension": extensions,
        "identifier": identifiers,
        "active": True,
        "name": [{"use": "usual", "family": person.usual, "given": [person.given[0]]}] if person.usual else [],
        "telecom": _telecom(person),
        "address": [address(person.home, use="home")],
        "communication": [_language(person.language, is_preferred=True)],
    }
    traits = StrictTraits(person.family, " ".join(person.given), day(person.birth), person.sex, person.birth_place)
    found = with_traits(found, traits)
    if death is not None:
        found["deceasedDateTime"] = day(death)
    if doctor:
        found["generalPractitioner"] = [to(doctor, doctor_name)]
    return {key: value for key, value in found.items() if value != []}


def matricule(person: Person) -> Matricule:
    """A test number made of the traits, as real ones are: sex, year, month, commune and order of birth."""
    sex = "1" if person.sex == "male" else "2"
    return Matricule.of(f"{sex}{person.birth:%y%m}{person.birth_place}{person.order:03d}", "nir-test")


def _reliability(level: str, person: Person, *, random: Random) -> Reliability:
    collected = day(max(person.birth, date(2021, 1, 1)) + timedelta(days=random.randrange(1, 500)))
    match level:
        case "qualified":
            return Reliability("VALI", "INSI", collected, "CN", collected)
        case "validated":
            return Reliability("VALI", "SM", "", "CN", collected)
        case "recovered":
            return Reliability("PROV", "INSI", collected)
        case _:
            return Reliability("PROV", "SM")


def _telecom(person: Person) -> list[dict[str, Any]]:
    use = "mobile" if person.phone.startswith("+33 6") else "home"
    found: list[dict[str, Any]] = [{"system": "phone", "value": person.phone, "use": use}]
    if person.email:
        found.append({"system": "email", "value": person.email, "use": "home"})
    return found


def _language(code: str, *, is_preferred: bool) -> dict[str, Any]:
    coding = {"system": "urn:ietf:bcp:47", "code": code}
    return {"language": {"coding": [coding], "text": _LANGUAGES[code]}, "preferred": is_preferred}


def related(person: Person, *, at: date, is_minor: bool, helper: Relative | None) -> Iterator[Resource]:
    """The parents of a minor, who decide for them; the spouse, or the child who helps, of others."""
    for relative in person.relatives:
        if is_minor and relative.kin in ("mother", "father"):
            until = person.birth.replace(year=person.birth.year + 18, day=min(person.birth.day, 28))
            yield _related(person, relative, part="GUARD", until=until)
        elif not is_minor and relative.kin == "spouse":
            yield _related(person, relative, part="QUAL", until=None)
    if helper is not None and at:
        yield _related(person, helper, part="CAREGIVER", until=None)


def _related(person: Person, relative: Relative, *, part: str, until: date | None) -> Resource:
    code, words = _KIN[relative.kin]
    suffix = {"mother": "mere", "father": "pere"}.get(relative.kin, "proche" if part == "QUAL" else "aidant")
    relationship: list[dict[str, Any]] = [
        {"coding": [{"system": _PART_SYSTEM, "code": part}]},
        {"coding": [{"system": _KIN_SYSTEM, "code": code}], "text": words},
    ]
    if part == "GUARD":
        relationship.append({"coding": [hl7("v3-RoleCode", "GUARD")], "text": "Représentant légal"})
    id_ = relative.related or f"{person.id}-{suffix}"
    found: Resource = {
        "resourceType": "RelatedPerson",
        "id": id_,
        "meta": claiming("related-person"),
        "identifier": [{"use": "usual", "system": f"{LOCAL}proches", "value": id_}],
        "active": True,
        "patient": to(f"Patient/{person.id}"),
        "relationship": relationship,
        "name": [{"use": "usual", "family": relative.family, "given": [relative.given]}],
        "gender": relative.sex,
        "birthDate": day(relative.birth),
        "address": [address(person.home, use="home")],
    }
    if relative.phone:
        found["telecom"] = [{"system": "phone", "value": relative.phone, "use": "mobile"}]
    if until is not None:
        found["period"] = {"start": day(person.birth), "end": day(until)}
    return found
