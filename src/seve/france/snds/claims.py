"""DCIR, what was reimbursed: `ER_PRS_F` as ExplanationOfBenefit, its details as MedicationDispense, SupplyDelivery and
Procedure.

A detail has no person and no date of its own: both come from the row of `ER_PRS_F` with the same key of nine columns, which the
caller finds. Regularisations stay as they are published: a row with a negative number cancels one before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from seve.fhir import Resource
from seve.france.directory.places import filled
from seve.france.identity.structures import FINESS_SYSTEM
from seve.france.snds import persons
from seve.france.snds.cells import CCAM, CIP_UCD, LPP, NABM, Cells, id_of
from seve.france.snds.rows import Row

KEY: Final = (
    "DCT_ORD_NUM",
    "FLX_DIS_DTD",
    "FLX_EMT_NUM",
    "FLX_EMT_ORD",
    "FLX_EMT_TYP",
    "FLX_TRT_DTD",
    "ORG_CLE_NUM",
    "PRS_ORD_NUM",
    "REM_TYP_AFF",
)
COLUMNS: Final = (
    *KEY,
    *persons.CLAIM_COLUMNS,
    "BSE_PRS_NAT",
    "BSE_REM_BSE",
    "BSE_REM_MNT",
    "ETB_PRE_FIN",
    "EXE_SOI_DTD",
    "EXE_SOI_DTF",
    "ORG_AFF_BEN",
    "PFS_EXE_NUM",
    "PFS_PRE_NUM",
    "PRE_PRE_DTD",
    "PRS_ACT_QTE",
    "PRS_PAI_MNT",
)
NEEDED: Final = (*KEY, *persons.KEY)
_ABSENT: Final = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}
_AMOUNTS: Final = (("submitted", "PRS_PAI_MNT"), ("eligible", "BSE_REM_BSE"), ("benefit", "BSE_REM_MNT"))
_ADJUDICATION: Final = "http://terminology.hl7.org/CodeSystem/adjudication"


def explanation(row: Row) -> Resource:
    """The ExplanationOfBenefit of a row of `ER_PRS_F`."""
    cells = Cells(row)
    amounts = [_amount(cells, name, column) for name, column in _AMOUNTS]
    care = cells.nomenclature("BSE_PRS_NAT", "IR_NAT_V") or dict(_ABSENT)
    item = {
        "sequence": 1,
        "productOrService": care,
        "servicedPeriod": cells.period("EXE_SOI_DTD", "EXE_SOI_DTF"),
        "quantity": cells.quantity("PRS_ACT_QTE"),
        "net": cells.money("PRS_PAI_MNT"),
        "adjudication": [amount for amount in amounts if amount],
    }
    return filled(
        {
            "resourceType": "ExplanationOfBenefit",
            "id": id_of("prs", *cells.key(KEY)),
            "meta": cells.meta,
            "status": "active",
            "type": care,
            "use": "claim",
            "patient": subject(row),
            "billablePeriod": cells.period("EXE_SOI_DTD", "EXE_SOI_DTF"),
            **cells.primitive("created", "FLX_TRT_DTD"),
            "insurer": cells.by_identifier("ORG_CLE_NUM"),
            "provider": cells.by_identifier("PFS_EXE_NUM") or dict(_ABSENT),
            "facility": cells.by_identifier("ETB_PRE_FIN", FINESS_SYSTEM),
            "outcome": "complete",
            "careTeam": _prescriber(cells),
            "insurance": [{"focal": True, "coverage": cells.by_identifier("ORG_AFF_BEN") or dict(_ABSENT)}],
            "item": [filled(item)],
        }
    )


def subject(row: Row) -> dict[str, str]:
    """The reference to the person of a row of `ER_PRS_F`."""
    return {"reference": f"Patient/{persons.patient_id(*Cells(row).key(persons.KEY))}"}


def _prescriber(cells: Cells) -> list[dict[str, Any]]:
    provider = cells.by_identifier("PFS_PRE_NUM")
    coding = {"system": "http://terminology.hl7.org/CodeSystem/claimcareteamrole", "code": "other"}
    role = {"coding": [coding], "text": "prescripteur"}
    return [{"sequence": 1, "provider": provider, "role": role}] if provider else []


def _amount(cells: Cells, name: str, column: str) -> dict[str, Any]:
    amount = cells.money(column)
    return {"category": {"coding": [{"system": _ADJUDICATION, "code": name}]}, "amount": amount} if amount else {}


@dataclass(frozen=True, slots=True)
class Detail:
    """A table of details: the columns wanted, those that must be there, and how a row and its prestation give a resource."""

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    make: Callable[[Row, Row], Resource]


def _dispense(row: Row, care: Row, *, code: str, quantity: str, order: str, prefix: str) -> Resource:
    cells, of_care = Cells(row), Cells(care)
    number = row.values.get(quantity)
    is_cancelled = isinstance(number, int | Decimal) and number < 0
    provider = of_care.by_identifier("PFS_EXE_NUM")
    return filled(
        {
            "resourceType": "MedicationDispense",
            "id": id_of(prefix, *cells.key((*KEY, order))),
            "meta": cells.meta,
            "status": "cancelled" if is_cancelled else "completed",
            "medicationCodeableConcept": cells.concept(code, CIP_UCD),
            "subject": subject(care),
            "performer": [{"actor": provider}] if provider else [],
            "quantity": cells.quantity(quantity),
            **of_care.primitive("whenHandedOver", "EXE_SOI_DTD"),
        }
    )


def _pharmacy(row: Row, care: Row) -> Resource:
    code = "PHA_PRS_C13" if "PHA_PRS_C13" in row.values else "PHA_PRS_IDE"
    return _dispense(row, care, code=code, quantity="PHA_ACT_QSN", order="PHA_ORD_NUM", prefix="pha")


def _hospital_pharmacy(row: Row, care: Row) -> Resource:
    return _dispense(row, care, code="UCD_UCD_COD", quantity="UCD_DLV_NBR", order="UCD_ORD_NUM", prefix="ucd")


def _act(row: Row, care: Row, *, code: str, system: str, order: str, prefix: str) -> Resource:
    cells, of_care = Cells(row), Cells(care)
    provider = of_care.by_identifier("PFS_EXE_NUM")
    return filled(
        {
            "resourceType": "Procedure",
            "id": id_of(prefix, *cells.key((*KEY, order))),
            "meta": cells.meta,
            "status": "completed",
            "category": cells.nomenclature("CAM_ACT_COD", "XC_ATE_V"),
            "code": cells.concept(code, system),
            "subject": subject(care),
            "performedPeriod": of_care.period("EXE_SOI_DTD", "EXE_SOI_DTF"),
            "performer": [{"actor": provider}] if provider else [],
        }
    )


def _biology(row: Row, care: Row) -> Resource:
    return _act(row, care, code="BIO_PRS_IDE", system=NABM, order="BIO_ORD_NUM", prefix="bio")


def _ccam(row: Row, care: Row) -> Resource:
    return _act(row, care, code="CAM_PRS_IDE", system=CCAM, order="CAM_ORD_NUM", prefix="cam")


def _product(row: Row, care: Row) -> Resource:
    """A device or service of the LPP, bought or rented from day to day."""
    cells, of_care = Cells(row), Cells(care)
    number = row.values.get("TIP_ACT_QSN")
    is_cancelled = isinstance(number, int | Decimal) and number < 0
    rented = cells.period("TIP_ACL_DTD", "TIP_ACL_DTF")
    item = {"itemCodeableConcept": cells.concept("TIP_PRS_IDE", LPP), "quantity": cells.quantity("TIP_ACT_QSN")}
    kind = {"system": "http://terminology.hl7.org/CodeSystem/supply-item-type", "code": "device"}
    return filled(
        {
            "resourceType": "SupplyDelivery",
            "id": id_of("tip", *cells.key((*KEY, "TIP_ORD_NUM"))),
            "meta": cells.meta,
            "status": "abandoned" if is_cancelled else "completed",
            "patient": subject(care),
            "type": {"coding": [kind]},
            "suppliedItem": filled(item),
            "occurrencePeriod": rented or of_care.period("EXE_SOI_DTD", "EXE_SOI_DTF"),
            "supplier": of_care.by_identifier("PFS_EXE_NUM"),
        }
    )


DETAILS: Final = {
    "ER_PHA_F": Detail((*KEY, "PHA_PRS_C13", "PHA_PRS_IDE", "PHA_ACT_QSN", "PHA_ORD_NUM"), KEY, _pharmacy),
    "ER_UCD_F": Detail((*KEY, "UCD_UCD_COD", "UCD_DLV_NBR", "UCD_ORD_NUM"), (*KEY, "UCD_UCD_COD"), _hospital_pharmacy),
    "ER_TIP_F": Detail(
        (*KEY, "TIP_PRS_IDE", "TIP_ACT_QSN", "TIP_ACL_DTD", "TIP_ACL_DTF", "TIP_ORD_NUM"), KEY, _product
    ),
    "ER_BIO_F": Detail((*KEY, "BIO_PRS_IDE", "BIO_ORD_NUM"), (*KEY, "BIO_PRS_IDE"), _biology),
    "ER_CAM_F": Detail((*KEY, "CAM_PRS_IDE", "CAM_ACT_COD", "CAM_ORD_NUM"), (*KEY, "CAM_PRS_IDE"), _ccam),
}
"""The tables of details that give resources. Results of biology are not in the SNDS: an act of biology is a Procedure."""
