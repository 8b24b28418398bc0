"""Readers of French terminologies, and the choice among readers."""

import gzip
from pathlib import Path

import pytest

from seve.fhir.definitions import core
from seve.fhir.terminology.hierarchy import concepts
from seve.fhir.terminology.refusals import Unreadable
from seve.france.systems import SystemUrls
from seve.france.value_sets import value_sets
from seve.kernel.refusals import Refusal
from seve.main.terminologies import Source, files, read

SHARED = Path(__file__).parents[3] / ".." / "shared" / "france"
SYSTEMS = SystemUrls(core().resources("CodeSystem").values())
LOINC = """"LOINC_NUM","COMPONENT","PROPERTY","TIME_ASPCT","SYSTEM","SCALE_TYP","METHOD_TYP","CLASS","STATUS","SHORTNAME","LONG_COMMON_NAME"
"2345-7","Glucose","MCnc","Pt","Ser/Plas","Qn","","CHEM","ACTIVE","Glucose SerPl-mCnc","Glucose [Mass/volume] in Serum or Plasma"
"1-8","Acyclovir","Susc","Pt","Isolate","OrdQn","","ABXBACT","DEPRECATED","",""
"""


def read_text(folder: Path, name: str, text: str, **told: str) -> list[dict]:
    (folder / name).write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return list(read(Source(folder / name, SYSTEMS, **told)))


def shared(name: str) -> Path:
    if not (SHARED / name).exists():
        pytest.skip(f"../shared/france/{name} is not here")
    return SHARED / name


def test_codes_of_the_cim_10_get_their_dot_and_their_parent(tmp_path: Path) -> None:
    table = "code,type,ssr,psy,short,long\nB24,3,NNNN,3,VIH,Maladies VIH\nB24+0,0,NOOO,0,SIDA,SIDA avec\nE1120,0,NOOO,0,,Diabète\n"
    [found] = read_text(tmp_path, "cim10.csv.gz", table)
    assert found["url"] == "http://hl7.org/fhir/sid/icd-10"
    listed = {c.code: c for c in concepts(found)}
    assert list(listed) == ["B24", "B24.+0", "E11.20"]
    assert listed["B24.+0"].parents == ("B24",)
    assert listed["E11.20"].parents == ()
    assert ("pmsi-mco", "3") in listed["B24"].properties
    assert listed["B24"].designations[0]["value"] == "VIH"


def test_loinc_is_read_by_its_column_names(tmp_path: Path) -> None:
    [found] = read_text(tmp_path, "Loinc.csv", LOINC, version="2.78")
    assert (found["url"], found["version"]) == ("http://loinc.org", "2.78")
    glucose, old = concepts(found)
    assert glucose.display == "Glucose [Mass/volume] in Serum or Plasma"
    assert ("SCALE_TYP", "Qn") in glucose.properties
    assert glucose.is_active
    assert (old.display, old.is_active) == ("Acyclovir", False)


def test_a_plain_table_needs_the_url_of_its_system(tmp_path: Path) -> None:
    table = "code,display,parent,colour\na,A,,\nb,B,a,red\n"
    [found] = read_text(tmp_path, "mine.csv", table, url="http://seve.example/mine")
    assert found["title"] == "mine"
    _, b = concepts(found)
    assert (b.parents, ("colour", "red") in b.properties) == (("a",), True)
    with pytest.raises(ValueError, match="add --url"):
        read_text(tmp_path, "mine.csv", table)


def test_fhir_files_give_their_terminology_resources(tmp_path: Path) -> None:
    bundle = '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}},{"resource":{"resourceType":"CodeSystem","status":"draft","content":"complete"}}]}'
    assert [r["resourceType"] for r in read_text(tmp_path, "a.json", bundle)] == ["CodeSystem"]
    xml = '<ValueSet xmlns="http://hl7.org/fhir"><status value="draft"/></ValueSet>'
    assert read_text(tmp_path, "a.xml", xml) == [{"resourceType": "ValueSet", "status": "draft"}]
    with pytest.raises(Refusal):
        read_text(tmp_path, "b.json", "{")


def test_other_files_are_not_guessed_at(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns"):
        read_text(tmp_path, "a.csv", "x,y\n1,2\n")
    with pytest.raises(ValueError, match="no reader"):
        read_text(tmp_path, "a.pdf", "")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "c.json.gz").touch()
    (tmp_path / "d.md").touch()
    assert [p.name for p in files([tmp_path])] == ["a.csv", "c.json.gz"]


def test_a_value_set_of_the_ci_sis_names_systems_by_url(tmp_path: Path) -> None:
    text = """<RetrieveValueSetResponse xmlns="urn:ihe:iti:svs:2008"><ValueSet id="1.2.3" displayName="JDV_Été" revisionDate="2022-12-16T00:00:00">
    <ConceptList><Concept code="1" codeSystem="2.16.840.1.113883.6.96" displayName="un"/><Concept code="old" codeSystem="2.16.840.1.113883.6.96" dateFin="2020"/>
    <Concept code="2" codeSystem="1.2.9"/></ConceptList></ValueSet></RetrieveValueSetResponse>"""
    [found] = read_text(tmp_path, "jdv.xml", text)
    assert (found["url"], found["version"], found["title"]) == ("urn:oid:1.2.3", "2022-12-16", "JDV_Été")
    assert found["compose"]["include"] == [
        {"system": "http://snomed.info/sct", "concept": [{"code": "1", "display": "un"}]},
        {"system": "urn:oid:1.2.9", "concept": [{"code": "2"}]},
    ]
    for broken in (b"<RetrieveValueSetResponse", b'<R xmlns="urn:ihe:iti:svs:2008"><ValueSet/></R>'):
        with pytest.raises(Unreadable):
            list(value_sets(broken, SYSTEMS))


def test_the_value_sets_and_code_lists_of_the_ans_are_read() -> None:
    folder = shared("nos-jdv")
    found = list(read(Source(folder / "jeux-de-valeurs" / "JDV_AccesArtere_CISIS.xml", SYSTEMS)))
    assert found[0]["compose"]["include"][0]["system"] == "http://snomed.info/sct"
    tables = list(read(Source(folder / "nos-tre-from-fr-core-combined.csv", SYSTEMS)))
    assert len(tables) == 89  # one of the 90 has no code
    [atc] = read(Source(folder / "terminologies" / "atc-2.16.840.1.113883.6.73.codes.txt", SYSTEMS))
    assert atc["url"] == "http://www.whocc.no/atc"
    assert {"code": "A01A"} in atc["concept"]
