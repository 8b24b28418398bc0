"""Nonsense and malice: a 4xx OperationOutcome in bounded time, never a 5xx, nothing half-written."""

from __future__ import annotations

import time

import httpx
import pytest

from seve.engine.engine import Engine
from seve.fhir.definitions import core
from seve.fhir.search.parameters import SearchParameters

JSON = {"content-type": "application/fhir+json"}
XML = {"content-type": "application/fhir+xml"}
BOUND_SECONDS = 5.0

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
    '<Patient xmlns="http://hl7.org/fhir"><id value="&d;"/></Patient>'
)
XXE = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    '<Patient xmlns="http://hl7.org/fhir"><name><family value="x"/></name><id value="&f;"/></Patient>'
)
BODIES = {
    "empty": (b"", JSON),
    "not JSON": (b"{patient", JSON),
    "truncated": (b'{"resourceType":"Patient","name":[{"family":"D', JSON),
    "a list": (b"[1,2,3]", JSON),
    "a number": (b"12", JSON),
    "null": (b"null", JSON),
    "no type": (b'{"name":[{"family":"x"}]}', JSON),
    "an unknown type": (b'{"resourceType":"Unicorn"}', JSON),
    "another type": (b'{"resourceType":"Observation","status":"final","code":{"text":"x"}}', JSON),
    "an unknown element": (b'{"resourceType":"Patient","nom":"Durand"}', JSON),
    "a wrong type": (b'{"resourceType":"Patient","name":"Durand"}', JSON),
    "an impossible date": (b'{"resourceType":"Patient","birthDate":"2021-02-30"}', JSON),
    "not UTF-8": (b'{"resourceType":"Patient","name":[{"family":"\xff\xfe"}]}', JSON),
    "a NUL": (b'{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}', JSON),
    "a lone surrogate": (b'{"resourceType":"Patient","name":[{"family":"\\ud800"}]}', JSON),
    "depth 10,000": (
        b'{"resourceType":"Patient","extension":' + b'[{"extension":' * 10_000 + b"1" + b"}]" * 10_000 + b"}",
        JSON,
    ),
    "arrays of depth 10,000": (b"[" * 10_000, JSON),
    "a duplicate key": (b'{"resourceType":"Patient","gender":"male","gender":"female"}', JSON),
    "a huge number": (
        b'{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"probabilityDecimal":1e999999999}]}',
        JSON,
    ),
    "a number of a million digits": (
        b'{"resourceType":"Basic","code":{"extension":[{"url":"u","valueDecimal":' + b"9" * 1_000_000 + b"}]}}",
        JSON,
    ),
    "not XML": (b"<Patient", XML),
    "another namespace": (b"<Patient/>", XML),
    "XXE": (XXE.encode(), XML),
    "billion laughs": (BILLION_LAUGHS.encode(), XML),
    "a processing instruction": (b'<Patient xmlns="http://hl7.org/fhir"><?php x ?></Patient>', XML),
    "script in the narrative": (
        b'{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><script>alert(1)</script></div>"}}',
        JSON,
    ),
    "XML said to be JSON": (b'<Patient xmlns="http://hl7.org/fhir"/>', JSON),
    "a wrong media type": (b'{"resourceType":"Patient"}', {"content-type": "text/csv"}),
    "no media type": (b'{"resourceType":"Patient"}', {}),
}


def is_refused(answer: httpx.Response) -> bool:
    body = answer.json()
    return (
        400 <= answer.status_code < 500
        and body["resourceType"] == "OperationOutcome"
        and bool(body["issue"][0]["details"]["text"])
    )


async def count(client: httpx.AsyncClient) -> int:
    return (await client.get("?_summary=count")).json()["total"]


@pytest.mark.parametrize("name", BODIES)
async def test_a_bad_body_is_refused_with_its_reason_and_leaves_nothing(client: httpx.AsyncClient, name: str) -> None:
    body, headers = BODIES[name]
    began = time.perf_counter()
    for method, path in (("POST", "Patient"), ("PUT", "Patient/1"), ("POST", "")):
        answer = await client.request(method, path, content=body, headers=headers)
        assert is_refused(answer), (method, path, answer.status_code, answer.text[:300])
    assert time.perf_counter() - began < BOUND_SECONDS
    assert await count(client) == 0


async def test_a_body_of_50_megabytes_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("Patient", content=b" " * 50_000_000, headers=JSON)
    assert answer.status_code == 413
    assert is_refused(answer)


