"""Schemas and rows of the SNDS."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.france.snds import invented

from seve.france.snds.rows import HeaderUnknown, Reader, RowRefused
from seve.france.snds.schemas import SchemaUnreadable, edition, schema_name, table

FIELDS = (
    invented.field("KEY", "integer"),
    invented.field("WHOLE", "integer", minimum=0, maximum=10),
    invented.field("NUMBER", "number"),
    invented.field("FLAG", "boolean"),
    invented.field("DAY", "date"),
    invented.field("GERMAN", "date", "%d%m%Y"),
    invented.field("MONTH", "date", "%m"),
    invented.field("TIME", "datetime", "%d%b%Y:%H:%M:%S"),
    invented.field("YEAR", "year"),
    invented.field("PERIOD", "yearmonth"),
)
TABLE = table(invented.schema("T", *FIELDS, primary=["KEY"]), name="T.json")
GOOD = {
    "KEY": "010",
    "WHOLE": "7",
    "NUMBER": "1,5",
    "FLAG": "1",
    "DAY": "2025-02-28",
    "GERMAN": "28022025",
    "MONTH": "2",
    "TIME": "28Feb2025:10:11:12",
    "YEAR": "2025",
    "PERIOD": "202502",
}


def read(text: str, **told) -> tuple[list, list[RowRefused], Reader]:
    refused: list[RowRefused] = []
    reader = Reader(TABLE, **told)
    return list(reader.rows(text.splitlines(keepends=True), refuse=refused.append)), refused, reader


def test_each_type_is_read_and_the_numbers_of_keys_keep_their_zeros() -> None:
    [row], refused, _ = read(invented.table(GOOD).replace("1,5", "1.5"))
    assert refused == []
    assert row.values == {
        "KEY": "010",
        "WHOLE": 7,
        "NUMBER": Decimal("1.5"),
        "FLAG": True,
        "DAY": "2025-02-28",
        "GERMAN": "2025-02-28",
        "MONTH": "02",
        "TIME": "2025-02-28T10:11:12Z",
        "YEAR": "2025",
        "PERIOD": "2025-02",
    }


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("WHOLE", "7.5", "not a whole number"),
        ("NUMBER", "NaN", "not a number"),
        ("FLAG", "yes", "neither 0 nor 1"),
        ("DAY", "2025-02-30", "not a date"),
        ("GERMAN", "30022025", "not a date"),
        ("MONTH", "13", "not a month"),
        ("TIME", "soon", "not a date with a time"),
        ("YEAR", "25", "not a year"),
        ("PERIOD", "202513", "not a year with a month"),
    ],
)
def test_a_value_of_another_type_refuses_its_row_alone_with_table_line_and_column(
    column: str, value: str, reason: str
) -> None:
    good = GOOD | {"NUMBER": "1.5"}
    rows, [refused], _ = read(invented.table(good, good | {column: value}, good))
    assert [row.line for row in rows] == [2, 4]
    assert (refused.fields["table"], refused.fields["line"], refused.fields["column"]) == ("T", 3, column)
    assert str(refused).startswith(f"T, line 3, {column}: ")
    assert reason in str(refused)


def test_a_line_with_too_few_fields_and_one_that_is_not_utf_8_are_refused() -> None:
    text = "KEY;YEAR\n1;2025\n2\n\udcff;2025\n"
    rows, refused, _ = read(text)
    assert [row.text("KEY") for row in rows] == ["1"]
    assert [r.issues[0].key for r in refused] == ["france.snds.fields_wrong", "france.snds.not_utf8"]


def test_only_wanted_columns_are_looked_at_and_needed_ones_must_have_a_value() -> None:
    text = "KEY,WHOLE,FLAG\n1,5,nonsense\n,5,1\n"
    rows, [refused], _ = read(text, columns=("KEY", "WHOLE"), needed=("KEY",))
    assert [row.values for row in rows] == [{"KEY": "1", "WHOLE": 5}]
    assert "T, line 3, KEY: nothing there" in str(refused)


def test_a_file_without_a_needed_column_is_refused_as_a_whole() -> None:
    with pytest.raises(HeaderUnknown, match="T has no column WHOLE"):
        read("KEY\n1\n", needed=("KEY", "WHOLE"))


def test_a_value_outside_the_constraints_is_kept_and_counted() -> None:
    [row], refused, reader = read("KEY,WHOLE\n1,11\n")
    assert (row.values["WHOLE"], refused, dict(reader.doubts)) == (11, [], {"WHOLE": 1})


def test_a_document_that_is_no_schema_is_refused_with_its_place() -> None:
    with pytest.raises(SchemaUnreadable, match=r"T\.json .* fields\[1\]"):
        table({"name": "T", "fields": [invented.field("A"), {"name": "B", "type": "colour"}]}, name="T.json")


def test_the_schema_of_a_file_follows_from_its_name() -> None:
    names = ["T_MCO19B", "ER_PRS_F_2019", "ER_PRS_F", "T_MCO19STC"]
    assert [schema_name(name) for name in names] == ["T_MCOaaB", "ER_PRS_F", "ER_PRS_F", "T_MCOaaSTC"]
    assert [edition(name) for name in names] == ["19", "", "", "19"]
