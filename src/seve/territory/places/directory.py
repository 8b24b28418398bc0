"""The directory of the territory as FHIR, in the shapes of FR Core: organisations, places, services, people and their roles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from seve.fhir import Resource
from seve.fhir.access.reaches import TERRITORIES
from seve.france import capacity
from seve.france.identity.professionals import NationalId
from seve.france.identity.professions import (
    ESTABLISHMENT_SYSTEM,
    KNOW_HOW_SYSTEMS,
    MODE_SYSTEM,
    MUNICIPALITY_SYSTEM,
    PROFESSION_SYSTEM,
    SALARIED,
    SELF_EMPLOYED,
)
from seve.france.identity.structures import FINESS_SYSTEM, StructureId, identifier
from seve.france.identity.traits import INSEE_CODE
from seve.territory.marks import LOCAL, META, claiming, concept, to
from seve.territory.people.names import ascii_
from seve.territory.people.person import Home
from seve.territory.places import offers, wards
from seve.territory.places.world import House, Role, World
from seve.territory.tables import table

OFFICES: Final = "https://seve.example/offices"
GROUP: Final = "ght-touraine"
_ORGANIZATION_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-3307"
_LOCATION_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-location-type"
# TRE_R66 where a category is certain
_CATEGORIES = {
    "hospital": ("355", "Centre hospitalier"),
    "pharmacy": ("620", "Pharmacie d'officine"),
    "ehpad": ("500", "Établissement d'hébergement pour personnes âgées dépendantes"),
    "laboratory": ("611", "Laboratoire de biologie médicale"),
    "practice": ("603", "Maison de santé"),
}
_WORDS = {
    "specialists": "Cabinet de spécialistes",
    "nurses": "Cabinet infirmier",
    "imaging": "Cabinet d'imagerie",
    "observatory": "Observatoire de santé",
}


def directory(made: World, *, at: date) -> Iterator[Resource]:
    """Every resource about houses and those who work there; figures of beds are of the morning of the day `at`."""
    yield {
        "resourceType": "Organization",
        "id": GROUP,
        "meta": claiming("organization"),
        "active": True,
        "type": [
            concept(_ORGANIZATION_TYPES, "GHT", words="Groupement hospitalier de territoire"),
            concept(TERRITORIES, "ght", words="Territoire"),
        ],
        "name": "GHT Touraine (démonstration)",
    }
    for house in made.houses:
        yield _organization(house)
        yield _location(house)
        yield from _services(house)
        yield from (_ward(house, one, at=at) for one in wards.wards(house))
        yield from _open_doors(house)
    seen = set[str]()
    for role in made.roles:
        if role.person not in seen:
            seen.add(role.person)
            yield _practitioner(role)
        yield _role(role)
        if offers.is_own(role):
            yield _consultation(role)


def address(home: Home, *, use: str = "work") -> dict[str, Any]:
    """An Address with the code of its commune."""
    code = {"url": INSEE_CODE, "valueCoding": {"system": MUNICIPALITY_SYSTEM, "code": home.insee}}
    found: dict[str, Any] = {
        "extension": [code], "use": use, "line": [home.line], "city": home.city, "postalCode": home.postcode,
        "country": "FR",
    }  # fmt: skip
    return found


def _organization(house: House) -> Resource:
    code = _CATEGORIES.get(house.kind)
    numbers = [StructureId("finess", house.finess).identifier(), identifier("FINEG", FINESS_SYSTEM, house.finess)]
    category = concept(ESTABLISHMENT_SYSTEM, code[0], words=code[1]) if code else {"text": _WORDS[house.kind]}
    found: Resource = {
        "resourceType": "Organization",
        "id": house.id,
        "meta": claiming("organization"),
        "identifier": numbers if house.kind != "observatory" else [],
        "active": True,
        "type": [concept(_ORGANIZATION_TYPES, "GEOGRAPHICAL-ENTITY", words="Entité géographique"), category],
        "name": house.name,
        "telecom": [{"system": "phone", "value": house.phone, "use": "work"}],
        "address": [address(house.home)],
    }
    if house.kind == "hospital":
        found["partOf"] = to(f"Organization/{GROUP}")
    return {key: value for key, value in found.items() if value != []}


def _location(house: House) -> Resource:
    return {
        "resourceType": "Location",
        "id": f"lieu-{house.id}",
        "meta": claiming("location"),
        "status": "active",
        "name": house.name,
        "mode": "instance",
        "type": [
            concept(_LOCATION_TYPES, "BAT" if house.kind in ("hospital", "ehpad") else "SL_CONS", words="Lieu de soins")
        ],
        "telecom": [{"system": "phone", "value": house.phone, "use": "work"}],
        "address": address(house.home),
        "position": offers.position(house),
        "managingOrganization": to(house.reference),
        "hoursOfOperation": offers.hours_of(house),
    }


def _ward(house: House, ward: wards.Ward, *, at: date) -> Resource:
    """Where patients lie: a Location with its beds or places. Its type is of the ROR's table, which FR Core's profile leaves out."""
    id_ = wards.location_id(house, ward.name)
    found: Resource = {
        "resourceType": "Location",
        "id": id_,
        "meta": META,
        "identifier": [{"use": "official", "system": f"{LOCAL}unites", "value": id_}],
        "status": "active",
        "name": f"{ward.name[0].upper()}{ward.name[1:]}, {house.name}",
        "mode": "instance",
        "type": [concept(capacity.FUNCTION_SYSTEM, capacity.LODGING, words="Hébergement")],
        "telecom": [{"system": "phone", "value": ward.phone, "use": "work"}],
        "address": address(house.home),
        "position": offers.position(house),
        "managingOrganization": to(house.reference),
        "partOf": to(f"Location/lieu-{house.id}"),
    }
    return wards.filled(found, ward, at=at)


def _open_doors(house: House) -> Iterator[Resource]:
    """What a house without hospital services offers to whoever comes: a pharmacy, a laboratory, a home for the old."""
    words = offers.DOORS.get(house.kind)
    if words is None:
        return
    category = _CATEGORIES.get(house.kind)
    located = [to(f"Location/lieu-{house.id}")]
    located += [to(f"Location/{wards.location_id(house, ward.name)}") for ward in wards.wards(house)]
    yield {
        "resourceType": "HealthcareService",
        "id": f"offre-{house.id}",
        "meta": claiming("healthcare-service"),
        "identifier": [{"use": "official", "system": f"{LOCAL}services", "value": house.id}],
        "active": True,
        "providedBy": to(house.reference, house.name),
        "type": [concept(ESTABLISHMENT_SYSTEM, category[0], words=category[1]) if category else {"text": words}],
        "location": located,
        "name": f"{words}, {house.name}",
        "telecom": [{"system": "phone", "value": house.phone, "use": "work"}],
        "characteristic": offers.characteristics(house),
        "availableTime": offers.open_times(house),
    }


def _consultation(role: Role) -> Resource:
    """What a self-employed professional offers."""
    found: Resource = {
        "resourceType": "HealthcareService",
        "id": offers.service_id(role),
        "meta": claiming("healthcare-service"),
        "identifier": [{"use": "official", "system": f"{LOCAL}services", "value": offers.service_id(role)}],
        "active": True,
        "providedBy": to(role.house.reference, role.house.name),
        "location": [to(f"Location/lieu-{role.house.id}")],
        "name": f"Consultation, {role.name}",
        "telecom": [{"system": "phone", "value": role.house.phone, "use": "work"}],
        "characteristic": [*offers.characteristics(role.house, role), wards.CONSULTING],
        "communication": offers.languages(role),
        "availableTime": offers.times(role),
        "appointmentRequired": True,
    }
    trade = table("houses")["trades"].get(role.trade, {})
    if "specialty" in trade:
        found["specialty"] = [concept(KNOW_HOW_SYSTEMS["S"], trade["specialty"], words=role.words)]
    return found


def service_id(house: House, service: str) -> str:
    """The id of a hospital's service: an Organization and a HealthcareService."""
    return f"{house.id}-{ascii_(service)}"


