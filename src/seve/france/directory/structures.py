"""The structure that an activity of the RPPS file names, as an Organization."""

from __future__ import annotations

from seve.fhir import Resource
from seve.france.directory.people import SOURCE, structure_id
from seve.france.directory.places import address, concept, filled, joined, telecom
from seve.france.directory.tables import Row
from seve.france.identity.professions import SECTOR_SYSTEM
from seve.france.identity.structures import FINESS_SYSTEM, RANK_SYSTEM, SIRENE_SYSTEM, StructureId, identifier

PROFILE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization"


def organization(row: Row) -> Resource | None:
    """The structure of a line; None when it has no number. FINESS, where it was imported, knows more of those it numbers."""
    id_ = structure_id(row)
    if not id_:
        return None
    name = row["name"] or row["sign"] or row["structure"] or row["finess"] or row["siret"]
    return filled(
        {
            "resourceType": "Organization",
            "id": id_,
            "meta": {"source": SOURCE, "profile": [PROFILE]},
            "identifier": _identifiers(row),
            "active": True,
            "type": [concept((SECTOR_SYSTEM, row["sector"], row["sector_label"]))] if row["sector"] else [],
            "name": name,
            "alias": [row["sign"]] if row["sign"] and row["sign"] != name else [],
            "telecom": telecom(phones=(row["phone"], row["phone2"]), fax=row["fax"], email=row["email"]),
            "address": [found] if (found := _address(row)) else [],
        }
    )


def _identifiers(row: Row) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if row["finess"]:
        found += [
            StructureId("finess", row["finess"]).identifier(),
            identifier("FINEG", FINESS_SYSTEM, row["finess"]),
        ]
    if row["siret"]:
        found.append(identifier("SIRET", SIRENE_SYSTEM, row["siret"]))
    if row["structure"]:
        found.append(identifier("RPPSRG", RANK_SYSTEM, row["structure"]))
    return found


def _address(row: Row) -> dict[str, object]:
    street = joined(row["street_number"], row["repetition"], row["street_type"], row["street"])
    return address(
        extra=joined(row["recipient"], row["complement"]),
        line=joined(street, row["distribution"]),
        postcode=row["postcode"],
        city=row["city"] or row["cedex"],
        cog=row["cog"],
        country=row["country"],
    )