@pytest.mark.parametrize(
    "path",
    [
        "Unicorn",
        "Patient/é",
        "Patient/" + "x" * 65,
        "Patient/1/_history/x",
        "Patient/1/2/3/4",
        "$nothing",
        "Patient/..%2F..%2Fetc",
    ],
)
async def test_a_wrong_path_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert is_refused(await client.get(path))


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PROPFIND"])
async def test_another_verb_is_refused(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "Patient/1")
    assert answer.status_code == 405


INJECTIONS = [
    "'",
    "';DROP TABLE version;--",
    '"',
    "\\",
    "%",
    "_",
    "$1",
    "1) OR 1=1",
    "\x00",
    "' OR ''='",
    "${jndi}",
    "*",
    "|",
    "a|b|c|d",
    "$",
    ",",
    "()",
]


async def test_sql_in_every_parameter_finds_nothing_and_breaks_nothing(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    parameters = SearchParameters(core())
    await client.post("Patient", json={"resourceType": "Patient", "gender": "male"})
    for type_ in ("Patient", "Observation", "MolecularSequence", "Location", "ValueSet"):
        for code in parameters.of(type_):
            for injected in INJECTIONS:
                answer = await client.get(type_, params={code: injected})
                assert answer.status_code in (200, 400, 404), (code, injected, answer.status_code, answer.text[:300])
    assert await count(client) == 1


@pytest.mark.parametrize(
    "name",
    [
        "_sort",
        "_elements",
        "_include",
        "_revinclude",
        "_has:Observation:patient:code",
        "_filter",
        "_type",
        "_count",
        "_total",
        "_summary",
        "_format",
        "_page",
        "_list",
        "_since",
    ],
)
async def test_sql_in_result_parameters_breaks_nothing(client: httpx.AsyncClient, name: str) -> None:
    for injected in INJECTIONS:
        answer = await client.get("Patient", params={name: injected})
        assert answer.status_code in (200, 400, 404, 406, 410), (name, injected, answer.text[:300])


@pytest.mark.parametrize(
    "search",
    [
        "identifier=" + ",".join(str(n) for n in range(100_000)),
        "&".join(f"name=a{n}" for n in range(10_000)),
        "name=" + "a" * 100_000,
        "_filter=" + "(" * 5_000 + "name eq a" + ")" * 5_000,
        "_filter=" + " and ".join("name eq a" for _ in range(5_000)),
        ".".join(["subject:Patient"] * 200) + "=1",
        "_has:" * 200 + "x=1",
        "_text=" + "(" * 10_000,
        "_sort=" + ",".join(["birthdate"] * 5_000),
        "_include=" + "*" * 5_000,
        "birthdate=99999-99-99",
        "birthdate=gt",
        "near=91|181|x|parsec",
        "_lastUpdated=2020-13-45T99:99:99Z",
    ],
)
async def test_a_search_out_of_all_measure_is_refused_at_once(client: httpx.AsyncClient, search: str) -> None:
    began = time.perf_counter()
    answer = await client.post(
        "Patient/_search", content=search.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert is_refused(answer), answer.text[:300]
    assert time.perf_counter() - began < BOUND_SECONDS


async def test_an_unknown_parameter_is_refused_and_the_nearest_name_offered(client: httpx.AsyncClient) -> None:
    answer = await client.get("Patient?famly=durand")
    assert answer.status_code == 400
    assert "family" in answer.json()["issue"][0]["details"]["text"]


async def test_with_lenient_handling_an_unknown_parameter_is_told_as_ignored(client: httpx.AsyncClient) -> None:
    answer = await client.get("Patient?famly=durand", headers={"prefer": "handling=lenient"})
    assert answer.status_code == 200
    entry = answer.json()["entry"][0]
    assert entry["search"]["mode"] == "outcome"
    assert "famly" in entry["resource"]["issue"][0]["details"]["text"]
    assert "famly" not in answer.json()["link"][0]["url"]


async def test_references_to_unknown_hosts_are_kept_and_never_fetched(client: httpx.AsyncClient) -> None:
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "http://169.254.169.254/latest/meta-data/Patient/1"},
    }
    created = await client.post("Observation", json=observation)
    assert created.status_code == 201, created.text
    found = await client.get("Observation?_include=Observation:subject")
    assert len(found.json()["entry"]) == 1


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match", "If-Modified-Since"])
async def test_a_condition_that_can_t_be_read_is_refused(client: httpx.AsyncClient, header: str) -> None:
    created = (await client.post("Patient", json={"resourceType": "Patient", "gender": "male"})).json()
    method = "PUT" if header == "If-Match" else "GET"
    body = {"json": created} if method == "PUT" else {}
    answer = await client.request(method, f"Patient/{created['id']}", headers={header: "not; a; condition"}, **body)
    assert is_refused(answer)
