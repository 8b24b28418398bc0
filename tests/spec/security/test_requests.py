"""Requests that say one thing and mean another: they are taken at their word, or refused; nothing of the inside comes out."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest

from .conftest import SITE, Whole

PATIENT = '{"resourceType":"Patient","gender":"female"}'


@pytest.mark.parametrize("header", ["x-http-method-override", "x-http-method", "x-method-override"])
async def test_a_method_is_never_overridden(whole: Whole, header: str) -> None:
    doctor = await whole.api("doc-app")
    json = {"content-type": "application/fhir+json"}
    made = await doctor.post("/fhir/Observation", content=_observation(), headers={**json, header: "DELETE"})
    assert made.status_code == 201
    place = made.headers["location"].partition("/_history")[0]
    assert (await doctor.get(place, headers={header: "DELETE"})).status_code == 200
    assert (await doctor.get(place, params={"_method": "DELETE"})).status_code in (200, 400)
    assert (await doctor.get(place)).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "",
        "image/svg+xml",
        "application/yaml",
    ],
)
async def test_a_body_of_another_type_is_refused_whatever_it_holds(whole: Whole, content_type: str) -> None:
    """A page of another site can send these three simple types without asking first (Fetch, CORS-safelisted)."""
    doctor = await whole.api("doc-app")
    answer = await doctor.post("/fhir/Patient", content=PATIENT, headers={"content-type": content_type})
    assert answer.status_code == 415


async def test_a_form_is_a_search_and_never_a_resource(whole: Whole) -> None:
    doctor = await whole.api("doc-app")
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await doctor.post("/fhir/Patient", content=PATIENT, headers=form)
    assert answer.status_code in (400, 415, 422)


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "latin-1"])
async def test_a_body_is_read_as_utf_8_whatever_it_claims(whole: Whole, charset: str) -> None:
    doctor = await whole.api("doc-app")
    headers = {"content-type": f"application/fhir+json; charset={charset}"}
    odd = '{"resourceType":"Patient","name":[{"family":"Émile"}]}'.encode("utf-16")
    assert (await doctor.post("/fhir/Patient", content=odd, headers=headers)).status_code == 400


async def test_an_xml_body_called_json_is_refused(whole: Whole) -> None:
    doctor = await whole.api("doc-app")
    body = '<Patient xmlns="http://hl7.org/fhir"/>'
    answer = await doctor.post("/fhir/Patient", content=body, headers={"content-type": "application/fhir+json"})
    assert answer.status_code == 400


async def test_a_cookie_opens_no_api(whole: Whole) -> None:
    browser = await whole.browser("doc")
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = await browser.request(method, "/fhir/Patient/ana", headers={"origin": SITE})
        assert answer.status_code == 401


@pytest.mark.parametrize("place", ["/fhir/Patient/ana?access_token={}", "/fhir/Patient/ana?authorization=Bearer%20{}"])
async def test_a_token_in_an_address_is_none(whole: Whole, place: str) -> None:
    token = await whole.token("doc-app")
    assert (await whole.client().get(place.format(token))).status_code == 401


@pytest.mark.parametrize(
    "parameters",
    [
        "grant_type=authorization_code&grant_type=client_credentials",
        "grant_type=authorization_code&code=a&code=b",
        "grant_type=refresh_token&scope=a&refresh_token=x&scope=b",
    ],
)
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
async def test_a_parameter_that_comes_twice_is_refused(whole: Whole, path: str, parameters: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await whole.client().post(path, content=parameters, headers=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_parameters_in_the_address_of_a_token_request_do_not_count(whole: Whole) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await whole.client().post("/oauth/token?grant_type=client_credentials&client_id=app", headers=form)
    assert answer.json()["error"] in ("invalid_client", "invalid_request", "unsupported_grant_type")


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "/%0d%0aset-cookie:a=b",
    "https:/evil.example",
    " //evil.example",
]


@pytest.mark.parametrize("place", ELSEWHERE)
async def test_no_page_leads_to_another_site(whole: Whole, place: str) -> None:
    browser = await whole.browser("doc")
    entered = await browser.get("/signin", params={"next": place})
    cookie = entered.headers.get("set-cookie", "")
    assert "evil.example" not in cookie
    assert "javascript" not in cookie
    for path in ("/language/fr", "/language/en"):
        answer = await browser.get(path, headers={"referer": f"https://evil.example/{quote(place, safe='/:')}"})
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith(("//", "/\\"))
    for path in (f"//evil.example/{quote(place)}", "/r/Patient/", "/security/"):
        answer = await browser.get(path)
        location = answer.headers.get("location", "/")
        assert location.startswith("/")
        assert not location.startswith("//")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../security.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/..\\app.py",
        "/static/%00",
        "/static/seve.css%00.html",
        "/static/",
        "/static",
        "/signin/static/../routes.py",
        "/signin/static/..%2froutes.py",
        "/.git/config",
        "/.env",
        "/data/keys/hashing.key",
    ],
)
async def test_files_are_ours_and_in_their_folder(whole: Whole, path: str) -> None:
    answer = await whole.client().get(path)
    assert answer.status_code in (404, 405)
    assert "import" not in answer.text
    assert "Index of" not in answer.text


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DEBUG", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/signin", "/fhir/Patient/ana", "/oauth/token", "/manifest.webmanifest"])
async def test_other_methods_do_not_exist(whole: Whole, method: str, path: str) -> None:
    answer = await (await whole.api("doc-app")).request(method, path, headers={"x-echo": "canary"})
    assert answer.status_code == 405
    assert "canary" not in answer.text + str(answer.headers)


INSIDE = ("Traceback", 'File "', "asyncpg", "SELECT ", "site-packages", "/src/seve", "sqlstate", "PostgreSQL ")


@pytest.mark.parametrize(
    "path",
    [
        "/fhir/Patient?birthdate=%FF",
        "/fhir/Patient?_sort=name%27;DROP TABLE version",
        "/fhir/Patient?name=\x00",
        "/fhir/Patient/%FF",
        "/fhir/Patient/" + "a" * 5_000,
        "/fhir/" + "Patient/" * 200,
        "/fhir/$" + "x" * 3_000,
        "/fhir/Patient?_count=99999999999999999999",
        "/fhir/Observation?value-quantity=1e999999",
        "/r/Patient?q=" + "a=b%26" * 500,
        "/r/%00/%00",
        "/signin/consent?request=" + "x" * 4_000,
        "/signin/provider/nowhere",
        "/signin/provider?state=x&code=y",
        "/oauth/authorize?client_id=%FF",
        "/oauth/authorize?" + "a=b&" * 500,
    ],
)
async def test_no_error_tells_of_the_inside(whole: Whole, path: str) -> None:
    for client in (await whole.api("doc-app"), await whole.browser("doc"), whole.client()):
        answer = await client.get(path.replace("\x00", "%00"))
        assert answer.status_code < 500
        for word in INSIDE:
            assert word not in answer.text


@pytest.mark.parametrize(
    "search",
    [
        "Patient?_filter=" + quote("name eq " + '"' + "\\" * 3_000),
        "Patient?_filter=" + quote("(" * 3_000),
        "Patient?name=" + quote("a" * 3_000 + "!"),
        "Patient?identifier=" + quote("|" * 3_000),
        "Patient?phone=" + quote("0 " * 1_500 + "x"),
        "Patient?birthdate=" + quote("2" * 3_000),
        "Observation?value-quantity=" + quote("1" * 3_000 + "x"),
        "Observation?code:in=" + quote("a" * 3_000),
        "Patient?_content=" + quote('"' * 3_000),
        "Patient?general-practitioner=" + quote("http://" + "a/" * 1_500),
    ],
)
async def test_no_pattern_runs_away(whole: Whole, search: str) -> None:
    """Patterns that callers write run in RE2, which has no backtracking; ours are bounded. Both are timed here."""
    doctor = await whole.api("doc-app")
    began = time.monotonic()
    answer = await doctor.get(f"/fhir/{search}")
    assert answer.status_code in (200, 400, 404, 501)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("text", ["<" * 50_000, "&a" * 25_000, "javascript" * 5_000, "expression " * 5_000])
async def test_no_narrative_runs_away(whole: Whole, text: str) -> None:
    doctor = await whole.api("doc-app")
    div = f'<div xmlns=\\"http://www.w3.org/1999/xhtml\\">{text}</div>'
    body = _observation().replace("{", '{"text":{"status":"generated","div":"' + div + '"},', 1)
    began = time.monotonic()
    answer = await doctor.post("/fhir/Observation", content=body, headers={"content-type": "application/fhir+json"})
    assert answer.status_code in (201, 400, 422)
    assert time.monotonic() - began < 3


def _observation() -> str:
    return '{"resourceType":"Observation","status":"final","code":{"text":"a"},"subject":{"reference":"Patient/ana"}}'


async def test_the_cookies_are_bound_to_the_site(whole: Whole) -> None:
    """That they are `__Host-` and Secure over https is shown in tests/spec/signin/test_pages.py."""
    browser = await whole.browser("doc")
    answers = [await browser.get("/signin", params={"next": "/security"}), await browser.get("/language/fr")]
    for answer in answers:
        for cookie in answer.headers.get_list("set-cookie"):
            parts = {part.strip().lower() for part in cookie.split(";")}
            assert {"httponly", "path=/", "samesite=lax"} <= parts
            assert not any(part.startswith("domain") for part in parts)
            assert len(cookie) < 4_096
