"""A small invented extract: three persons (two of them twins), one dispensation, one act of biology, one stay."""

from __future__ import annotations

import json
from pathlib import Path

CARE_KEY = {
    "DCT_ORD_NUM": "7",
    "FLX_DIS_DTD": "2025-03-01",
    "FLX_EMT_NUM": "3",
    "FLX_EMT_ORD": "1",
    "FLX_EMT_TYP": "2",
    "FLX_TRT_DTD": "2025-02-10",
    "ORG_CLE_NUM": "01C751",
    "PRS_ORD_NUM": "1",
    "REM_TYP_AFF": "0",
}
_KEY_FIELDS = list(CARE_KEY)
ANNE, TWINS, GUEST = "AAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBB", "CCCCCCCCCCCCCCCCC"


def field(name: str, type_: str = "string", format_: str = "default", **constraints: object) -> dict[str, object]:
    return {"name": name, "type": type_, "format": format_} | ({"constraints": constraints} if constraints else {})


def schema(name: str, *fields: dict[str, object], primary: list[str] = [], foreign: list[str] = []) -> dict:  # noqa: B006
    return {
        "name": name,
        "title": name,
        "fields": list(fields),
        "primaryKey": primary,
        "foreignKeys": [{"fields": foreign}] if foreign else [],
        "missingValues": [""],
    }


_CARE = [field(name, "date" if name.endswith("DTD") else "integer") for name in _KEY_FIELDS]
_STAY = [field("ETA_NUM", "integer", minimum=100000000), field("RSA_NUM", "integer")]
SCHEMAS = [
    schema(
        "IR_BEN_R",
        field("BEN_NIR_PSA", minLength=17),
        field("BEN_RNG_GEM", "integer"),
        field("BEN_IDT_ANO"),
        field("BEN_NAI_ANN", "year"),
        field("BEN_NAI_MOI", "date", "%m"),
        field("BEN_SEX_COD", "integer"),
        field("BEN_DCD_DTE", "date"),
        field("BEN_RES_DPT"),
        field("BEN_RES_COM"),
        primary=["BEN_NIR_PSA", "BEN_RNG_GEM"],
    ),
    schema(
        "ER_PRS_F",
        *_CARE,
        field("BEN_NIR_PSA"),
        field("BEN_RNG_GEM", "integer"),
        field("BEN_SEX_COD", "integer"),
        field("BSE_PRS_NAT", "integer"),
        field("EXE_SOI_DTD", "date"),
        field("EXE_SOI_DTF", "date"),
        field("PRS_ACT_QTE", "number", minimum=0, maximum=1000),
        field("PRS_PAI_MNT", "number"),
        field("PFS_EXE_NUM"),
        field("UNUSED", "boolean"),
        primary=_KEY_FIELDS,
        foreign=["BEN_NIR_PSA", "BEN_RNG_GEM"],
    ),
    schema(
        "ER_PHA_F",
        *_CARE,
        field("PHA_PRS_C13", "integer"),
        field("PHA_ACT_QSN", "integer"),
        field("PHA_ORD_NUM", "integer"),
        foreign=_KEY_FIELDS,
    ),
    schema("ER_BIO_F", *_CARE, field("BIO_PRS_IDE", "integer"), field("BIO_ORD_NUM", "integer"), foreign=_KEY_FIELDS),
    schema(
        "T_MCOaaC",
        *_STAY,
        field("NIR_ANO_17"),
        field("ENT_DAT", "date", "%d%m%Y"),
        field("SOR_DAT", "date", "%d%m%Y"),
        primary=["ETA_NUM", "RSA_NUM"],
    ),
    schema(
        "T_MCOaaB",
        *_STAY,
        field("DGN_PAL"),
        field("GRG_GHM"),
        field("SEJ_NBJ", "integer"),
        primary=["ETA_NUM", "RSA_NUM"],
    ),
    schema("T_MCOaaD", *_STAY, field("ASS_DGN"), field("DGN_ASS_NUM", "integer"), foreign=["ETA_NUM", "RSA_NUM"]),
    schema("T_MCOaaA", *_STAY, field("CDC_ACT"), field("ENT_DAT_DEL", "integer"), foreign=["ETA_NUM", "RSA_NUM"]),
]


def table(*rows: dict[str, str]) -> str:
    """CSV with the columns of the first row."""
    return "".join(",".join(row.get(name, "") for name in rows[0]) + "\n" for row in ({n: n for n in rows[0]}, *rows))


def person(pseudonym: str, rank: str, **more: str) -> dict[str, str]:
    return {
        "BEN_NIR_PSA": pseudonym,
        "BEN_RNG_GEM": rank,
        "BEN_IDT_ANO": f"ID{pseudonym[:3]}{rank}",
        "BEN_NAI_ANN": "1950",
        "BEN_NAI_MOI": "4",
        "BEN_SEX_COD": "2",
        "BEN_DCD_DTE": "1600-01-01",
        "BEN_RES_DPT": "075",
        "BEN_RES_COM": "056",
    } | more


def care(pseudonym: str = ANNE, **more: str) -> dict[str, str]:
    told = {"BEN_NIR_PSA": pseudonym, "BEN_RNG_GEM": "1", "BEN_SEX_COD": "2", "BSE_PRS_NAT": "3313"}
    when = {"EXE_SOI_DTD": "2025-02-03", "EXE_SOI_DTF": "2025-02-03"}
    rest = {"PRS_ACT_QTE": "2", "PRS_PAI_MNT": "12.50", "PFS_EXE_NUM": "751111111", "UNUSED": "no boolean"}
    return CARE_KEY | told | when | rest | more


STAY = {"ETA_NUM": "2A0000014", "RSA_NUM": "0000000042"}


def extract(folder: Path) -> Path:
    """The extract on disk, its schemas in `schemas`."""
    (folder / "schemas").mkdir(parents=True)
    for told in SCHEMAS:
        (folder / "schemas" / f"{told['name']}.json").write_text(json.dumps(told), encoding="utf-8")
    files = {
        "IR_BEN_R": table(person(ANNE, "1"), person(TWINS, "1"), person(TWINS, "2")),
        "ER_PRS_F_2025": table(care()),
        "ER_PHA_F_2025": table(CARE_KEY | {"PHA_PRS_C13": "3400930000011", "PHA_ACT_QSN": "2", "PHA_ORD_NUM": "1"}),
        "ER_BIO_F_2025": table(CARE_KEY | {"BIO_PRS_IDE": "1577", "BIO_ORD_NUM": "1"}),
        "T_MCO25C": table(
            STAY | {"NIR_ANO_17": GUEST, "ENT_DAT": "03022025", "SOR_DAT": "07022025"},
            STAY | {"RSA_NUM": "43", "NIR_ANO_17": TWINS, "ENT_DAT": "03022025", "SOR_DAT": "07022025"},
        ),
        "T_MCO25B": table(
            STAY | {"DGN_PAL": "E1120", "GRG_GHM": "10M02T", "SEJ_NBJ": "4"},
            STAY | {"RSA_NUM": "43", "DGN_PAL": "I10", "GRG_GHM": "05M092", "SEJ_NBJ": "4"},
        ),
        "T_MCO25D": table(STAY | {"ASS_DGN": "N083", "DGN_ASS_NUM": "1"}),
        "T_MCO25A": table(STAY | {"CDC_ACT": "DEQP003", "ENT_DAT_DEL": "1"}),
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
