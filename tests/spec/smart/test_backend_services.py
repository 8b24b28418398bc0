"""SMART Backend Services (App Launch 2.2) and its client authentication, clause by clause; key sets are fetched with a guard."""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from tests.spec.signin.authenticator import b64
from tests.spec.signin.place import FHIR, SITE, Place
from tests.spec.smart.apps import App, machine

from seve.engine.identity.applications.authentication import ASSERTION_TYPE
from seve.engine.identity.applications.refusals import InvalidClient
from seve.engine.identity.applications.remote_keys import RemoteKeys
from seve.engine.identity.sessions import principal_of_token
from seve.fhir.smart.scopes import Scopes


def handmade(header: dict[str, Any], claims: dict[str, Any], *, secret: bytes) -> str:
    """A token that no decent library writes: HS256 by the given secret, or no signature at all for an empty one."""
    signed = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256')) if secret else ''}"


async def ask(app: App, assertion: str, scope: str = "system/Observation.rs", **changes: str) -> tuple[int, Any]:
    form = {
        "grant_type": "client_credentials",
        "scope": scope,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        **changes,
    }
    async with app.place.browser().client as client:
        answer = await client.post("/oauth/token", data={k: v for k, v in form.items() if v})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("kind", ["ES384", "RS384"])
async def test_a_signed_assertion_becomes_a_short_access_token(place: Place, kind: str) -> None:
    key = RSAKey.generate_key(2048, auto_kid=True) if kind == "RS384" else None
    app = await machine(place, key=key)
    status, found = await ask(app, app.assertion())
    assert status == 200
    assert found["expires_in"] <= 300
    assert (found["token_type"], found["scope"]) == ("Bearer", "system/Observation.rs")
    assert "refresh_token" not in found
    principal = await principal_of_token(place.identity, found["access_token"])
    assert principal is not None
    assert (principal.kind, principal.client, principal.role) == ("machine", "entrepot", "Device/entrepot")
    assert principal.scopes == Scopes.parse("system/Observation.rs")


async def test_a_machine_reaches_all_patients_only_when_an_officer_said_so(place: Place) -> None:
    app = await machine(place)
    for reaches_all in (False, True):
        await place.identity.database.pool.execute(
            "UPDATE client SET reaches_all = $2 WHERE id = $1", app.id, reaches_all
        )
        _, found = await ask(app, app.assertion())
        principal = await principal_of_token(place.identity, found["access_token"])
        assert principal is not None
        assert principal.reaches_all is reaches_all


async def test_scopes_are_system_scopes_within_those_registered(place: Place) -> None:
    app = await machine(place, scopes="system/Observation.rs system/Patient.rs")
    _, found = await ask(app, app.assertion(), scope="system/*.cruds user/Observation.rs")
    assert found["scope"] == "system/Observation.rs system/Patient.rs"
    for scope in ("user/*.rs", "patient/Patient.r", "system/Condition.rs", "openid"):
        status, found = await ask(app, app.assertion(), scope=scope)
        assert (status, found["error"]) == (400, "invalid_scope")
    assert (await ask(app, app.assertion(), scope=""))[1]["error"] == "invalid_request"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"iss": None},
        {"aud": FHIR},
        {"aud": "https://other.example/oauth/token"},
        {"aud": None},
        {"exp": 0},
        {"exp": None},
        {"exp": "soon"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
    ],
    ids=str,
)
async def test_an_assertion_with_a_wrong_claim_is_refused(place: Place, changes: dict[str, Any]) -> None:
    app = await machine(place)
    status, found = await ask(app, app.assertion(**changes))
    assert (status, found["error"]) == (401, "invalid_client")


async def test_an_assertion_that_lives_longer_than_five_minutes_is_refused(place: Place) -> None:
    app = await machine(place)
    assert (await ask(app, app.assertion(exp=int(time.time()) + 290)))[0] == 200
    assert (await ask(app, app.assertion(exp=int(time.time()) + 400)))[0] == 401


async def test_an_assertion_is_taken_once(place: Place) -> None:
    app = await machine(place)
    assertion = app.assertion()
    assert (await ask(app, assertion))[0] == 200
    assert (await ask(app, assertion))[0] == 401
    assert (await ask(app, app.assertion(jti="same")))[0] == 200
    assert (await ask(app, app.assertion(jti="same", exp=int(time.time()) + 100)))[0] == 401


async def test_an_assertion_signed_by_another_key_is_refused(place: Place) -> None:
    app = await machine(place)
    assert app.key is not None
    kid, app.key = app.key.kid, ECKey.generate_key("P-384")
    assert (await ask(app, app.assertion(header={"kid": kid})))[0] == 401


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": "unknown"}, {"jku": "https://mechant.example/k"}])
async def test_an_assertion_whose_header_names_no_registered_key_is_refused(
    place: Place, header: dict[str, Any]
) -> None:
    app = await machine(place)
    assert app.key is not None
    assert (await ask(app, app.assertion(header=header)))[0] == 401


