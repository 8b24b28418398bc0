"""Beneficiaries (`IR_BEN_R`) as Patients; those that only a claim or a stay names, as what is known of them there."""

from __future__ import annotations

from typing import Any, Final

from seve.fhir import Resource
from seve.france.directory.places import filled
from seve.france.identity.professions import MUNICIPALITY_SYSTEM
from seve.france.identity.traits import INSEE_CODE
from seve.france.snds.cells import PSEUDONYMS, Cells, id_of
from seve.france.snds.rows import Row

KEY: Final = ("BEN_NIR_PSA", "BEN_RNG_GEM")
COLUMNS: Final = (
    *KEY,
    "BEN_NIR_ANO",
    "BEN_IDT_ANO",
    "BEN_NAI_ANN",
    "BEN_NAI_MOI",
    "BEN_SEX_COD",
    "BEN_DCD_DTE",
    "BEN_DCD_AME",
    "BEN_RES_DPT",
    "BEN_RES_COM",
)
CLAIM_COLUMNS: Final = (*KEY, "BEN_NAI_ANN", "BEN_SEX_COD", "BEN_RES_DPT", "BEN_RES_COM")
_SEXES: Final = {"1": "male", "2": "female"}
_ALIVE: Final = frozenset({"1600-01-01", "1600-01"})
_SINGLE = "1"


def patient_id(pseudonym: str, rank: str) -> str:
    """The id of a person by pseudonym and birth rank, which tells twins apart."""
    return id_of("ben", pseudonym, rank or _SINGLE)


def patient(row: Row) -> Resource:
    """The Patient of a row that has BEN_NIR_PSA and BEN_RNG_GEM."""
    cells = Cells(row)
    return filled(
        {
            "resourceType": "Patient",
            "id": patient_id(*cells.key(KEY)),
            "meta": cells.meta,
            "identifier": _identifiers(cells),
            **_gender(cells),
            **_birth(cells),
            **_death(cells),
            "address": _address(cells),
        }
    )


def unknown(pseudonym: str, *, table: str, column: str) -> Resource:
    """The Patient of whom a hospital stay tells the pseudonym alone."""
    cells = Cells(Row(table, 0, {column: pseudonym}))
    told = {**cells.identifier(column), "system": f"{PSEUDONYMS}BEN_NIR_PSA"}
    return {
        "resourceType": "Patient",
        "id": patient_id(pseudonym, _SINGLE),
        "meta": cells.meta,
        "identifier": [told],
    }


def _identifiers(cells: Cells) -> list[dict[str, Any]]:
    own = cells.identifier("BEN_NIR_PSA")
    rest = (cells.identifier(name) for name in ("BEN_IDT_ANO", "BEN_NIR_ANO"))
    return [own, *filter(None, rest)]


def _gender(cells: Cells) -> dict[str, Any]:
    code = cells.row.text("BEN_SEX_COD")
    return cells.primitive("gender", "BEN_SEX_COD", value=_SEXES.get(code, "unknown")) if code else {}


def _birth(cells: Cells) -> dict[str, Any]:
    year, month = cells.row.text("BEN_NAI_ANN"), cells.row.text("BEN_NAI_MOI")
    if not year:
        return {}
    columns = ("BEN_NAI_ANN", "BEN_NAI_MOI") if month else ("BEN_NAI_ANN",)
    return cells.primitive("birthDate", *columns, value=f"{year}-{month}" if month else year)


def _death(cells: Cells) -> dict[str, Any]:
    """The day, else the month; 1600 says that no death is known."""
    for column in ("BEN_DCD_DTE", "BEN_DCD_AME"):
        if (told := cells.row.text(column)) and told not in _ALIVE:
            return cells.primitive("deceasedDateTime", column)
    return {}


def _address(cells: Cells) -> list[dict[str, Any]]:
    """The commune of residence by its INSEE code."""
    department, commune = cells.row.text("BEN_RES_DPT"), cells.row.text("BEN_RES_COM")
    code = commune_code(department, commune)
    if not code:
        return []
    told = {"url": INSEE_CODE, "valueCoding": {"system": MUNICIPALITY_SYSTEM, "code": code}}
    return [{"extension": [told, *cells.mark("BEN_RES_DPT", "BEN_RES_COM")], "use": "home", "country": "FR"}]


def commune_code(department: str, commune: str) -> str:
    """The five characters of the INSEE: `075` and `056` are 75056, `974` and `411` are 97411; "" when either is unknown."""
    if len(department) != len("075") or len(commune) != len("056") or commune in {"000", "999"}:
        return ""
    return (department[1:] if department.startswith("0") else department[:2]) + commune
