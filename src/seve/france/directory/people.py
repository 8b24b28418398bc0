"""The RPPS files of the Annuaire Santé: `PS_LibreAcces_Personne_activite`, `…_SavoirFaire` and `…_Dipl_AutExerc`.

One line of the first is one activity of one person (in older extractions, one for each know-how of it too). All lines of one
person, from the three files, make one Practitioner and a PractitionerRole for each activity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.france.directory.ids import organization_id, practitioner_id, role_id
from seve.france.directory.places import concept, filled, telecom
from seve.france.directory.tables import Header, Row
from seve.france.identity.professionals import NationalId, rpps_issues
from seve.france.identity.professions import (
    CATEGORY_SYSTEM,
    DEGREE_TYPE_SYSTEM,
    KIND_SYSTEM,
    KNOW_HOW_SYSTEMS,
    KNOW_HOW_TYPE_SYSTEM,
    MODE_SYSTEM,
    PROFESSION_SYSTEM,
    ROLE_SYSTEM,
    SECTION_SYSTEM,
    STATE_DEGREE_SYSTEM,
)
from seve.kernel.refusals import Issue

SOURCE = "https://annuaire.sante.fr"
PRACTITIONER_PROFILE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner"
ROLE_PROFILE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner-role"

Kind: TypeAlias = Literal["activity", "know-how", "degree"]

ALIASES: Mapping[str, Sequence[str]] = {
    "national": ("Identification nationale PP",),
    "type": ("Type d'identifiant PP",),
    "number": ("Identifiant PP",),
    "civility": ("Code civilité",),
    "title": ("Code civilité d'exercice",),
    "family": ("Nom d'exercice",),
    "given": ("Prénom d'exercice",),
    "profession": ("Code profession",),
    "profession_label": ("Libellé profession",),
    "category": ("Code catégorie professionnelle",),
    "category_label": ("Libellé catégorie professionnelle",),
    "know_how_type": ("Code type savoir-faire",),
    "know_how_type_label": ("Libellé type savoir-faire",),
    "know_how": ("Code savoir-faire",),
    "know_how_label": ("Libellé savoir-faire",),
    "mode": ("Code mode exercice",),
    "mode_label": ("Libellé mode exercice",),
    "siret": ("Numéro SIRET site", "N° SIRET site"),
    "siren": ("Numéro SIREN site",),
    "finess": ("Numéro FINESS site",),
    "finess_entity": ("Numéro FINESS établissement juridique",),
    "structure": ("Identifiant technique de la structure",),
    "name": ("Raison sociale site",),
    "sign": ("Enseigne commerciale site",),
    "recipient": ("Complément destinataire",),
    "complement": ("Complément point géographique",),
    "street_number": ("Numéro Voie", "N° voie"),
    "repetition": ("Indice répétition voie",),
    "street_type": ("Libellé type de voie",),
    "street": ("Libellé Voie",),
    "distribution": ("Mention distribution",),
    "cedex": ("Bureau cedex",),
    "postcode": ("Code postal",),
    "cog": ("Code commune",),
    "city": ("Libellé commune",),
    "country": ("Code pays",),
    "phone": ("Téléphone",),
    "phone2": ("Téléphone 2",),
    "fax": ("Télécopie",),
    "email": ("Adresse e-mail",),
    "sector": ("Code secteur d'activité",),
    "sector_label": ("Libellé secteur d'activité",),
    "section": ("Code section tableau pharmaciens",),
    "role": ("Code rôle", "Code rôle/fonction"),
    "role_label": ("Libellé rôle", "Libellé rôle/fonction"),
    "kind": ("Code genre activité", "Code genre d'activité"),
    "kind_label": ("Libellé genre activité",),
    "degree_type": ("Code type diplôme obtenu",),
    "degree_type_label": ("Libellé type diplôme obtenu",),
    "degree": ("Code diplôme obtenu",),
    "degree_label": ("Libellé diplôme obtenu",),
}


@dataclass(slots=True)
class Person:
    """All lines about one person."""

    identity: NationalId
    activities: list[Row] = field(default_factory=list[Row])
    know_hows: list[Row] = field(default_factory=list[Row])
    degrees: list[Row] = field(default_factory=list[Row])

    def add(self, kind: Kind, row: Row) -> None:
        """One more line."""
        {"activity": self.activities, "know-how": self.know_hows, "degree": self.degrees}[kind].append(row)

    @property
    def lines(self) -> Iterator[Row]:
        """Every line, those of activities first."""
        yield from (*self.activities, *self.know_hows, *self.degrees)


def read_header(line: bytes) -> tuple[Kind, Header]:
    """Which of the three files it is, by its columns. Raises ColumnMissing, NotUtf8."""
    header = Header.read(line, separator="|", aliases=ALIASES)
    if "national" not in header.columns:
        header.require("type", "number")
    header.require("family", "given")
    if "degree" in header.columns:
        return "degree", header
    header.require("profession")
    return ("activity" if "structure" in header.columns else "know-how"), header


def identity_of(row: Row) -> NationalId:
    """Whom a line is about. Raises ValueMissing."""
    return NationalId.read(row["national"] or row.needed("type") + row.needed("number"))


def issues(person: Person) -> tuple[Issue, ...]:
    """What is doubtful in the numbers of a person; nothing of it keeps them out."""
    return rpps_issues(person.identity.number, source="import") if person.identity.kind == "rpps" else ()


def practitioner(person: Person) -> Resource:
    """The person. Raises ValueMissing without a name."""
    first = next(person.lines)
    name = {
        "use": "usual",
        "family": first.needed("family"),
        "given": [first["given"]] if first["given"] else [],
        "prefix": [first["civility"]] if first["civility"] else [],
        "suffix": [first["title"]] if first["title"] else [],
    }
    return filled(
        {
            "resourceType": "Practitioner",
            "id": practitioner_id(person.identity),
            "meta": {"source": SOURCE, "profile": [PRACTITIONER_PROFILE]},
            "identifier": person.identity.identifiers(),
            "active": True,
            "name": [filled(name)],
            "qualification": [{"code": code} for code in _distinct(_qualifications(person))],
        }
    )


def roles(person: Person) -> Iterator[Resource]:
    """The activities; lines that differ in know-how alone are one activity."""
    grouped = dict[str, list[Row]]()
    for row in person.activities:
        grouped.setdefault(_role_id(person.identity, row), []).append(row)
    for id_, rows in grouped.items():
        yield _role(person, id_, rows)


def structure_id(row: Row) -> str:
    """The id of the structure of an activity, "" without one."""
    return organization_id(finess=row["finess"], siret=row["siret"], technical=row["structure"])


def _role(person: Person, id_: str, rows: Sequence[Row]) -> Resource:
    first = rows[0]
    structure = structure_id(first)
    codes = [
        concept((PROFESSION_SYSTEM, first["profession"], first["profession_label"])),
        concept((KIND_SYSTEM, first["kind"], first["kind_label"])),
        concept((MODE_SYSTEM, first["mode"], first["mode_label"])),
        concept((ROLE_SYSTEM, first["role"], first["role_label"])),
        concept((SECTION_SYSTEM, first["section"], "")),
    ]
    own = [row for row in person.know_hows if row["profession"] == first["profession"]]
    return filled(
        {
            "resourceType": "PractitionerRole",
            "id": id_,
            "meta": {"source": SOURCE, "profile": [ROLE_PROFILE]},
            "active": True,
            "practitioner": {"reference": f"Practitioner/{practitioner_id(person.identity)}"},
            "organization": {"reference": f"Organization/{structure}"} if structure else {},
            "code": [code for code in codes if code["coding"]],
            "specialty": _distinct(_know_hows([*rows, *own], with_type=False)),
            "telecom": telecom(phones=(first["phone"], first["phone2"]), fax=first["fax"], email=first["email"]),
        }
    )


def _role_id(identity: NationalId, row: Row) -> str:
    return role_id(
        identity,
        profession=row["profession"],
        category=row["category"],
        mode=row["mode"],
        section=row["section"],
        role=row["role"],
        structure=row["finess"] or row["siret"] or row["structure"],
    )


def _qualifications(person: Person) -> Iterator[dict[str, Any]]:
    for row in (*person.activities, *person.know_hows):
        if row["profession"]:
            yield concept(
                (CATEGORY_SYSTEM, row["category"], row["category_label"]),
                (PROFESSION_SYSTEM, row["profession"], row["profession_label"]),
            )
    yield from _know_hows((*person.activities, *person.know_hows), with_type=True)
    for row in person.degrees:
        if row["degree"]:
            kind = (DEGREE_TYPE_SYSTEM, row["degree_type"], row["degree_type_label"])
            yield _degree(row, kind)


def _know_hows(rows: Iterable[Row], *, with_type: bool) -> Iterator[dict[str, Any]]:
    for row in rows:
        system = KNOW_HOW_SYSTEMS.get(row["know_how_type"])
        if row["know_how"] and system:
            kind = (KNOW_HOW_TYPE_SYSTEM, row["know_how_type"] if with_type else "", row["know_how_type_label"])
            yield concept(kind, (system, row["know_how"], row["know_how_label"]))


def _degree(row: Row, kind: tuple[str, str, str]) -> dict[str, Any]:
    """State diplomas have a system of their own; another one is told in words."""
    if row["degree_type"] == "DE":
        return concept(kind, (STATE_DEGREE_SYSTEM, row["degree"], row["degree_label"]))
    return concept(kind) | {"text": row["degree_label"] or row["degree"]}


def _distinct(concepts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """In order, each set of codes once."""
    found = {(one.get("text"), *((c["system"], c["code"]) for c in one["coding"])): one for one in concepts}
    return list(found.values())
