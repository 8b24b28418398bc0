"""The OMOP CDM from FHIR: columns, types, concepts by vocabulary files, what is left out and what is counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.lake import world

from seve.fhir.codec.json import parse
from seve.lake import Problem, Resources
from seve.lake.omop.making import Maker, number
from seve.lake.omop.moments import moment
from seve.lake.omop.tables import TABLES, schema
from seve.lake.omop.vocabulary import Vocabulary, VocabularyUnreadable
from seve.lake.omop.writing import write

CONCEPTS = """\
concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code
9001\tFEMALE\tGender\tGender\tGender\tS\tF
9002\tInpatient\tVisit\tVisit\tVisit\tS\tIP
9003\tDiabète de type 2\tCondition\tCIM10\tICD\t\tE11.9
9004\tType 2 diabetes\tCondition\tSNOMED\tFinding\tS\t44054006
9005\tHbA1c\tMeasurement\tLOINC\tLab\tS\t4548-4
9006\tpercent\tUnit\tUCUM\tUnit\tS\t%
9007\tNever smoked\tObservation\tSNOMED\tFinding\tS\t266919005
"""
MAPS = "concept_id_1\tconcept_id_2\trelationship_id\tinvalid_reason\n9003\t9004\tMaps to\t\n9003\t9001\tMaps to\tD\n"
PERSON = number("Patient/anne")


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    (tmp_path / "CONCEPT.csv").write_text(CONCEPTS, encoding="utf-8")
    (tmp_path / "CONCEPT_RELATIONSHIP.csv").write_text(MAPS, encoding="utf-8")
    return Vocabulary.read(tmp_path)


def made(
    folder: Path, maker: Maker, resources: Iterable[dict[str, Any]] = world.WORLD
) -> dict[str, list[dict[str, Any]]]:
    refused: list[Problem] = []
    held = [parse(json.dumps(resource).encode()) for resource in resources]
    write(
        folder,
        lambda type_: Resources([resource for resource in held if resource["resourceType"] == type_]),
        maker=maker,
        tell=lambda rows: None,
        refuse=refused.append,
    )
    assert refused == []
    return {table: pq.read_table(folder / f"{table}.parquet").to_pylist() for table in TABLES}


def pick(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix) and value is not None
    }


def test_each_table_has_the_columns_of_the_cdm_in_its_order(tmp_path: Path) -> None:
    made(tmp_path, Maker(Vocabulary()))
    for table in TABLES:
        assert pq.read_schema(tmp_path / f"{table}.parquet").equals(schema(table))
    assert [len(columns) for columns in TABLES.values()] == [18, 17, 16, 23, 16, 23, 21, 7]


def test_codes_become_standard_concepts_and_keep_their_source(tmp_path: Path, vocabulary: Vocabulary) -> None:
    found = made(tmp_path / "cdm", Maker(vocabulary))
    [person] = found["person"]
    assert (person["person_id"], person["gender_concept_id"], person["gender_source_value"]) == (PERSON, 9001, "female")
    assert (person["year_of_birth"], person["month_of_birth"], person["day_of_birth"]) == (1950, 4, None)
    [visit] = found["visit_occurrence"]
    assert (visit["visit_concept_id"], visit["visit_source_value"]) == (9002, "IMP")
    assert visit["visit_start_datetime"] == datetime.fromisoformat("2026-01-10T07:00")  # in UTC
    assert (visit["visit_start_date"], visit["visit_end_date"]) == (date(2026, 1, 10), date(2026, 1, 12))
    [condition] = found["condition_occurrence"]
    assert pick(condition, "condition_") == {
        "occurrence_id": number("Condition/diabetes"),
        "concept_id": 9004,
        "source_concept_id": 9003,
        "source_value": "E11.9",
        "start_date": date(2010, 1, 1),
        "type_concept_id": 32817,
        "status_concept_id": 0,
        "status_source_value": "active",
    }
    assert condition["visit_occurrence_id"] == visit["visit_occurrence_id"]
    [death] = found["death"]
    assert (death["person_id"], death["death_date"]) == (PERSON, date(2026, 2, 3))


def test_numbers_and_their_components_are_measurements_and_the_rest_observations(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    found = made(tmp_path / "cdm", Maker(vocabulary))
    hba1c, systolic, diastolic, side = found["measurement"]
    assert (hba1c["measurement_concept_id"], hba1c["value_as_number"], hba1c["unit_concept_id"]) == (9005, 8.5, 9006)
    assert (hba1c["operator_concept_id"], hba1c["measurement_time"], hba1c["range_high"]) == (4172704, "08:30:00", 6.0)
    assert [row["measurement_source_value"] for row in (systolic, diastolic, side)] == ["8480-6", "8462-4", "8357-6"]
    assert len({row["measurement_id"] for row in found["measurement"]}) == 4
    [smoking] = found["observation"]
    assert (smoking["value_as_concept_id"], smoking["observation_date"]) == (9007, date(2026, 1, 1))


def test_drugs_come_from_prescriptions_dispenses_administrations_and_statements(tmp_path: Path) -> None:
    found = made(tmp_path, Maker(Vocabulary()))
    kinds = {row["drug_type_concept_id"]: row for row in found["drug_exposure"]}
    assert set(kinds) == {32838, 32825, 32818, 32865}
    dispensed = kinds[32825]
    assert (dispensed["quantity"], dispensed["days_supply"]) == (60.0, 30)
    assert dispensed["drug_exposure_end_date"] == date(2026, 2, 11)  # 30 days from the 13th of January
    assert dispensed["verbatim_end_date"] is None
    assert kinds[32838]["sig"] == "1 matin et soir"


def test_what_has_no_concept_is_0_and_counted_by_column_and_code(tmp_path: Path, vocabulary: Vocabulary) -> None:
    found = made(tmp_path / "cdm", Maker(vocabulary))
    [procedure] = found["procedure_occurrence"]
    assert (procedure["procedure_concept_id"], procedure["procedure_source_value"]) == (0, "DEQP003")
    ccam = "https://smt.esante.gouv.fr/terminologie-ccam"
    assert vocabulary.unmapped["procedure_concept_id", ccam, "DEQP003"] == 1
    assert vocabulary.unmapped["drug_concept_id", world.CIP, "3400930000011"] == 4


def test_rows_that_lack_what_the_cdm_needs_are_left_out_and_counted(tmp_path: Path) -> None:
    maker = Maker(Vocabulary())
    nobody = {key: value for key, value in world.DIABETES.items() if key != "subject"}
    timeless = {key: value for key, value in world.PROCEDURE.items() if key != "performedDateTime"}
    dead = world.ANNE | {"deceasedBoolean": True}
    del dead["deceasedDateTime"]
    found = made(tmp_path, maker, [nobody, timeless, dead])
    assert found["condition_occurrence"] == found["procedure_occurrence"] == found["death"] == []
    assert maker.report.left_out == {
        ("condition_occurrence", "person_id"): 1,
        ("procedure_occurrence", "procedure_date"): 1,
        ("death", "death_date"): 1,
    }
    assert maker.report.rounded == {"condition_occurrence": 1}  # 2010 stands for its first day


def test_a_vocabulary_without_its_files_or_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyUnreadable, match=r"CONCEPT\.csv"):
        Vocabulary.read(tmp_path)
    (tmp_path / "CONCEPT.csv").write_text("concept_id\tconcept_code\n")
    with pytest.raises(VocabularyUnreadable, match="vocabulary_id"):
        Vocabulary.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "day", "is_whole"),
    [("2026", date(2026, 1, 1), False), ("2026-05", date(2026, 5, 1), False), ("2026-05-07", date(2026, 5, 7), True)],
)
def test_a_day_that_is_not_known_is_the_first(text: str, day: date, is_whole: bool) -> None:
    found = moment(text)
    assert found is not None
    assert (found.day, found.time, found.is_whole) == (day, None, is_whole)


def test_what_is_no_date_is_none() -> None:
    assert moment("2026-02-30") is None
    assert moment("") is None


def test_a_resource_that_does_not_fit_its_view_is_told_and_left_out(tmp_path: Path) -> None:
    maker, told = Maker(Vocabulary()), []
    two = world.ANNE | {"gender": ["male", "female"]}
    write(
        tmp_path,
        lambda type_: Resources([two] if type_ == "Patient" else []),
        maker=maker,
        tell=lambda _: None,
        refuse=told.append,
    )
    assert maker.report.refused["person"] == 1
    assert ("Patient/anne", "gender") in {(problem.resource, problem.column) for problem in told}
