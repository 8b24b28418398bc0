"""HL7's own suite for R4, where somebody has put it, and that the tool which runs it can tell right from wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.fhirpath_suite import cases, main, run

FOLDER = Path(__file__).parents[4].parent / "shared" / "conformance" / "fhirpath"
SUITE = FOLDER / "tests-fhir-r4.xml"
INPUTS = (FOLDER / "resources-r4",)
AGAINST_THE_STANDARD = {
    "testPlusDate19": "fractions of units above seconds are ignored (N1, 6.6.7); the case ignores those of seconds too",
}

PATIENT = '<Patient xmlns="http://hl7.org/fhir"><active value="true"/><gender value="male"/></Patient>'
RIGHT = """
<test name="a" inputfile="p.xml"><expression>gender</expression><output type="code">male</output></test>
<test name="b" inputfile="p.xml"><expression>name.given</expression></test>
<test name="c" inputfile="p.xml" predicate="true"><expression>gender</expression><output type="boolean">true</output></test>
<test name="d"><expression>@2024-02-01 - 1 day</expression><output type="date">@2024-01-31</output></test>
<test name="e" ordered="false"><expression>(2 | 1)</expression>
  <output type="integer">1</output><output type="integer">2</output></test>
<test name="f"><expression invalid="syntax">1 +</expression></test>
<test name="g" inputfile="p.xml" mode="strict"><expression invalid="semantic">Encounter.status</expression></test>
<test name="h"><expression invalid="execution">(1 | 2).single()</expression></test>
<test name="i"><expression>@T10:30 + 1 minute</expression><output type="time">@T10:31</output></test>
<test name="j"><expression>0.50</expression><output>0.50</output></test>
"""
WRONG = """
<test name="a" inputfile="p.xml"><expression>gender</expression><output type="string">male</output></test>
<test name="b" inputfile="p.xml"><expression>gender</expression></test>
<test name="c" inputfile="p.xml" predicate="true"><expression>name</expression><output type="boolean">true</output></test>
<test name="d"><expression>@2024-02-01 - 1 day</expression><output type="date">@2024-02-01</output></test>
<test name="e"><expression>(2 | 1)</expression><output type="integer">1</output><output type="integer">2</output></test>
<test name="f"><expression invalid="syntax">(1 | 2).single()</expression></test>
<test name="g" inputfile="p.xml" mode="strict"><expression invalid="semantic">Patient.gender</expression></test>
<test name="h"><expression invalid="execution">(1 | 1).single()</expression></test>
<test name="i"><expression>(1 | 2).single()</expression><output type="integer">1</output></test>
<test name="j"><expression>0.50</expression><output>0.5</output></test>
<test name="k" inputfile="p.xml"><expression>gender.nosuch</expression></test>
"""


def suite(folder: Path, tests: str) -> Path:
    (folder / "p.xml").write_text(PATIENT, encoding="utf-8")
    file = folder / "suite.xml"
    file.write_text(f'<tests><group name="ours">{tests}</group></tests>', encoding="utf-8")
    return file


def test_what_the_engine_answers_right_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(suite(tmp_path, RIGHT)), str(tmp_path)]) == 0
    assert capsys.readouterr().out == "10 of 10 cases pass\n"


def test_every_answer_that_is_not_the_expected_one_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(suite(tmp_path, WRONG)), str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert sum(line.startswith("ours/") for line in told.splitlines()) == 11
    assert "gave ['male (code)'], not ['male']" in told
    assert told.endswith("0 of 11 cases pass\n")


def test_an_input_that_is_nowhere_is_named(tmp_path: Path) -> None:
    file = suite(tmp_path, '<test name="a" inputfile="nowhere.xml"><expression>id</expression></test>')
    with pytest.raises(SystemExit, match=r"nowhere\.xml is in none of"):
        main([str(file), str(tmp_path)])


@pytest.mark.skipif(not SUITE.exists(), reason=f"no official suite at {SUITE}")
def test_the_official_suite_passes_but_for_what_the_standard_contradicts() -> None:
    failed = {case.name for case in cases(SUITE) if run(case, INPUTS)}
    assert failed == set(AGAINST_THE_STANDARD)
