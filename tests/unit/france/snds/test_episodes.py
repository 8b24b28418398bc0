"""Rehabilitation, hospital at home and products of the LPP: from an extract's files to resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.france.snds import invented
from tests.unit.france.snds.invented import field, schema, table
from tests.unit.france.snds.test_import import imported

SSR = {"ETA_NUM": "2A0000014", "RHA_NUM": "77"}
HAD = {"ETA_NUM_EPMSI": "750000018", "RHAD_NUM": "5"}


def _schemas() -> list[dict[str, Any]]:
    ssr, had = [field(name) for name in SSR], [field(name) for name in HAD]
    dates = [field("NIR_ANO_17"), field("ENT_DAT", "date", "%d%m%Y"), field("SOR_DAT", "date", "%d%m%Y")]
    sequence = [field("SEQ_NUM"), field("SSEQ_NUM")]
    product = [field("TIP_PRS_IDE", "integer"), field("TIP_ACT_QSN", "integer"), field("TIP_ORD_NUM", "integer")]
    rent = [field("TIP_ACL_DTD", "date"), field("TIP_ACL_DTF", "date")]
    care = [field(name, "date" if name.endswith("DTD") else "integer") for name in invented.CARE_KEY]
    return [
        schema("ER_TIP_F", *care, *product, *rent, foreign=list(invented.CARE_KEY)),
        schema("T_SSRaaC", *ssr, *dates, primary=list(SSR)),
        schema("T_SSRaaB", *ssr, field("RHS_NUM"), field("MOR_PRP"), field("ETL_AFF"), field("GRG_GME")),
        schema("T_SSRaaD", *ssr, field("RHS_NUM"), field("DGN_COD")),
        schema("T_SSRaaCSARR", *ssr, field("RHS_NUM"), field("CSARR_COD")),
        schema("T_HADaaC", *had, *dates, primary=list(HAD)),
        schema("T_HADaaB", *had, *sequence, field("DGN_PAL"), field("PEC_PAL")),
        schema("T_HADaaA", *had, *sequence, field("CCAM_COD")),
    ]


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    invented.extract(tmp_path)
    for told in _schemas():
        (tmp_path / "schemas" / f"{told['name']}.json").write_text(json.dumps(told), encoding="utf-8")
    who = {"NIR_ANO_17": invented.ANNE, "ENT_DAT": "03022025", "SOR_DAT": "03032025"}
    files = {
        "T_SSR25C": table(SSR | who),
        "T_SSR25B": table(
            SSR | {"RHS_NUM": "1", "MOR_PRP": "Z501", "ETL_AFF": "I693", "GRG_GME": "0147A1"},
            SSR | {"RHS_NUM": "2", "MOR_PRP": "Z501", "ETL_AFF": "", "GRG_GME": "0147A1"},
        ),
        "T_SSR25D": table(SSR | {"RHS_NUM": "1", "DGN_COD": "I10"}),
        "T_SSR25CSARR": table(SSR | {"RHS_NUM": "1", "CSARR_COD": "NKR+013"}),
        "T_HAD25C": table(HAD | who | {"NIR_ANO_17": invented.GUEST}),
        "T_HAD25B": table(HAD | {"SEQ_NUM": "1", "SSEQ_NUM": "1", "DGN_PAL": "C509", "PEC_PAL": "05"}),
        "T_HAD25A": table(HAD | {"SEQ_NUM": "1", "SSEQ_NUM": "1", "CCAM_COD": "EBLA003"}),
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def only(found: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    return [resource for resource in found if resource["id"].startswith(f"snds-{prefix}-")]


def code(resource: dict[str, Any]) -> str:
    return resource["code"]["coding"][0]["code"]


def test_a_stay_of_rehabilitation_has_its_weeks_diagnoses_and_acts(extract: Path) -> None:
    found = imported(extract)
    part = only(found["Encounter"], "ssr-part")
    [stay] = [e for e in only(found["Encounter"], "ssr") if e not in part]
    anne = found["Patient"][0]
    assert stay["subject"] == {"reference": f"Patient/{anne['id']}"}
    assert (stay["class"]["code"], stay["period"]["start"], stay["period"]["end"]) == (
        "IMP",
        "2025-02-03",
        "2025-03-03",
    )
    assert [week["partOf"]["reference"] for week in part] == [f"Encounter/{stay['id']}"] * 2
    assert part[0]["type"][0]["coding"][0]["code"] == "0147A1"
    of_week = {f"Condition/{c['id']}": code(c) for c in only(found["Condition"], "ssr-dg")}
    roles = [(of_week[d["condition"]["reference"]], d["use"]["coding"][0]["code"]) for d in part[0]["diagnosis"]]
    assert roles == [("Z50.1", "CC"), ("I69.3", "CM")]
    assert len(part[1]["diagnosis"]) == 1
    [associated] = only(found["Condition"], "ssr-das")
    assert (code(associated), associated["encounter"]["reference"]) == ("I10", f"Encounter/{stay['id']}")
    [act] = only(found["Procedure"], "ssr-act")
    assert (code(act), act["performedPeriod"]["start"]) == ("NKR+013", "2025-02-03")


def test_a_stay_at_home_is_one_and_its_person_is_known_by_the_pseudonym_alone(extract: Path) -> None:
    found = imported(extract)
    [part] = only(found["Encounter"], "had-part")
    [stay] = [e for e in only(found["Encounter"], "had") if e != part]
    assert (stay["class"]["code"], stay["serviceProvider"]["identifier"]["value"]) == ("HH", "750000018")
    assert part["type"][0]["coding"][0]["system"] == "urn:seve:snds:nomenclature:HAD_MPC"
    assert [code(c) for c in only(found["Condition"], "had-dg")] == ["C50.9"]
    [act] = only(found["Procedure"], "had-act")
    guests = [p for p in found["Patient"] if p["identifier"][0]["value"] == invented.GUEST]
    assert [act["subject"], stay["subject"]] == [{"reference": f"Patient/{guests[0]['id']}"}] * 2


def test_a_row_of_a_stay_that_nobody_has_is_refused_with_the_table_that_lacks_it(
    extract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (extract / "T_HAD25A.csv").write_text(table(HAD | {"RHAD_NUM": "6", "CCAM_COD": "EBLA003"}))
    assert not only(imported(extract).get("Procedure", []), "had-act")
    assert "T_HADaaA, line 2: T_HADaaC has no row with its key" in capsys.readouterr().err


def test_a_product_of_the_lpp_is_delivered_and_a_negative_one_is_not(extract: Path) -> None:
    first = invented.CARE_KEY | {"TIP_PRS_IDE": "1158398", "TIP_ACT_QSN": "30", "TIP_ORD_NUM": "1"}
    rented = first | {"TIP_ACL_DTD": "2025-02-01", "TIP_ACL_DTF": "2025-02-28"}
    cancelled = first | {"TIP_ACT_QSN": "-30", "TIP_ORD_NUM": "2", "TIP_ACL_DTD": "", "TIP_ACL_DTF": ""}
    (extract / "ER_TIP_F_2025.csv").write_text(table(rented, cancelled))
    found = imported(extract)
    one, other = found["SupplyDelivery"]
    assert one["patient"] == {"reference": f"Patient/{found['Patient'][0]['id']}"}
    assert one["suppliedItem"]["itemCodeableConcept"]["coding"][0]["code"] == "1158398"
    assert (one["status"], one["suppliedItem"]["quantity"]["value"]) == ("completed", 30)
    assert (one["occurrencePeriod"]["start"], one["occurrencePeriod"]["end"]) == ("2025-02-01", "2025-02-28")
    assert (other["status"], other["occurrencePeriod"]["start"]) == ("abandoned", "2025-02-03")
