"""Every kind of answer carries the headers that keep browsers, caches and other sites from doing more with it than they should."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import httpx
import pytest

from seve.rest.answering import Send
from seve.rest.asking import Receive, Scope
from seve.rest.shield.shield import Rules, Shield
from seve.web.assets import assets

from .conftest import Whole

PAGES = ("/", "/signin", "/security", "/r/Patient", "/r/Patient/ana", "/nowhere", "/r/Patient/ana/_history")
DATA = ("/fhir/metadata", "/fhir/Patient/ana", "/fhir/Patient", "/fhir/Patient/absent", "/fhir/no/such/path", "/fhir")
OAUTH = ("/oauth/authorize", "/oauth/token", "/oauth/jwks", "/oauth/nowhere", "/.well-known/openid-configuration")
FILES = (assets().url("seve.css"), "/static/0/nowhere.js", "/static/0/../../app.py", "/sw.js", "/manifest.webmanifest")


def check_everywhere(answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "server" not in headers
    assert "x-powered-by" not in headers
    for name, value in headers.multi_items():
        assert headers.get_list(name) == [value] or name in ("set-cookie", "vary", "link"), f"{name} comes twice"


@pytest.mark.parametrize("path", [*PAGES, *DATA, *OAUTH, *FILES])
async def test_every_answer_carries_them_whoever_asks(whole: Whole, path: str) -> None:
    doctor = await whole.api("doc-app")
    browser = await whole.browser("doc")
    for client in (whole.client(), doctor, browser):
        check_everywhere(await client.get(path))
        check_everywhere(await client.post(path))


@pytest.mark.parametrize("path", [*PAGES[:1], *PAGES[2:], *DATA[1:]])
async def test_what_may_be_about_a_person_is_stored_nowhere(whole: Whole, path: str) -> None:
    for client in (await whole.api("doc-app"), await whole.browser("doc"), whole.client()):
        assert (await client.get(path)).headers["cache-control"] == "no-store"


async def test_what_is_the_same_for_everybody_may_be_kept(whole: Whole) -> None:
    answer = await whole.client().get(assets().url("seve.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    earlier = await whole.client().get("/static/0/seve.css")
    assert earlier.headers["cache-control"] == "no-cache", (
        "a page made before an update must not keep what is of after it"
    )
    assert "max-age" in (await whole.client().get("/oauth/jwks")).headers["cache-control"]


async def test_stored_html_runs_nothing_in_a_browser(whole: Whole) -> None:
    doctor = await whole.api("doc-app")
    page = b"<script>alert(1)</script>"
    made = await doctor.post(
        "/fhir/Binary", content=page, headers={"content-type": "text/html", "x-security-context": "Patient/ana"}
    )
    assert made.status_code == 201
    answer = await doctor.get(made.headers["location"], headers={"accept": "text/html"})
    assert answer.content == page
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("site", "is_told"), [("https://sante.example", True), ("http://127.0.0.1:8080", False)])
async def test_a_site_on_https_tells_browsers_to_stay_there(site: str, is_told: bool) -> None:
    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(app=Shield(nothing, Rules(site)))
    answer = await httpx.AsyncClient(transport=transport, base_url=site).get("/fhir/metadata")
    told = answer.headers.get("strict-transport-security", "")
    assert (told == "max-age=63072000; includeSubDomains") == is_told


@pytest.mark.parametrize("path", ["/fhir/Patient/ana", "/", "/oauth/token"])
async def test_bodies_say_what_they_are_and_in_which_characters(whole: Whole, path: str) -> None:
    for client in (await whole.api("doc-app"), await whole.browser("doc")):
        answer = await client.get(path)
        content_type = answer.headers.get("content-type", "")
        assert not answer.content or "charset=utf-8" in content_type or content_type == "application/json"


async def test_a_broken_page_has_them_too(whole: Whole) -> None:
    """What goes wrong outside every handler is answered outside their headers, but within the shield."""
    pool = whole.world.engine.database.pool
    browser = await whole.browser("doc")
    await pool.execute("ALTER TABLE session RENAME TO session_away")
    try:
        for path in ("/", "/signin", "/fhir/Patient/ana"):
            answer = await browser.get(path)
            assert answer.status_code in (200, 401, 500, 503)
            check_everywhere(answer)
            assert "Traceback" not in answer.text
            assert "session_away" not in answer.text
    finally:
        await pool.execute("ALTER TABLE session_away RENAME TO session")


@pytest.mark.parametrize(
    ("path", "site", "is_packed"),
    [
        ("/security", "same-origin", True),
        ("/security", "none", True),
        ("/security", "cross-site", False),
        ("/security", "same-site", False),
        ("/security", "", False),
        ("/security?done=x", "same-origin", False),
    ],
)
async def test_a_page_is_packed_only_when_no_other_site_has_a_hand_in_it(
    whole: Whole, path: str, site: str, is_packed: bool
) -> None:
    browser = await whole.browser("doc")
    sent = {"accept-encoding": "gzip", **({"sec-fetch-site": site} if site else {})}
    answer = await browser.get(path, headers=sent)
    assert answer.status_code == 200
    assert ("content-encoding" in answer.headers) == is_packed
    assert "</html>" in answer.text
    check_everywhere(answer)


async def test_what_is_no_page_passes_as_it_is(whole: Whole) -> None:
    browser = await whole.browser("ana")
    answer = await browser.get("/accesses/table", headers={"accept-encoding": "gzip", "sec-fetch-site": "same-origin"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "content-encoding" not in answer.headers


async def test_a_form_that_comes_back_is_never_packed(whole: Whole) -> None:
    browser = await whole.browser("doc")
    answer = await browser.post(
        "/security/nothing", headers={"accept-encoding": "gzip", "sec-fetch-site": "same-origin"}
    )
    assert "content-encoding" not in answer.headers


PACKED = {"accept-encoding": "gzip", "sec-fetch-site": "same-origin"}


async def test_script_is_asked_for_before_a_page_is_read_and_style_where_the_page_does_not_carry_it(
    whole: Whole,
) -> None:
    style, script = (f"<{assets().url(name)}>" for name in ("seve.css", "modules/start.js"))
    for client, path in ((whole.client(), "/signin"), (await whole.browser("doc"), "/")):
        named = await client.get(path)
        assert style in named.headers["link"]
        assert script in named.headers["link"]
        assert f'<link rel="stylesheet" href="{assets().url("seve.css")}">' in named.text
        assert "style-src 'self';" in named.headers["content-security-policy"]
        carried = await client.get(path, headers=PACKED)
        assert style not in carried.headers["link"]
        assert script in carried.headers["link"]


async def test_a_page_carries_its_style_which_its_policy_names_by_its_hash_and_no_other(whole: Whole) -> None:
    answer = await (await whole.browser("ana")).get("/", headers=PACKED)
    assert "stylesheet" not in answer.text
    sheets = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    hashes = [b64encode(sha256(sheet.encode()).digest()).decode() for sheet in sheets]
    allowed = "".join(f" 'sha256-{found}'" for found in hashes)
    assert f"style-src 'self'{allowed};" in answer.headers["content-security-policy"]
    assert len(sheets) == 1
    assert "url(vendor" not in sheets[0]
    assert 'url("vendor' not in sheets[0]
