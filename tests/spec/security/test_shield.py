"""Hosts, proxies, rates and origins: what the outermost frame lets through."""

from __future__ import annotations

import time

import httpx
import pytest

from seve.main.settings import Settings
from seve.rest.answering import Send
from seve.rest.asking import Receive, Scope
from seve.rest.shield.buckets import Buckets
from seve.rest.shield.shield import App, Rules, Shield

from .conftest import SITE, Whole


async def well(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is content with everything, and says whom it saw."""
    del receive
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(scope["client"][0]).encode()})


def client_of(rules: Rules, *, peer: str = "203.0.113.9", base: str = SITE) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=Shield(well, rules), client=(peer, 1)), base_url=base)


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    buckets = Buckets(per_second=10, burst_seconds=2)
    assert [buckets.wait_seconds("a", 100.0) for _ in range(20)] == [0.0] * 20
    assert buckets.wait_seconds("a", 100.0) == pytest.approx(0.1)
    assert buckets.wait_seconds("b", 100.0) == 0.0
    assert buckets.wait_seconds("a", 100.1) == 0.0
    assert buckets.wait_seconds("a", 100.1) > 0


def test_a_crowd_of_addresses_takes_bounded_memory_and_forgives_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seve.rest.shield.buckets._MOST", 100)
    buckets = Buckets(per_second=1, burst_seconds=5)
    while not buckets.wait_seconds("busy", 10.0):
        pass
    for number in range(10_000):
        buckets.wait_seconds(number, 10.0)
    assert buckets.wait_seconds("busy", 10.0) > 0


async def test_too_many_requests_of_one_session_are_answered_with_429_and_when_to_come_again() -> None:
    client = client_of(Rules(SITE, session_rate=1, address_rate=1_000))
    mine = {"authorization": "Bearer mine"}
    answers = [await client.get("/fhir/Patient", headers=mine) for _ in range(12)]
    assert [a.status_code for a in answers].count(200) == 10
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["issue"][0]["code"] == "throttled"
    assert (await client.get("/fhir/Patient", headers={"authorization": "Bearer theirs"})).status_code == 200


async def test_another_token_for_each_request_does_not_outrun_the_address() -> None:
    rules = Rules(SITE, session_rate=1_000, address_rate=1)
    client = client_of(rules)
    statuses = [(await client.get("/", headers={"cookie": f"seve={number}"})).status_code for number in range(12)]
    assert statuses.count(429) == 2
    assert (await client_of(rules, peer="203.0.113.10").get("/")).status_code == 200


async def test_addresses_of_one_ipv6_site_are_one() -> None:
    shield = Shield(well, Rules(SITE, session_rate=1_000, address_rate=1))
    statuses = []
    for number in range(12):
        transport = httpx.ASGITransport(app=shield, client=(f"2001:db8::{number:x}", 1))
        statuses.append((await httpx.AsyncClient(transport=transport, base_url=SITE).get("/")).status_code)
    assert statuses.count(429) == 2


async def test_an_open_server_counts_nothing() -> None:
    client = client_of(Rules(SITE))
    assert {(await client.get("/")).status_code for _ in range(50)} == {200}


async def test_the_shield_costs_a_request_little() -> None:
    """The brief asks for 5 µs of counting; the frame with its headers is measured with it, generously."""
    shield, bare = Shield(well, Rules(SITE, session_rate=65_535, address_rate=65_535)), well
    names = [b"accept", b"user-agent", b"accept-encoding", b"connection", b"x-request-id"]
    headers = [(b"host", b"sante.example"), (b"authorization", b"Bearer " + b"x" * 43), *((n, b"v") for n in names)]
    buckets = Buckets(per_second=65_535)

    async def send(message: object) -> None:
        del message

    async def receive() -> dict[str, object]:
        return {}

    async def microseconds(app: App) -> float:
        best = 1e9
        for _ in range(5):
            began = time.process_time()
            for _ in range(2_000):
                scope = {"type": "http", "method": "GET", "path": "/fhir/Patient/1", "client": ("203.0.113.9", 1)}
                await app({**scope, "headers": headers}, receive, send)
            best = min(best, (time.process_time() - began) / 2_000 * 1e6)
        return best

    began = time.process_time()
    for turn in range(10_000):
        buckets.wait_seconds(turn % 100, began)
    assert (time.process_time() - began) / 10_000 * 1e6 < 5
    assert await microseconds(shield) - await microseconds(bare) < 25


@pytest.mark.parametrize(
    "name",
    ["evil.example", "sante.example.evil.example", "evil.example:80", "xsante.example", "sante.example@evil.example"],
)
async def test_a_name_that_is_not_ours_is_misdirected(whole: Whole, name: str) -> None:
    for path in ("/", "/fhir/metadata", "/signin", "/security/"):
        answer = await whole.client().get(path, headers={"host": name})
        assert answer.status_code == 421
        assert "location" not in answer.headers


@pytest.mark.parametrize("name", ["sante.example", "SANTE.example:8080", "localhost:8080", "127.0.0.1", "[::1]:8080"])
async def test_our_own_name_and_addresses_are_answered(whole: Whole, name: str) -> None:
    assert (await whole.client().get("/fhir/metadata", headers={"host": name})).status_code == 200


async def test_two_hosts_are_none(whole: Whole) -> None:
    twice = [("host", "sante.example"), ("host", "evil.example")]
    request = httpx.Request("GET", f"{SITE}/fhir/metadata", headers=twice)
    assert (await whole.client().send(request)).status_code == 421


async def test_links_come_from_the_settings_never_from_the_request(whole: Whole) -> None:
    doctor = await whole.api("doc-app", peer="10.0.0.1")
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"}
    forged |= {"forwarded": "host=evil.example", "x-original-url": "/fhir/metadata", "x-rewrite-url": "/fhir/metadata"}
    for path in ("/fhir/Patient", "/fhir/metadata", "/fhir/.well-known/smart-configuration"):
        answer = await doctor.get(path, headers=forged)
        assert answer.status_code == 200
        assert "evil.example" not in answer.text + str(answer.headers)
    browser = await whole.browser("doc", peer="10.0.0.1")
    for path in ("/security/", "/r/Patient/", "/signin"):
        answer = await browser.get(path, headers=forged)
        assert "evil.example" not in answer.headers.get("location", "") + answer.text


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # nobody we trust
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # what the caller wrote stands to the left
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.1", "<script>, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "," * 5_000, "10.0.0.1"),
    ],
)
async def test_only_a_trusted_proxy_says_whom_it_speaks_for(whole: Whole, peer: str, forwarded: str, seen: str) -> None:
    doctor = await whole.api("doc-app", peer=peer)
    answer = await doctor.get("/fhir/Patient/ana", headers={"x-forwarded-for": forwarded})
    assert answer.status_code == 200
    pool = whole.world.engine.database.pool
    contents = [row["content"] for row in await pool.fetch("SELECT content FROM audit ORDER BY vid DESC LIMIT 1")]
    assert f'"{seen}"' in contents[0]


async def test_cors_is_off_for_who_is_not_listed(whole: Whole) -> None:
    doctor = await whole.api("doc-app")
    for origin in ("https://evil.example", "null", "https://app.example.evil.example", "http://app.example"):
        answer = await doctor.get("/fhir/Patient/ana", headers={"origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        asked = {"origin": origin, "access-control-request-method": "PUT"}
        answer = await doctor.request("OPTIONS", "/fhir/Patient/ana", headers=asked)
        assert answer.status_code == 405
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_listed_origin_reads_the_api_with_a_token_and_never_with_a_cookie(whole: Whole) -> None:
    mine = {"origin": "https://app.example", "access-control-request-method": "PUT"}
    asked = await whole.client().request("OPTIONS", "/fhir/Patient/ana", headers=mine)
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "https://app.example"
    assert "authorization" in asked.headers["access-control-allow-headers"]
    answer = await (await whole.api("doc-app")).get("/fhir/Patient/ana", headers=mine)
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.headers["vary"] == "origin"
    for given in (asked, answer):
        assert "access-control-allow-credentials" not in given.headers
    assert (await (await whole.browser("doc")).get("/fhir/Patient/ana", headers=mine)).status_code == 401
    page = await (await whole.browser("doc")).get("/", headers=mine)
    assert "access-control-allow-origin" not in page.headers


@pytest.mark.parametrize(
    "wrong",
    [
        {"SEVE_CORS_ORIGINS": "*"},
        {"SEVE_CORS_ORIGINS": "https://app.example/"},
        {"SEVE_CORS_ORIGINS": "app.example"},
        {"SEVE_TRUSTED_PROXIES": "proxy.example"},
        {"SEVE_TRUSTED_PROXIES": "10.0.0.1/8"},
        {"SEVE_SESSION_REQUESTS_PER_SECOND": "0"},
    ],
)
def test_a_setting_that_would_open_more_than_was_meant_is_refused_by_name(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings.read(wrong)
