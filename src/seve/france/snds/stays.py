"""PMSI-MCO, hospital stays: `T_MCOaaB` as Encounter with its diagnoses, `T_MCOaaD` as Condition, `T_MCOaaA` as Procedure.

Who stayed and when stands in `T_MCOaaC` under the same key of two columns, which the caller finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from seve.fhir import Resource
from seve.france.cim10 import URL as CIM10
from seve.france.directory.places import filled
from seve.france.identity.structures import FINESS_SYSTEM
from seve.france.snds.cells import CCAM, PSEUDONYMS, Cells, id_of
from seve.france.snds.rows import Row

KEY: Final = ("ETA_NUM", "RSA_NUM")
PERSON: Final = "NIR_ANO_17"
PERSON_COLUMNS: Final = (*KEY, PERSON, "ENT_DAT", "SOR_DAT", "EXE_SOI_DTD", "EXE_SOI_DTF", "SOR_ANN", "SOR_MOI")
PERSON_NEEDED: Final = (*KEY, PERSON)
STAY_COLUMNS: Final = (
    *KEY,
    "DGN_PAL",
    "DGN_REL",
    "ENT_MOD",
    "ENT_PRV",
    "GRG_GHM",
    "SEJ_NBJ",
    "SOR_DES",
    "SOR_MOD",
)
DIAGNOSIS_COLUMNS: Final = (*KEY, "ASS_DGN", "DGN_ASS_NUM")
DIAGNOSIS_NEEDED: Final = (*KEY, "ASS_DGN")
ACT_COLUMNS: Final = (*KEY, "CDC_ACT", "ACV_ACT", "PHA_ACT", "ENT_DAT_DEL", "RUM_SEQ", "EXT_PMSI")
ACT_NEEDED: Final = (*KEY, "CDC_ACT")
_GHM: Final = "urn:seve:snds:nomenclature:GHM"
_DIAGNOSES: Final = (("dp", "DGN_PAL", "DD", 1), ("dr", "DGN_REL", "CM", 2))
ROLES: Final = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
CATEGORIES: Final = "http://terminology.hl7.org/CodeSystem/condition-category"


def stay(row: Row, person: Row, subject: dict[str, Any]) -> Iterator[Resource]:
    """The Encounter of a row of `T_MCOaaB` and the Conditions of its main and related diagnoses."""
    cells = Cells(row)
    found = [entry for entry in _DIAGNOSES if row.text(entry[1])]
    yield filled(
        {
            "resourceType": "Encounter",
            "id": _stay_id(cells),
            "meta": cells.meta,
            "identifier": [cells.identifier("RSA_NUM", f"{PSEUDONYMS}RSA_NUM:{row.text('ETA_NUM')}")],
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "type": [group] if (group := cells.concept("GRG_GHM", _GHM)) else [],
            "subject": subject,
            "period": period(person),
            "length": _length(cells),
            "diagnosis": [_diagnosis(cells, entry) for entry in found],
            "hospitalization": filled(
                {
                    "admitSource": cells.nomenclature("ENT_PRV", "ENT_PRV"),
                    "dischargeDisposition": cells.nomenclature("SOR_MOD", "SOR_MOD"),
                }
            ),
            "serviceProvider": cells.by_identifier("ETA_NUM", FINESS_SYSTEM),
        }
    )
    for prefix, column, *_ in found:
        yield _condition(cells, subject, prefix=prefix, column=column, order="")


def diagnosis(row: Row, _: Row, subject: dict[str, Any]) -> Iterator[Resource]:
    """The Condition of an associated diagnosis, a row of `T_MCOaaD`."""
    order = row.text("DGN_ASS_NUM") or row.text("ASS_DGN")
    yield _condition(Cells(row), subject, prefix="das", column="ASS_DGN", order=order)


def act(row: Row, person: Row, subject: dict[str, Any]) -> Iterator[Resource]:
    """The Procedure of a row of `T_MCOaaA`, on the day that follows from the entry and the delay."""
    cells = Cells(row)
    parts = ("CDC_ACT", "ACV_ACT", "PHA_ACT", "ENT_DAT_DEL", "RUM_SEQ", "EXT_PMSI")
    yield filled(
        {
            "resourceType": "Procedure",
            "id": id_of("act", *key(cells.row), *cells.key(parts)),
            "meta": cells.meta,
            "status": "completed",
            "code": cells.concept("CDC_ACT", CCAM),
            "subject": subject,
            "encounter": _stay(cells),
            **_day(cells, person),
        }
    )


def key(row: Row) -> tuple[str, ...]:
    """What a row of the PMSI is joined by: the year of its table, the establishment and the number of the stay."""
    return (row.edition, *Cells(row).key(KEY))


def _day(cells: Cells, person: Row) -> dict[str, Any]:
    delay, entry = cells.row.values.get("ENT_DAT_DEL"), period(person).get("start")
    if not isinstance(delay, int) or not entry:
        return {"performedPeriod": period(person)}
    day = date.fromisoformat(entry) + timedelta(days=delay)
    marks = [*cells.mark("ENT_DAT_DEL"), *period(person)["_start"]["extension"]]
    return {"performedDateTime": day.isoformat(), "_performedDateTime": {"extension": marks}}


def _condition(cells: Cells, subject: dict[str, Any], *, prefix: str, column: str, order: str) -> Resource:
    return {
        "resourceType": "Condition",
        "id": id_of(prefix, *key(cells.row), order),
        "meta": cells.meta,
        "category": [{"coding": [{"system": CATEGORIES, "code": "encounter-diagnosis"}]}],
        "code": cells.concept(column, CIM10),
        "subject": subject,
        "encounter": _stay(cells),
    }


def _diagnosis(cells: Cells, entry: tuple[str, str, str, int]) -> dict[str, Any]:
    prefix, _, role, rank = entry
    return {
        "condition": {"reference": f"Condition/{id_of(prefix, *key(cells.row), '')}"},
        "use": {"coding": [{"system": ROLES, "code": role}]},
        "rank": rank,
    }


def period(person: Row) -> dict[str, Any]:
    """The days of entry and exit; of an extract without them the month of exit."""
    cells = Cells(person)
    start = next((c for c in ("ENT_DAT", "EXE_SOI_DTD") if c in person.values), "ENT_DAT")
    end = next((c for c in ("SOR_DAT", "EXE_SOI_DTF") if c in person.values), "SOR_DAT")
    first, last = (person.text(column)[:10] for column in (start, end))
    told = cells.primitive("start", start, value=first)
    if last and last >= first:
        return told | cells.primitive("end", end, value=last)
    if not told and person.text("SOR_ANN"):
        month = "-".join(filter(None, (person.text("SOR_ANN"), person.text("SOR_MOI"))))
        return cells.primitive("end", "SOR_ANN", "SOR_MOI", value=month)
    return told


def _length(cells: Cells) -> dict[str, Any]:
    found = cells.quantity("SEJ_NBJ")
    return {**found, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"} if found else {}


def _stay_id(cells: Cells) -> str:
    return id_of("sej", *key(cells.row))


def _stay(cells: Cells) -> dict[str, str]:
    return {"reference": f"Encounter/{_stay_id(cells)}"}
