"""$viewdefinition-run and $viewdefinition-export (SQL on FHIR v2)."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from tests.spec.asking import issue
from tests.spec.operations.conftest import ASYNC, Bulk

RUN, EXPORT = "ViewDefinition/$viewdefinition-run", "ViewDefinition/$viewdefinition-export"


def view(*columns: tuple[str, str], resource: str = "Patient", **more: Any) -> dict[str, Any]:
    made = [{"name": name, "path": path} for name, path in columns]
    return {"resourceType": "ViewDefinition", "resource": resource, "select": [{"column": made}], **more}


PATIENTS = view(("id", "id"), ("family", "name.family"), ("born", "birthDate"), name="patients")
HEARTS = view(
    ("patient", "subject.getReferenceKey(Patient)"), ("rate", "value.ofType(Quantity).value"), resource="Observation"
)


def asking(definition: Any, *more: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": [{"name": "viewResource", "resource": definition}, *more]}


def exporting(*views: dict[str, Any], **more: Any) -> dict[str, Any]:
    parts = [{"name": "view", "part": [{"name": "viewResource", "resource": found}]} for found in views]
    return {"resourceType": "Parameters", "parameter": [*parts, *({"name": n, **v} for n, v in more.items())]}


@pytest.fixture
async def people(put: Any) -> None:
    for number, id_ in enumerate("abc"):
        await put("Patient", id_, name=[{"family": f"F{id_}"}], birthDate=f"19{number}0")
        quantity = {"value": 60.5 + number, "unit": "/min"}
        code = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
        about = {"reference": f"Patient/{id_}"}
        await put("Observation", f"o{id_}", status="final", code=code, subject=about, valueQuantity=quantity)


async def test_a_view_gives_its_rows_as_ndjson(people: None, client: httpx.AsyncClient) -> None:
    answer = await client.post(RUN, json=asking(PATIENTS))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.text.splitlines()[0] == '{"id":"a","family":"Fa","born":"1900"}'
    assert len(answer.text.splitlines()) == 3
    assert (await client.post("$viewdefinition-run", json=asking(PATIENTS))).text == answer.text


async def test_a_view_may_stand_alone_in_the_body(people: None, client: httpx.AsyncClient) -> None:
    answer = await client.post(RUN + "?_format=json", json=HEARTS)
    assert answer.json()[1] == {"patient": "Patient/b", "rate": 61.5}


@pytest.mark.parametrize("by_header", [False, True])
async def test_the_formats_are_asked_for_by_parameter_or_header(
    people: None, client: httpx.AsyncClient, by_header: bool
) -> None:
    async def ask(name: str, media_type: str) -> httpx.Response:
        if by_header:
            return await client.post(RUN, json=asking(HEARTS), headers={"Accept": media_type})
        return await client.post(RUN, json=asking(HEARTS, {"name": "_format", "valueCode": name}))

    csv = await ask("csv", "text/csv")
    assert csv.headers["content-type"] == "text/csv"
    assert csv.text == '"patient","rate"\n"Patient/a","60.5"\n"Patient/b","61.5"\n"Patient/c","62.5"\n'
    parquet = await ask("parquet", "application/vnd.apache.parquet")
    table = pq.read_table(io.BytesIO(parquet.content))
    assert table.column("patient").to_pylist() == ["Patient/a", "Patient/b", "Patient/c"]


async def test_rows_are_narrowed(people: None, client: httpx.AsyncClient) -> None:
    limited = await client.post(RUN, json=asking(PATIENTS, {"name": "_limit", "valueInteger": 2}))
    assert len(limited.text.splitlines()) == 2
    of_b = asking(HEARTS, {"name": "patient", "valueReference": {"reference": "Patient/b"}})
    assert (await client.post(RUN, json=of_b)).text == '{"patient":"Patient/b","rate":61.5}\n'
    csv = asking(PATIENTS, {"name": "_format", "valueCode": "csv"}, {"name": "header", "valueBoolean": False})
    assert (await client.post(RUN, json=csv)).text.startswith('"a","Fa"')
    later = asking(PATIENTS, {"name": "_since", "valueInstant": "2100-01-01T00:00:00Z"})
    assert (await client.post(RUN, json=later)).text == ""


async def test_resources_that_are_given_are_used_instead(people: None, client: httpx.AsyncClient) -> None:
    given = {"name": "resource", "resource": {"resourceType": "Patient", "id": "x", "name": [{"family": "X"}]}}
    answer = await client.post(RUN, json=asking(PATIENTS, given))
    assert answer.text == '{"id":"x","family":"X","born":null}\n'


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        (asking(view(("id", "nope"))), 422, "ViewDefinition.select[0].column[0].path"),
        (asking({"resourceType": "ViewDefinition"}), 422, "ViewDefinition.resource"),
        (asking({"resourceType": "Patient"}), 400, "Parameters.parameter"),
        (asking(PATIENTS, {"name": "_limit", "valueInteger": -1}), 400, "http._limit"),
        (asking(PATIENTS, {"name": "_format", "valueCode": "xlsx"}), 400, "http._format"),
        (asking(PATIENTS, {"name": "group", "valueReference": {"reference": "Group/g"}}), 400, None),
        (asking(PATIENTS, {"name": "patient", "valueReference": {"reference": "Patient/nobody"}}), 400, None),
        ({"resourceType": "Parameters"}, 400, None),
        ({"resourceType": "Parameters", "parameter": 7}, 400, None),
    ],
)
async def test_what_is_wrong_is_told_with_its_place(
    people: None, client: httpx.AsyncClient, body: Any, status: int, place: str | None
) -> None:
    answer = await client.post(RUN, json=body)
    assert answer.status_code == status, answer.text
    assert place is None or place in issue(answer)["expression"]


async def test_a_resource_that_does_not_fit_refuses_the_run_and_fails_the_export(
    people: None, put: Any, client: httpx.AsyncClient, bulk: Bulk
) -> None:
    await put("Patient", "d", name=[{"family": "One"}, {"family": "Two"}])
    answer = await client.post(RUN, json=asking(PATIENTS))
    assert answer.status_code == 422
    place = await bulk.start(EXPORT, exporting(PATIENTS))
    while (found := await client.get(place)).status_code == 202:
        pass
    assert found.status_code >= 400
    assert issue(found)["diagnostics"].startswith(("Patient/d", "lake.refusals.row"))


async def test_views_are_exported_as_files(people: None, put: Any, client: httpx.AsyncClient, bulk: Bulk) -> None:
    body = exporting(PATIENTS, HEARTS, _format={"valueCode": "csv"}, clientTrackingId={"valueString": "mine"})
    result = await bulk.run(EXPORT, body)
    assert result["resourceType"] == "Parameters"
    named = {parameter["name"]: parameter for parameter in result["parameter"]}
    assert named["clientTrackingId"]["valueString"] == "mine"
    assert named["status"]["valueCode"] == "completed"
    outputs = [p["part"] for p in result["parameter"] if p["name"] == "output"]
    assert [part[0]["valueString"] for part in outputs] == ["patients", "view2"]
    await put("Patient", "e", name=[{"family": "After"}])  # the files show the moment of the kick-off
    file = await client.get(outputs[0][1]["valueUri"])
    assert file.headers["content-type"] == "text/csv"
    assert file.text == '"id","family","born"\n"a","Fa","1900"\n"b","Fb","1910"\n"c","Fc","1920"\n'


async def test_a_parquet_export_may_be_empty_and_is_a_table_all_the_same(client: httpx.AsyncClient, bulk: Bulk) -> None:
    result = await bulk.run(EXPORT, exporting(PATIENTS, _format={"valueCode": "parquet"}))
    place = next(p["part"][1]["valueUri"] for p in result["parameter"] if p["name"] == "output")
    table = pq.read_table(io.BytesIO((await client.get(place)).content))
    assert (table.num_rows, table.schema.names) == (0, ["id", "family", "born"])


async def test_an_export_is_asked_for_by_post_and_asynchronously(client: httpx.AsyncClient) -> None:
    assert (await client.post(EXPORT, json=exporting(PATIENTS))).status_code == 400
    assert (await client.get(EXPORT, headers=ASYNC)).status_code in (400, 405)


async def test_definitions_are_not_stored_and_other_operations_on_them_do_not_exist(client: httpx.AsyncClient) -> None:
    assert (await client.get("ViewDefinition/x")).status_code == 404
    assert (await client.get("ViewDefinition/$everything")).status_code in (400, 404)
