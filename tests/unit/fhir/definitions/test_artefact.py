"""The artefact in the package is what the official definitions compile to, and it reads as the standard says."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import pytest
from tools.definitions.__main__ import TARGET, entries

from seve.fhir.definitions import core

ARCHIVE = Path(__file__).parents[4] / ".cache" / "npm" / "hl7.fhir.r4.examples-4.0.1.tgz"


@pytest.mark.skipif(
    not ARCHIVE.exists(), reason="the R4 package was not fetched: run `make setup` where the registry is reached"
)
def test_the_artefact_equals_what_the_official_package_compiles_to() -> None:
    with zipfile.ZipFile(TARGET) as archive:
        shipped = {name: archive.read(name) for name in archive.namelist()}
    compiled = entries(ARCHIVE)
    assert shipped.keys() == compiled.keys()
    for name, content in compiled.items():
        assert msgspec.msgpack.decode(shipped[name]) == msgspec.msgpack.decode(content), name


def test_it_holds_all_of_r4() -> None:
    assert len(core().resource_types) == 146
    assert len(core().resources("SearchParameter")) == 1_397
    assert len(core().resources("OperationDefinition")) == 46


def test_choices_backbones_and_content_references_lead_to_their_types() -> None:
    observation = core().types["Observation"].elements
    assert observation["value"].keys["valueQuantity"] == "Quantity"
    assert observation["value"].is_choice
    assert observation["component"].keys == {"component": "Observation.component"}
    component = core().types["Observation.component"].elements
    assert component["referenceRange"].keys == {"referenceRange": "Observation.referenceRange"}


def test_added_resources_replace_and_join_the_official_ones_without_changing_them() -> None:
    mine = {"resourceType": "ValueSet", "url": "http://sante.example/vs", "status": "active"}
    extended = core().with_resources([mine])
    assert extended.resource("ValueSet", "http://sante.example/vs") == mine
    assert core().resource("ValueSet", "http://sante.example/vs") is None
    assert extended.resource("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1") is not None
    assert extended.resource("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender|9") is None
    assert extended.is_subtype("Age", "Quantity")
    assert not extended.is_subtype("Quantity", "Age")
