"""Code systems without a list."""

import pytest
from tests.unit.fhir.terminology.bodies import sources, value_set

from seve.fhir.terminology.composition import composition
from seve.fhir.terminology.concepts import find
from seve.fhir.terminology.expansion import Wanted, expand
from seve.fhir.terminology.grammars import grammar
from seve.fhir.terminology.refusals import NotEnumerable
from seve.fhir.terminology.waiting import immediate


@pytest.mark.parametrize(
    ("url", "code", "exists"),
    [
        ("http://unitsofmeasure.org", "mg/dL", True),
        ("http://unitsofmeasure.org", "MG/DL", False),
        ("http://unitsofmeasure.org", "milli", False),
        ("urn:ietf:bcp:47", "fr", True),
        ("urn:ietf:bcp:47", "fr-CA", True),
        ("urn:ietf:bcp:47", "zh-Hant-TW", True),
        ("urn:ietf:bcp:47", "français", False),
        ("urn:ietf:bcp:47", "", False),
        ("urn:ietf:bcp:13", "application/fhir+json", True),
        ("urn:ietf:bcp:13", "text/plain; charset=utf-8; x=a b", True),
        ("urn:ietf:bcp:13", "json", True),
        ("urn:ietf:bcp:13", "text", False),
        ("urn:ietf:bcp:13", "text/", False),
        ("urn:ietf:bcp:13", "a/b" + ";x=  " * 5_000 + ";", False),
    ],
)
def test_a_grammar_decides_code_by_code(url: str, code: str, exists: bool) -> None:
    concepts = grammar(url)
    assert concepts
    assert (immediate(find(concepts, code)) is not None) is exists


def test_a_grammar_has_no_list_and_other_systems_no_grammar() -> None:
    units = value_set(system="http://unitsofmeasure.org")
    with pytest.raises(NotEnumerable):
        immediate(expand(sources(), composition(units), Wanted()))
    assert grammar("http://loinc.org") is None