async def test_an_unsigned_assertion_or_one_signed_by_a_public_key_as_secret_is_refused(place: Place) -> None:
    app = await machine(place, key=RSAKey.generate_key(2048, auto_kid=True))
    assert app.key is not None
    claims = {"iss": app.id, "sub": app.id, "aud": f"{SITE}/oauth/token", "exp": int(time.time()) + 100, "jti": "1"}
    public = app.key.as_pem(private=False)
    confused = handmade({"alg": "HS256", "kid": app.key.kid}, claims, secret=public)
    none = handmade({"alg": "none", "kid": app.key.kid}, claims, secret=b"")
    odd = handmade({"alg": "RS384", "kid": 7}, claims, secret=b"x")
    for assertion in (confused, none, odd, "a.b.c", "..", "é.é.é"):
        assert (await ask(app, assertion))[0] == 401


async def test_other_algorithms_than_those_announced_are_refused(place: Place) -> None:
    app = await machine(place, key=RSAKey.generate_key(2048, auto_kid=True))
    for algorithm in ("RS256", "PS384"):
        app.algorithm = algorithm
        assert (await ask(app, app.assertion()))[0] == 401


async def test_a_wrong_assertion_type_is_refused(place: Place) -> None:
    app = await machine(place)
    assert (await ask(app, app.assertion(), client_assertion_type="urn:x"))[0] == 401


async def test_a_client_id_that_contradicts_the_assertion_is_refused(place: Place) -> None:
    app = await machine(place)
    assert (await ask(app, app.assertion(), client_id="other"))[0] == 401
    assert (await ask(app, app.assertion(), client_id=app.id))[0] == 200


async def test_a_blocked_application_loses_its_tokens(place: Place) -> None:
    from seve.engine.identity.applications import registry
    from seve.engine.identity.sessions import session_of_cookie

    app = await machine(place)
    _, found = await ask(app, app.assertion())
    held = await session_of_cookie(place.identity, await place.cookie(await place.officer()))
    assert held is not None
    await registry.decide(place.identity, held, app.id, state="blocked")
    place.identity.held.clear()
    assert await principal_of_token(place.identity, found["access_token"]) is None
    assert (await ask(app, app.assertion()))[0] == 401


# Registering public keys by address


@contextmanager
def keys_served(document: Any, *, status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that gives a document, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks", asked
    finally:
        server.shutdown()
        server.server_close()


async def test_keys_by_address_are_fetched_and_kept_and_fetched_again_for_a_new_key(place: Place) -> None:
    key = ECKey.generate_key("P-384", auto_kid=True)
    document = {"keys": [key.as_dict(private=False)]}
    with keys_served(document) as (url, asked):
        place.identity.remote_keys = RemoteKeys(trusted_hosts=frozenset({"127.0.0.1"}))
        app = await machine(place, key=key, jwks=None, jwks_uri=url)
        for _ in range(3):
            assert (await ask(app, app.assertion()))[0] == 200
        assert len(asked) == 1
        document["keys"] = [ECKey.generate_key("P-384", auto_kid=True).as_dict(private=False)]
        place.identity.remote_keys = RemoteKeys(trusted_hosts=frozenset({"127.0.0.1"}))
        assert (await ask(app, app.assertion()))[0] == 401


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/jwks",
        "https://127.0.0.1:{port}/jwks",
        "https://localhost:{port}/jwks",
        "http://localhost:{port}/jwks",
        "https://[::1]:{port}/jwks",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433:{port}/jwks",
        "file:///etc/passwd",
        "https://user@localhost:{port}/jwks",
        "nonsense",
        "",
    ],
)
async def test_keys_at_an_address_that_is_not_public_are_not_asked_for(url: str) -> None:
    with keys_served({"keys": []}) as (served, asked):
        port = served.rpartition(":")[2].partition("/")[0]
        with pytest.raises(InvalidClient):
            await RemoteKeys().get(url.replace("{port}", port), "k")
        assert asked == []


@pytest.mark.parametrize(
    ("document", "status"),
    [(b"[]", 200), (b"{}", 200), (b"not json", 200), (b'{"keys": 7}', 200), (b"{}", 302), (b"x" * 300_000, 200)],
    ids=["list", "empty", "text", "number", "redirect", "large"],
)
async def test_what_is_no_key_set_too_large_or_a_redirect_is_refused(document: bytes, status: int) -> None:
    with keys_served(document, status=status) as (url, asked):
        with pytest.raises(InvalidClient):
            await RemoteKeys(trusted_hosts=frozenset({"127.0.0.1"})).get(url, "k")
        assert len(asked) <= 2
