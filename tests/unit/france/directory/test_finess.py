"""FINESS, in its historic stock and as FINESS+: the same structures by either way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.unit.fhir.validation.profiles.test_packages import COMBINED, FR_CORE, errors, validator
from tests.unit.france.directory import invented

from seve.fhir.codec import encode_json
from seve.fhir.codec.json import parse
from seve.fhir.definitions import core
from seve.fhir.validation.validator import Validator
from seve.france.directory import finess_plus, finess_stock
from seve.france.directory.projections import position
from seve.kernel.refusals import Refusal


def stock(encoding: str = "utf-8") -> tuple[dict[str, dict[str, Any]], list[Refusal]]:
    refused: list[Refusal] = []
    lines = [line.encode(encoding) + b"\n" for line in invented.FINESS.splitlines()]
    found = {f"{r['resourceType']}/{r['id']}": r for r, _ in finess_stock.resources(lines, refuse=refused.append)}
    return found, refused


def plus(document: dict[str, Any] | str = invented.FINESS_PLUS, *, size: int = 7) -> dict[str, dict[str, Any]]:
    text = document if isinstance(document, str) else json.dumps(document, indent=1, ensure_ascii=False)

    def parts() -> Iterator[str]:
        yield from (text[at : at + size] for at in range(0, len(text), size))

    return {f"{r['resourceType']}/{r['id']}": r for r, _ in finess_plus.resources(parts(), name="plus.json")}


def test_a_row_and_its_position_make_an_organization_a_location_and_a_service() -> None:
    found, _ = stock()
    site = found["Organization/finess-999000011"]
    assert site["name"] == "CENTRE HOSPITALIER DES ESSAIS"
    assert site["alias"] == ["CH DES ESSAIS"]
    assert site["partOf"] == {"reference": "Organization/finess-999000003"}
    assert [i["value"] for i in site["identifier"]] == ["999000011", "99900000100020"]
    assert site["extension"][0]["valuePeriod"] == {"start": "1979-02-13"}
    place = found["Location/finess-999000011"]
    assert (float(place["position"]["latitude"]), float(place["position"]["longitude"])) == (46.049236, 5.334156)
    assert place["address"]["city"] == "AJACCIO CEDEX 1"
    assert place["address"]["extension"][0]["valueCoding"]["code"] == "2A004"
    assert found["HealthcareService/finess-999000011"]["type"][0]["coding"][0]["code"] == "355"


def test_a_legal_entity_of_which_the_number_alone_is_known_is_a_stub() -> None:
    stubs = [r["id"] for r, is_stub in finess_stock.resources([invented.FINESS.encode()], refuse=print) if is_stub]
    assert stubs == []  # one line is no file
    lines = [line.encode() for line in invented.FINESS.splitlines()]
    stubs = [r["id"] for r, is_stub in finess_stock.resources(lines, refuse=lambda _: None) if is_stub]
    assert stubs == ["finess-999000003", "finess-979000002"]


def test_a_site_overseas_without_position_comes_at_the_end() -> None:
    found, _ = stock()
    assert "position" not in found["Location/finess-979000010"]
    assert found["Location/finess-979000010"]["address"]["extension"][0]["valueCoding"]["code"] == "97123"
    assert [i["value"] for i in found["Organization/finess-979000010"]["identifier"]] == ["979000010"]


def test_a_short_line_is_refused_with_its_number_and_the_others_go_on() -> None:
    found, refused = stock()
    assert [r.fields["line"] for r in refused] == [4]
    assert len(found) == 8


def test_latin_1_and_utf_8_are_the_same() -> None:
    assert stock("latin-1")[0] == stock()[0]
    assert stock()[0]["Organization/finess-979000010"]["name"] == "DISPENSAIRE D'ÉTÉ"


@pytest.mark.parametrize(
    ("x", "y", "epsg", "place"),
    [
        (880459.31, 6552608.95, "2154", (46.049236, 5.334156)),  # both told by FINESS+ for one site
        (700000.0, 6600000.0, "2154", (46.5, 3.0)),  # the origin of Lambert-93
        (500000.0, 0.0, "5490", (0.0, -63.0)),  # the origin of zone 20
        (500000.0, 10000000.0, "2975", (0.0, 57.0)),
    ],
)
def test_coordinates_become_degrees(x: float, y: float, epsg: str, place: tuple[float, float]) -> None:
    assert position(x, y, f"1,ATLASANTE,EPSG:{epsg} …") == pytest.approx(place, abs=2e-6)


def test_coordinates_in_another_projection_place_nothing() -> None:
    assert position(1.0, 2.0, "EPSG:3857") is None
    assert position(1.0, 2.0, "") is None


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
def test_finess_plus_is_read_in_parts_of_any_size(size: int) -> None:
    found = plus(size=size)
    assert sorted(found) == sorted(
        ["Organization/finess-999000003"]
        + [f"{t}/finess-{n}" for t in ("Organization", "Location", "HealthcareService") for n in (999000011, 999000029)]
    )
    assert found["Organization/finess-999000003"]["name"] == "ASSOCIATION D'ESSAI [1]"
    assert found["Organization/finess-999000011"]["partOf"] == {"reference": "Organization/finess-999000003"}
    assert str(found["Location/finess-999000011"]["position"]["latitude"]) == "46.049236"


def test_what_finess_plus_says_is_closed_is_inactive() -> None:
    found = plus()
    assert found["Organization/finess-999000029"]["active"] is False
    assert found["Location/finess-999000029"]["status"] == "inactive"
    assert str(found["Location/finess-999000029"]["position"]["longitude"]) == "5.2"


@pytest.mark.parametrize("text", ["{}", '{"pmej": [{"a": 1}', '{"pmej": [{"a": }]}', ""])
def test_a_document_that_breaks_off_is_refused(text: str) -> None:
    with pytest.raises(finess_plus.JsonUnreadable):
        plus(text)


def test_all_of_it_is_valid_r4_and_obeys_fr_core() -> None:
    everything = [*stock()[0].values(), *plus().values()]
    by = Validator(core())
    assert {r["id"]: found for r in everything if (found := errors(parse(encode_json(r)), by))} == {}
    by = validator(COMBINED, FR_CORE)
    assert {r["id"]: found for r in everything if (found := errors(parse(encode_json(r)), by))} == {}
