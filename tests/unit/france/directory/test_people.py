"""The RPPS files: persons, activities, structures."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.fhir.validation.profiles.test_packages import COMBINED, FR_CORE, errors, validator
from tests.unit.france.directory import invented

from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator
from seve.france.directory import structures
from seve.france.directory.people import Person, identity_of, issues, practitioner, read_header, roles
from seve.france.directory.tables import ColumnMissing, LineUnreadable, NotUtf8, ValueMissing
from seve.france.pro_sante_connect import read_userinfo


def person(national: str = "899700000012", *files: bytes) -> Person:
    found: Person | None = None
    for file in files or (invented.ACTIVITIES, invented.KNOW_HOWS, invented.DEGREES):
        first, *lines = file.splitlines(keepends=True)
        kind, header = read_header(first)
        for number, line in enumerate(lines, start=2):
            row = header.row(line, number=number)
            if identity_of(row).packed == national:
                found = found or Person(identity_of(row))
                found.add(kind, row)
    assert found
    return found


def made() -> list[dict[str, Any]]:
    anne = person()
    organizations = [structures.organization(row) for row in anne.activities]
    return [practitioner(anne), *roles(anne), *(o for o in organizations if o)]


def test_the_three_files_make_one_practitioner() -> None:
    found = practitioner(person())
    assert found["id"] == "ps-899700000012"
    assert [i["value"] for i in found["identifier"]] == ["899700000012", "99700000012"]
    assert found["name"] == [
        {"use": "usual", "family": "D'ARMOR-LE BRAS", "given": ["ANNE"], "prefix": ["MME"], "suffix": ["DR"]}
    ]
    codes = [[c["code"] for c in q["code"]["coding"]] for q in found["qualification"]]
    assert codes == [["C", "10"], ["S", "SM54"], ["DE", "DE28"], ["DU"]]
    assert found["qualification"][3]["code"]["text"] == "DU d'essai"


def test_each_activity_is_a_role_at_its_structure() -> None:
    office, hospital = roles(person())
    assert (
        office["practitioner"]["reference"] == hospital["practitioner"]["reference"] == "Practitioner/ps-899700000012"
    )
    assert office["organization"]["reference"] == "Organization/siret-99900000100012"
    assert hospital["organization"]["reference"] == "Organization/finess-2A0000154"
    assert [c["coding"][0]["code"] for c in hospital["code"]] == ["10", "S", "FON-05"]
    assert office["specialty"][0]["coding"][0]["code"] == "SM54"
    assert office["telecom"] == [{"system": "phone", "value": "0499990001", "use": "work"}]


def test_a_psychologist_with_an_adeli_number_and_no_structure_has_a_role_too() -> None:
    paul = person("0999912345", invented.ACTIVITIES)
    [role] = roles(paul)
    assert "organization" not in role
    assert practitioner(paul)["identifier"][0]["value"] == "0999912345"
    assert structures.organization(paul.activities[0]) is None


def test_lines_that_differ_in_know_how_alone_are_one_activity() -> None:
    row = invented.ANNE | invented.OFFICE | {"Code type savoir-faire": "S"}
    file = invented.table(
        invented.ACTIVITY_COLUMNS, row | {"Code savoir-faire": "SM54"}, row | {"Code savoir-faire": "SM26"}
    )
    [role] = roles(person("899700000012", file))
    assert [s["coding"][0]["code"] for s in role["specialty"]] == ["SM54", "SM26"]


def test_the_id_of_an_activity_stays_when_its_address_changes_and_not_when_its_mode_does() -> None:
    def id_of(**changed: str) -> str:
        file = invented.table(invented.ACTIVITY_COLUMNS, invented.ANNE | invented.OFFICE | changed)
        [role] = roles(person("899700000012", file))
        return role["id"]

    assert id_of() == id_of(**{"Libellé Voie (coord. structure)": "AILLEURS", "Raison sociale site": "AUTRE NOM"})
    assert id_of() != id_of(**{"Code mode exercice": "S"})


def test_pro_sante_connect_names_the_same_activity() -> None:
    claims = {
        "sub": "x",
        "SubjectNameID": "899700000012",
        "SubjectRefPro": {
            "exercices": [
                {
                    "codeProfession": "10",
                    "codeCategorieProfessionnelle": "C",
                    "activities": [{"codeModeExercice": "S", "codeRole": "FON-05", "numeroFinessSite": "2A0000154"}],
                }
            ]
        },
    }
    user = read_userinfo(claims)
    _, hospital = roles(person())
    assert user.role_id(user.activities[0]) == hospital["id"]
    assert user.practitioner_id == "ps-899700000012"


def test_columns_are_found_by_name_in_any_order_and_spelling() -> None:
    columns = ["Prénom d'exercice", "Nom d'exercice", "N° SIRET site", "Identifiant technique de la structure"]
    columns += ["Une colonne de plus", "Code profession", "IDENTIFICATION NATIONALE PP"]
    row = invented.ANNE | {"N° SIRET site": "99900000100012", "IDENTIFICATION NATIONALE PP": "899700000012"}
    found = person("899700000012", invented.table(columns, row))
    assert next(roles(found))["organization"]["reference"] == "Organization/siret-99900000100012"


def test_a_column_that_is_needed_is_missed_by_name() -> None:
    with pytest.raises(ColumnMissing) as refused:
        read_header(b"Identification nationale PP|Nom d'exercice|Code profession\n")
    assert refused.value.fields["column"] == "given"


@pytest.mark.parametrize(
    ("line", "refusal"),
    [(b"8|1|2|3\n", LineUnreadable), (b"", LineUnreadable), ("é".encode("latin-1"), NotUtf8)],
)
def test_a_line_of_another_width_or_encoding_is_refused_with_its_number(
    line: bytes, refusal: type[LineUnreadable]
) -> None:
    _, header = read_header(invented.ACTIVITIES.splitlines()[0])
    with pytest.raises(refusal) as refused:
        header.row(line, number=42)
    assert refused.value.fields["line"] == 42
    assert "42" in str(refused.value)


def test_a_line_about_nobody_is_refused() -> None:
    _, header = read_header(invented.ACTIVITIES.splitlines()[0])
    row = header.row(b"|" * len(invented.ACTIVITY_COLUMNS), number=7)
    with pytest.raises(ValueMissing):
        identity_of(row)


def test_a_wrong_number_is_a_doubt_and_keeps_nobody_out() -> None:
    assert [i.severity for i in issues(person())] == ["warning"]


def test_all_of_it_is_valid_r4() -> None:
    by = Validator(core())
    assert {r["id"]: found for r in made() if (found := errors(r, by))} == {}


def test_all_of_it_obeys_fr_core() -> None:
    by = validator(COMBINED, FR_CORE)
    assert {r["id"]: found for r in made() if (found := errors(r, by))} == {}