def _services(house: House) -> Iterator[Resource]:
    trades = table("houses")
    for service in house.services:
        id_ = service_id(house, service)
        specialty = trades["trades"][trades["hospital_teams"][service][0]].get("specialty", "")
        yield {
            "resourceType": "Organization",
            "id": id_,
            "meta": claiming("organization"),
            "identifier": [{"use": "official", "system": f"{LOCAL}services", "value": id_}],
            "active": True,
            "type": [concept(_ORGANIZATION_TYPES, "SERVICE", words="Service")],
            "name": f"{service[0].upper()}{service[1:]}, {house.name}",
            "partOf": to(house.reference),
        }
        yield {
            "resourceType": "HealthcareService",
            "id": f"offre-{id_}"[:64],
            "meta": claiming("healthcare-service"),
            "identifier": [{"use": "official", "system": f"{LOCAL}services", "value": id_}],
            "active": True,
            "providedBy": to(f"Organization/{id_}"),
            "specialty": [concept(KNOW_HOW_SYSTEMS["S"], specialty, words=service)]
            if specialty
            else [{"text": service}],
            "location": [to(f"Location/lieu-{house.id}"), to(f"Location/{wards.location_id(house, service)}")],
            "name": f"{service[0].upper()}{service[1:]}",
            "telecom": [{"system": "phone", "value": house.phone, "use": "work"}],
            "characteristic": [*offers.characteristics(house), wards.care_mode(service)],
            "appointmentRequired": service != "urgences",
        }


