"""What FINESS tells of a structure, whichever file told it: a legal entity, or a site as Organization, Location, HealthcareService."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from seve.fhir import Resource
from seve.france.directory.ids import finess_id
from seve.france.directory.places import concept, filled, telecom
from seve.france.directory.projections import Position
from seve.france.identity.professions import ESTABLISHMENT_SYSTEM
from seve.france.identity.structures import FINESS_SYSTEM, SIRENE_SYSTEM, identifier

SOURCE = "https://finess.esante.gouv.fr"
_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition"
_TYPE_SYSTEM = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-3307"
_PERIOD = "http://hl7.org/fhir/StructureDefinition/organization-period"


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """`name` is "" where a file knows the number alone; such an entity is a stub, which must not replace a fuller one."""

    finess: str
    name: str = ""
    siren: str = ""
    is_active: bool = True
    address: dict[str, Any] = field(default_factory=dict[str, Any])
    phone: str = ""

    @property
    def is_stub(self) -> bool:
        """Whether only its number is known."""
        return not self.name

    def resource(self) -> Resource:
        """The Organization."""
        numbers = [identifier("FINEJ", FINESS_SYSTEM, self.finess)]
        if self.siren:
            numbers.append(identifier("SIREN", SIRENE_SYSTEM, self.siren))
        return filled(
            {
                "resourceType": "Organization",
                "id": finess_id(self.finess),
                "meta": _meta("fr-core-organization"),
                "identifier": numbers,
                "active": self.is_active,
                "type": [concept((_TYPE_SYSTEM, "LEGAL-ENTITY", ""))],
                "name": self.name,
                "telecom": telecom(phones=(self.phone,)),
                "address": [self.address] if self.address else [],
            }
        )


@dataclass(frozen=True, slots=True)
class Site:
    """An establishment (« entité géographique »); dates are FHIR dates, `category` a code of TRE_R66 with its label."""

    finess: str
    entity: str
    name: str
    short_name: str = ""
    siret: str = ""
    category: str = ""
    category_label: str = ""
    opened: str = ""
    is_active: bool = True
    address: dict[str, Any] = field(default_factory=dict[str, Any])
    phone: str = ""
    fax: str = ""

    def resources(self, position: Position | None = None) -> Iterator[Resource]:
        """The Organization, its Location (with its position, latitude and longitude), and the service it gives."""
        yield self.organization()
        yield self.location(position)
        yield self.service()

    def organization(self) -> Resource:
        """The establishment, part of its legal entity."""
        numbers = [identifier("FINEG", FINESS_SYSTEM, self.finess)]
        if self.siret:
            numbers.append(identifier("SIRET", SIRENE_SYSTEM, self.siret))
        period = {"url": _PERIOD, "valuePeriod": {"start": self.opened}}
        return filled(
            {
                "resourceType": "Organization",
                "id": finess_id(self.finess),
                "meta": _meta("fr-core-organization"),
                "extension": [period] if self.opened else [],
                "identifier": numbers,
                "active": self.is_active,
                "type": [concept((_TYPE_SYSTEM, "GEOGRAPHICAL-ENTITY", "")), *self._category],
                "name": self.name,
                "alias": [self.short_name] if self.short_name not in ("", self.name) else [],
                "telecom": telecom(phones=(self.phone,), fax=self.fax),
                "address": [self.address] if self.address else [],
                "partOf": {"reference": f"Organization/{finess_id(self.entity)}"} if self.entity else {},
            }
        )

    def location(self, position: Position | None) -> Resource:
        """Where the establishment is."""
        latitude, longitude = position or (0.0, 0.0)
        place = {"longitude": Decimal(str(longitude)), "latitude": Decimal(str(latitude))}
        return filled(
            {
                "resourceType": "Location",
                "id": finess_id(self.finess),
                "meta": _meta("fr-core-location"),
                "identifier": [identifier("FINEG", FINESS_SYSTEM, self.finess)],
                "status": "active" if self.is_active else "inactive",
                "name": self.name,
                "mode": "instance",
                "telecom": telecom(phones=(self.phone,), fax=self.fax),
                "address": self.address,
                "position": place if position else {},
                "managingOrganization": {"reference": f"Organization/{finess_id(self.finess)}"},
            }
        )

    def service(self) -> Resource:
        """What the establishment offers, by its category."""
        return filled(
            {
                "resourceType": "HealthcareService",
                "id": finess_id(self.finess),
                "meta": _meta("fr-core-healthcare-service"),
                "active": self.is_active,
                "providedBy": {"reference": f"Organization/{finess_id(self.finess)}"},
                "type": self._category,
                "location": [{"reference": f"Location/{finess_id(self.finess)}"}],
                "name": self.name,
                "telecom": telecom(phones=(self.phone,), fax=self.fax),
            }
        )

    @property
    def _category(self) -> list[dict[str, Any]]:
        return [concept((ESTABLISHMENT_SYSTEM, self.category, self.category_label))] if self.category else []


def _meta(profile: str) -> dict[str, Any]:
    return {"source": SOURCE, "profile": [f"{_CORE}/{profile}"]}
