"""`seve snds import --to`: from an extract's files to resources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.france.snds import invented

from seve.fhir.codec import decode_json
from seve.france.snds.persons import commune_code
from seve.main.cli import main

SHARED = Path(__file__).parents[4] / ".." / "shared" / "france" / "snds"


def imported(folder: Path, *options: str) -> dict[str, list[dict]]:
    """What an import writes; each line is checked against the structure of its type."""
    main(["snds", "import", str(folder), "--to", str(folder / "out"), *options])
    found: dict[str, list[dict]] = {}
    for file in sorted((folder / "out").iterdir()):
        for line in file.read_bytes().splitlines():
            decode_json(line)
            found.setdefault(file.stem, []).append(json.loads(line))
    return found


def test_beneficiaries_care_and_stays_become_resources_that_point_to_each_other(tmp_path: Path) -> None:
    found = imported(invented.extract(tmp_path))
    assert {type_: len(entries) for type_, entries in found.items()} == {
        "Condition": 3,
        "Encounter": 2,
        "ExplanationOfBenefit": 1,
        "MedicationDispense": 1,
        "Patient": 4,
        "Procedure": 2,
    }
    anne = found["Patient"][0]
    assert (anne["gender"], anne["birthDate"]) == ("female", "1950-04")
    assert "deceasedDateTime" not in anne  # 1600 says that no death is known
    assert anne["address"][0]["extension"][0]["valueCoding"]["code"] == "75056"
    assert anne["identifier"][0]["system"] == "urn:seve:snds:BEN_NIR_PSA"
    assert anne["identifier"][0]["value"] == invented.ANNE
    [dispense] = found["MedicationDispense"]
    assert dispense["subject"] == {"reference": f"Patient/{anne['id']}"}
    assert (dispense["whenHandedOver"], dispense["quantity"]["value"]) == ("2025-02-03", 2)
    assert dispense["medicationCodeableConcept"]["coding"][0]["code"] == "3400930000011"
    [claim] = found["ExplanationOfBenefit"]
    assert claim["item"][0]["net"]["value"] == 12.5
    biology, act = found["Procedure"]
    assert biology["code"]["coding"][0]["system"] == "urn:oid:1.2.250.1.213.2.7"
    assert (act["code"]["coding"][0]["code"], act["performedDateTime"]) == ("DEQP003", "2025-02-04")
    stay = found["Encounter"][0]
    assert (stay["period"]["start"], stay["period"]["end"], stay["length"]["value"]) == ("2025-02-03", "2025-02-07", 4)
    assert stay["serviceProvider"]["identifier"]["value"] == "2A0000014"
    main_diagnosis, _, associated = found["Condition"]
    assert main_diagnosis["code"]["coding"][0] | {"extension": 0} == {
        "extension": 0,
        "system": "http://hl7.org/fhir/sid/icd-10",
        "code": "E11.20",
    }
    assert stay["diagnosis"][0]["condition"]["reference"] == f"Condition/{main_diagnosis['id']}"
    assert associated["encounter"]["reference"] == f"Encounter/{stay['id']}"


def test_values_tell_the_table_and_column_they_come_from(tmp_path: Path) -> None:
    found = imported(invented.extract(tmp_path))
    [dispense] = found["MedicationDispense"]
    assert dispense["meta"]["source"] == "urn:seve:snds:ER_PHA_F"
    code = dispense["medicationCodeableConcept"]["coding"][0]["extension"]
    assert code == [{"url": "urn:seve:snds:column", "valueString": "ER_PHA_F.PHA_PRS_C13"}]
    assert dispense["_whenHandedOver"]["extension"][0]["valueString"] == "ER_PRS_F.EXE_SOI_DTD"


def test_a_stay_of_a_twin_names_the_pseudonym_and_no_one_of_the_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = imported(invented.extract(tmp_path))
    assert "reference" in found["Encounter"][0]["subject"]
    assert found["Encounter"][1]["subject"] == {
        "identifier": {"system": "urn:seve:snds:BEN_NIR_PSA", "value": invented.TWINS}
    }
    assert "twins" in capsys.readouterr().out


def test_a_detail_whose_key_leads_nowhere_is_refused_and_a_negative_one_cancels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    invented.extract(tmp_path)
    first = invented.CARE_KEY | {"PHA_PRS_C13": "3400930000011", "PHA_ACT_QSN": "-2", "PHA_ORD_NUM": "1"}
    (tmp_path / "ER_PHA_F_2025.csv").write_text(invented.table(first, first | {"PRS_ORD_NUM": "9"}))
    [dispense] = imported(tmp_path)["MedicationDispense"]
    assert (dispense["status"], dispense["quantity"]["value"]) == ("cancelled", -2)
    assert "refused ER_PHA_F_2025.csv: ER_PHA_F, line 3: ER_PRS_F has no row with its key" in capsys.readouterr().err
    assert main(["snds", "import", str(tmp_path), "--to", str(tmp_path / "again")]) == 1


def test_the_same_rows_give_the_same_ids_and_another_year_another_stay(tmp_path: Path) -> None:
    first = imported(invented.extract(tmp_path / "a"))
    assert imported(invented.extract(tmp_path / "b")) == first
    other = invented.extract(tmp_path / "c")
    for name in "ABCD":
        (other / f"T_MCO25{name}.csv").rename(other / f"T_MCO24{name}.csv")
    ids = {entry["id"] for entry in first["Encounter"]}
    assert ids.isdisjoint(entry["id"] for entry in imported(other)["Encounter"])


def test_a_table_without_its_schema_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (invented.extract(tmp_path) / "schemas" / "ER_PHA_F.json").unlink()
    assert main(["snds", "import", str(tmp_path), "--to", str(tmp_path / "out")]) == 1
    assert "no schema for ER_PHA_F" in capsys.readouterr().err


def test_communes_have_the_code_of_the_insee() -> None:
    assert commune_code("075", "056") == "75056"
    assert commune_code("02A", "004") == "2A004"
    assert commune_code("974", "411") == "97411"
    assert commune_code("099", "") == ""


def test_the_published_synthetic_rows_are_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not SHARED.exists():
        pytest.skip("../shared/france/snds is not here")
    (tmp_path / "in").symlink_to((SHARED / "synthetic").resolve())
    options = ("--schemas", str(SHARED / "schemas"), "--to", str(tmp_path / "out"))
    assert main(["snds", "import", str(tmp_path / "in"), *options]) == 1
    shown = capsys.readouterr()
    assert shown.err.count("T_MCOaaC has no row with its key") == 3  # their keys were drawn independently
    assert "T_MCOaaB: 10 rows read, 3 refused" in shown.out
    lines = [line for file in (tmp_path / "out").iterdir() for line in file.read_bytes().splitlines()]
    assert "T_SSRaaC: 5 rows read, 5 refused" in shown.out  # half of the synthetic rows have no key
    assert "T_HADaaB: 9 rows read, 3 refused" in shown.out
    assert len(lines) == 283
    assert sum(b'"resourceType":"SupplyDelivery"' in line for line in lines) == 10
    for line in lines:
        decode_json(line)