def _practitioner(role: Role) -> Resource:
    trade = table("houses")["trades"].get(role.trade, {})
    name: dict[str, Any] = {"use": "official", "family": role.family, "given": [role.given]}
    if trade.get("profession") == "10":
        name["prefix"] = ["Dr"]
    found: Resource = {
        "resourceType": "Practitioner",
        "id": role.person,
        "meta": claiming("practitioner"),
        "active": True,
        "name": [name],
        "telecom": [{"system": "phone", "value": role.house.phone, "use": "work"}],
        "gender": role.sex,
        "communication": offers.languages(role),
    }
    if trade:
        found["identifier"] = NationalId("rpps", role.rpps).identifiers()
        coding = {"system": PROFESSION_SYSTEM, "code": trade["profession"]}
        found["qualification"] = [{"code": {"coding": [coding]}}]
    return found


def _role(role: Role) -> Resource:
    trade = table("houses")["trades"].get(role.trade, {})
    mode = SALARIED if role.house.kind in ("hospital", "ehpad") else SELF_EMPLOYED
    found: Resource = {
        "resourceType": "PractitionerRole",
        "id": role.id,
        "meta": claiming("practitioner-role"),
        "active": True,
        "practitioner": to(role.practitioner, role.name),
        "organization": to(role.house.reference, role.house.name),
        "code": [{"text": role.words}],
        "location": [to(f"Location/lieu-{role.house.id}")],
    }
    if role.trade == "identity":
        found["code"] = [concept(OFFICES, "identity-desk", words=role.words)]
    if trade:
        found["code"] = [
            concept(PROFESSION_SYSTEM, trade["profession"], words=role.words),
            {"coding": [{"system": MODE_SYSTEM, "code": mode}]},
        ]
    if "specialty" in trade:
        found["specialty"] = [concept(KNOW_HOW_SYSTEMS["S"], trade["specialty"], words=role.words)]
    if offers.is_own(role):
        found["extension"] = offers.terms(role)
        found["healthcareService"] = [to(f"HealthcareService/{offers.service_id(role)}")]
        found["availableTime"] = offers.times(role)
    if role.service:
        found["healthcareService"] = [to(f"HealthcareService/offre-{service_id(role.house, role.service)}"[:82])]
    return found
