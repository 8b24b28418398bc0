"""PMSI-SSR (rehabilitation) and PMSI-HAD (hospital at home): a stay is an Encounter, and so is each summary of a part of it.

Who stayed and when stands in the tables C, a row a stay; tables B have a row for each week (SSR) or sub-sequence (HAD), whose
Encounter is a part of the stay's and whose diagnoses are Conditions. Days of the parts are not published, but their distance
from the entry is, in some years only: so a part has no period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from seve.fhir import Resource
from seve.france.cim10 import URL as CIM10
from seve.france.directory.places import filled
from seve.france.identity.structures import FINESS_SYSTEM
from seve.france.snds.cells import CCAM, CSARR, NOMENCLATURES, PSEUDONYMS, Cells, id_of
from seve.france.snds.rows import Row
from seve.france.snds.stays import CATEGORIES, PERSON, ROLES, period

_DATES: Final = ("ENT_DAT", "SOR_DAT", "EXE_SOI_DTD", "EXE_SOI_DTF", "SOR_ANN", "SOR_MOI")


@dataclass(frozen=True, slots=True)
class Details:
    """A table with a code a row: its column and system, and what tells the rows of one stay apart."""

    column: str
    system: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """One field of the PMSI. `key` names a stay, `part` a summary within it; `kinds` say what care it was, by nomenclature.

    `diagnoses` are columns with their roles (main, comorbid); `persons`, `parts` and the others are names of tables.
    """

    prefix: str
    act_class: str
    key: tuple[str, ...]
    part: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]
    diagnoses: tuple[tuple[str, str], ...]
    persons: str
    parts: str
    associated: tuple[str, Details]
    acts: dict[str, Details]

    @property
    def person_columns(self) -> tuple[str, ...]:
        """The columns of the table of persons."""
        return (*self.key, PERSON, *_DATES)

    @property
    def part_columns(self) -> tuple[str, ...]:
        """The columns of the table of summaries."""
        own = (*(column for column, _ in self.kinds), *(column for column, _ in self.diagnoses))
        return (*self.key, *self.part, *own, "ENT_PRV", "SOR_MOD")

    def of(self, row: Row) -> tuple[str, ...]:
        """What a row is joined by: the field, the year of its table, the key of the stay."""
        return (self.prefix, row.edition, *Cells(row).key(self.key))


SSR: Final = Domain(
    prefix="ssr",
    act_class="IMP",
    key=("ETA_NUM", "RHA_NUM"),
    part=("RHS_NUM",),
    kinds=(("GRG_GME", "GME"),),
    diagnoses=(("MOR_PRP", "CC"), ("ETL_AFF", "CM"), *((f"ASS_DGN_{number}", "CM") for number in range(1, 21))),
    persons="T_SSRaaC",
    parts="T_SSRaaB",
    associated=("T_SSRaaD", Details("DGN_COD", CIM10, ("RHS_NUM", "DGN_COD"))),
    acts={
        "T_SSRaaCCAM": Details("CCAM_ACT", CCAM, ("RHS_NUM", "CCAM_ACT", "CCAM_PHA_ACT", "CCAM_COD_ACT", "EXT_PMSI")),
        "T_SSRaaCSARR": Details("CSARR_COD", CSARR, ("RHS_NUM", "CSARR_COD", "TYP_INTERV", "ENT_DAT_DEL_UM")),
    },
)
HAD: Final = Domain(
    prefix="had",
    act_class="HH",
    key=("ETA_NUM_EPMSI", "RHAD_NUM"),
    part=("SEQ_NUM", "SSEQ_NUM"),
    kinds=(("PEC_PAL", "HAD_MPC"), ("PEC_ASS", "HAD_MPC")),
    diagnoses=(("DGN_PAL", "CC"), *((f"DGN_PAL{number}", "CM") for number in range(1, 8))),
    persons="T_HADaaC",
    parts="T_HADaaB",
    associated=("T_HADaaD", Details("DGN_ASS", CIM10, ("SEQ_NUM", "SSEQ_NUM", "DGN_ASS"))),
    acts={"T_HADaaA": Details("CCAM_COD", CCAM, ("SEQ_NUM", "SSEQ_NUM", "CCAM_COD", "PHA_COD", "ACT_COD", "EXT_PMSI"))},
)
DOMAINS: Final = {
    name: domain for domain in (SSR, HAD) for name in (domain.persons, domain.parts, domain.associated[0], *domain.acts)
}
"""The field of each table, in the order in which they are read."""


def columns(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a table that are read, and those that each row must have."""
    domain = DOMAINS[name]
    if name == domain.persons:
        return domain.person_columns, (*domain.key, PERSON)
    if name == domain.parts:
        return domain.part_columns, domain.key
    details = _details(domain, name)
    return tuple(dict.fromkeys((*domain.key, *details.parts))), (*domain.key, details.column)


