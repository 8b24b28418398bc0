"""JSON, XML, Binary, summaries and capabilities (R4, 3.1.0.1, 3.1.0.9, 3.1.1.5)."""

import base64

import httpx
import pytest
from tests.spec.asking import PATIENT, make, observation, ok


async def test_json_and_xml_are_the_same_resource(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    url = f"Patient/{patient['id']}"
    xml = await client.get(url, headers={"Accept": "application/fhir+xml"})
    assert xml.headers["content-type"].startswith("application/fhir+xml")
    back = await client.put(
        url, content=xml.content, headers={"content-type": "application/fhir+xml", "accept": "application/fhir+json"}
    )
    body = await ok(back, 200)
    assert {k: v for k, v in body.items() if k != "meta"} == {k: v for k, v in patient.items() if k != "meta"}


async def test_decimals_keep_their_digits(client: httpx.AsyncClient) -> None:
    weight = observation("x")
    raw = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":5.400}}'
    created = await client.post("Observation", content=raw, headers={"content-type": "application/fhir+json"})
    assert '"value":5.400' in created.text
    assert '"value":5.400' in (await client.get(f"Observation/{created.json()['id']}")).text
    assert weight["valueQuantity"]["value"] == 54


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("", "application/fhir+xml;q=0.5, application/fhir+json", "json"),
        ("?_format=xml", "application/fhir+json", "xml"),
        ("?_format=application/fhir%2Bxml", "", "xml"),
        ("", "text/html,application/xhtml+xml,*/*;q=0.8", "json"),
    ],
)
async def test_the_format_is_negotiated(client: httpx.AsyncClient, query: str, accept: str, expected: str) -> None:
    patient = await make(client, PATIENT)
    answer = await client.get(f"Patient/{patient['id']}{query}", headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(f"application/fhir+{expected}")


async def test_a_format_that_is_not_written_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("Patient", headers={"Accept": "text/turtle"})).status_code == 406
    assert (await client.get("Patient?_format=ttl")).status_code == 406


async def test_a_refusal_speaks_french_to_who_asks_for_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("Patient/none", headers={"Accept-Language": "fr-FR,en;q=0.5"})
    assert answer.json()["issue"][0]["details"]["text"] == "Patient/none n'existe pas."


async def test_binary_is_given_and_taken_in_its_own_type(client: httpx.AsyncClient) -> None:
    created = await client.post("Binary", content=b"%PDF-1.7 \x00\xff", headers={"content-type": "application/pdf"})
    assert created.status_code == 201, created.text
    url = f"Binary/{created.json()['id']}"
    raw = await client.get(url, headers={"Accept": "application/pdf"})
    assert (raw.headers["content-type"], raw.content) == ("application/pdf", b"%PDF-1.7 \x00\xff")
    assert (await client.get(url)).json()["resourceType"] == "Binary"


@pytest.mark.parametrize(
    ("media_type", "content", "ending"),
    [("application/pdf", b"%PDF-1.7 x", "pdf"), ("text/plain", b"x", "txt"), ("text/html", b"<p>x</p>", "bin")],
)
async def test_the_content_of_a_binary_is_kept_under_a_name_of_ours(
    client: httpx.AsyncClient, media_type: str, content: bytes, ending: str
) -> None:
    created = (await client.post("Binary", content=content, headers={"content-type": media_type})).json()
    for path in (f"Binary/{created['id']}", f"Binary/{created['id']}/_history/1"):
        answer = await client.get(path, headers={"accept": media_type})
        assert answer.content == content
        assert answer.headers["content-disposition"] == f'inline; filename="{created["id"]}.{ending}"'
    assert "content-disposition" not in (await client.get(f"Binary/{created['id']}")).headers


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("application/pdf", b"<html><script>alert(1)</script></html>"),
        ("application/pdf; x=y", b"\x89PNG\r\n\x1a\n"),
        ("image/png", b"\xff\xd8\xff\xe0"),
        ("application/zip", b"%PDF-1.7"),
    ],
)
async def test_a_binary_whose_first_bytes_are_of_another_type_is_refused(
    client: httpx.AsyncClient, media_type: str, content: bytes
) -> None:
    raw = await client.post("Binary", content=content, headers={"content-type": media_type})
    resource = {"resourceType": "Binary", "contentType": media_type, "data": base64.b64encode(content).decode()}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": resource, "request": {"method": "POST", "url": "Binary"}}],
    }
    for answer in (raw, await client.post("Binary", json=resource), await client.post("", json=bundle)):
        assert answer.status_code == 422, answer.text
        assert answer.json()["issue"][0]["diagnostics"] == "engine.refusals.binary_mislabelled"
    outcome = await ok(await client.post("Binary/$validate", json=resource))
    assert [issue["severity"] for issue in outcome["issue"]] == ["error"]
    assert "entry" not in await ok(await client.get("Binary"))


@pytest.mark.parametrize(
    ("media_type", "content"),
    [("text/html", b"%PDF-1.7"), ("application/octet-stream", b"MZ"), ("image/jpeg", b"\xff\xd8\xff\xe0")],
)
async def test_a_binary_of_a_type_that_first_bytes_do_not_tell_is_taken_as_it_is(
    client: httpx.AsyncClient, media_type: str, content: bytes
) -> None:
    created = await client.post("Binary", content=content, headers={"content-type": media_type})
    assert created.status_code == 201, created.text


async def test_summary_and_elements_are_marked_as_parts(client: httpx.AsyncClient) -> None:
    patient = await make(client, {**PATIENT, "contact": [{"name": {"family": "Petit"}}]})
    for query, kept, dropped in (
        ("_summary=true", "name", "contact"),
        ("_elements=gender", "gender", "name"),
        ("_summary=data", "name", "text"),
    ):
        page = await ok(await client.get(f"Patient?{query}"))
        [resource] = [entry["resource"] for entry in page["entry"]]
        assert kept in resource
        assert dropped not in resource
        assert resource["meta"]["tag"][0]["code"] == "SUBSETTED"
        assert resource["id"] == patient["id"]


async def test_the_capability_statement_is_valid_and_names_every_type(client: httpx.AsyncClient) -> None:
    statement = await ok(await client.get("metadata"))
    assert len(statement["rest"][0]["resource"]) == 146
    outcome = await ok(await client.post("CapabilityStatement/$validate", json=statement))
    assert [i for i in outcome["issue"] if i["severity"] in ("error", "fatal")] == []


async def test_head_answers_like_get_without_a_body(client: httpx.AsyncClient) -> None:
    patient = await make(client, PATIENT)
    answer = await client.head(f"Patient/{patient['id']}")
    assert (answer.status_code, answer.headers["etag"], answer.content) == (200, 'W/"1"', b"")