def stay(row: Row, subject: dict[str, Any]) -> Resource:
    """The Encounter of a row of a table of persons."""
    cells, domain = Cells(row), DOMAINS[row.table]
    number = domain.key[-1]
    system = f"{PSEUDONYMS}{number}:{row.text(domain.key[0])}"
    return filled(
        {
            "resourceType": "Encounter",
            "id": _stay_id(domain, row),
            "meta": cells.meta,
            "identifier": [cells.identifier(number, system)],
            **_care(domain, cells),
            "subject": subject,
            "period": period(row),
        }
    )


def resources(row: Row, person: Row, subject: dict[str, Any]) -> Iterator[Resource]:
    """What a row of any other table gives: a part of the stay with its diagnoses, an associated diagnosis, an act."""
    domain = DOMAINS[row.table]
    if row.table == domain.parts:
        yield from _part(domain, row, subject)
        return
    details = _details(domain, row.table)
    if row.table in domain.acts:
        yield _act(domain, row, details, person, subject)
    else:
        id_ = id_of(f"{domain.prefix}-das", *domain.of(row), *Cells(row).key(details.parts))
        yield _condition(row, id_, details.column, subject, encounter=_stay_id(domain, row))


def _part(domain: Domain, row: Row, subject: dict[str, Any]) -> Iterator[Resource]:
    cells, number = Cells(row), Cells(row).key(domain.part)
    id_ = id_of(f"{domain.prefix}-part", *domain.of(row), *number)
    found = [(column, role) for column, role in domain.diagnoses if row.text(column)]
    ids = [id_of(f"{domain.prefix}-dg", *domain.of(row), *number, column) for column, _ in found]
    kinds = [cells.concept(column, NOMENCLATURES + name) for column, name in domain.kinds]
    ends = {
        "admitSource": cells.nomenclature("ENT_PRV", "ENT_PRV"),
        "dischargeDisposition": cells.nomenclature("SOR_MOD", "SOR_MOD"),
    }
    yield filled(
        {
            "resourceType": "Encounter",
            "id": id_,
            "meta": cells.meta,
            **_care(domain, cells),
            "type": [kind for kind in kinds if kind],
            "subject": subject,
            "diagnosis": [_diagnosis(place, role) for place, (_, role) in zip(ids, found, strict=True)],
            "hospitalization": filled(ends),
            "partOf": {"reference": f"Encounter/{_stay_id(domain, row)}"},
        }
    )
    for place, (column, _) in zip(ids, found, strict=True):
        yield _condition(row, place, column, subject, encounter=id_)


def _care(domain: Domain, cells: Cells) -> dict[str, Any]:
    class_ = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": domain.act_class}
    return {
        "status": "finished",
        "class": class_,
        "serviceProvider": cells.by_identifier(domain.key[0], FINESS_SYSTEM),
    }


def _diagnosis(place: str, role: str) -> dict[str, Any]:
    return {"condition": {"reference": f"Condition/{place}"}, "use": {"coding": [{"system": ROLES, "code": role}]}}


def _condition(row: Row, id_: str, column: str, subject: dict[str, Any], *, encounter: str) -> Resource:
    cells = Cells(row)
    return {
        "resourceType": "Condition",
        "id": id_,
        "meta": cells.meta,
        "category": [{"coding": [{"system": CATEGORIES, "code": "encounter-diagnosis"}]}],
        "code": cells.concept(column, CIM10),
        "subject": subject,
        "encounter": {"reference": f"Encounter/{encounter}"},
    }


def _act(domain: Domain, row: Row, details: Details, person: Row, subject: dict[str, Any]) -> Resource:
    cells = Cells(row)
    return filled(
        {
            "resourceType": "Procedure",
            "id": id_of(f"{domain.prefix}-act", *domain.of(row), *cells.key(details.parts)),
            "meta": cells.meta,
            "status": "completed",
            "code": cells.concept(details.column, details.system),
            "subject": subject,
            "encounter": {"reference": f"Encounter/{_stay_id(domain, row)}"},
            "performedPeriod": period(person),
        }
    )


def _details(domain: Domain, name: str) -> Details:
    return domain.acts[name] if name in domain.acts else domain.associated[1]


def _stay_id(domain: Domain, row: Row) -> str:
    return id_of(domain.prefix, *domain.of(row))
