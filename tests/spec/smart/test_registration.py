"""Dynamic registration (RFC 7591): whoever asks gets an id, and nothing else until an officer approves."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey
from tests.spec.signin.place import Place
from tests.spec.smart.apps import BACK, App

from seve.store.identity import applications

PUBLIC = {
    "client_name": "Carnet",
    "redirect_uris": [BACK],
    "grant_types": ["authorization_code", "refresh_token"],
    "scope": "launch/patient patient/*.rs offline_access",
    "contacts": ["dev@app.example"],
}


async def register(place: Place, asked: Any) -> tuple[int, Any]:
    async with place.browser().client as client:
        answer = await client.post("/oauth/register", json=asked)
    return answer.status_code, answer.json()


async def test_a_registered_application_waits_until_an_officer_approves(place: Place) -> None:
    await place.patient("zoe")
    status, found = await register(place, PUBLIC)
    assert (status, found["seve_state"], found["token_endpoint_auth_method"]) == (201, "pending", "none")
    carnet, zoe = App(place, found["client_id"]), await place.signed_in("zoe")
    assert (await carnet.request(zoe, "patient/Observation.rs")).status_code == 400
    desk = await place.signed_in(await place.officer())
    await desk.get("/desk/accounts")
    assert "Carnet" in desk.page
    await desk.post("/desk/accounts/application", client=found["client_id"], decision="approve")
    assert "access_token" in await carnet.tokens(zoe, "patient/Observation.rs")


async def test_only_an_officer_approves(place: Place) -> None:
    await place.professional("karim")
    _, found = await register(place, PUBLIC)
    browser = await place.signed_in("karim")
    await browser.get("/security")
    answer = await browser.post("/desk/accounts/application", client=found["client_id"], decision="approve")
    assert answer.status_code == 403
    client = await applications.client(place.database.pool, found["client_id"])
    assert client is not None
    assert client.state == "pending"


async def test_a_secret_is_shown_once_and_stored_as_a_hash(place: Place) -> None:
    _, found = await register(place, {**PUBLIC, "token_endpoint_auth_method": "client_secret_basic"})
    assert len(found["client_secret"]) >= 43
    stored = await place.database.pool.fetchval("SELECT client::text FROM client")
    assert found["client_secret"] not in stored


async def test_a_machine_registers_with_its_public_key_and_gets_an_account_with_the_approval(place: Place) -> None:
    key = ECKey.generate_key("P-384", auto_kid=True)
    _, found = await register(
        place,
        {
            "client_name": "Entrepôt",
            "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [key.as_dict(private=False)]},
            "scope": "system/*.rs",
        },
    )
    app = App(place, found["client_id"], key=key)
    assert (await app.token(grant_type="client_credentials", scope="system/Patient.rs")).status_code == 401
    desk = await place.signed_in(await place.officer())
    await desk.get("/desk/accounts")
    await desk.post("/desk/accounts/application", client=found["client_id"], decision="approve")
    assert (await app.token(grant_type="client_credentials", scope="system/Patient.rs")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uris": ["http://app.example/back"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/back#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://user@app.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://*.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_client_metadata"),
        ({"redirect_uris": "https://app.example"}, "invalid_client_metadata"),
        ({"client_name": ""}, "invalid_client_metadata"),
        ({"client_name": 7}, "invalid_client_metadata"),
        ({"scope": "nonsense"}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://a.example"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}}, "invalid_client_metadata"),
        (
            {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "oct", "k": "eA"}]}},
            "invalid_client_metadata",
        ),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_a_registration_that_breaks_the_rules_is_refused(place: Place, changes: Any, error: str) -> None:
    status, found = await register(place, {**PUBLIC, **changes})
    assert (status, found["error"]) == (400, error)


async def test_a_private_key_is_not_taken(place: Place) -> None:
    key = ECKey.generate_key("P-384", auto_kid=True)
    asked = {**PUBLIC, "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.as_dict(private=True)]}}
    assert (await register(place, asked))[1]["error"] == "invalid_client_metadata"


@pytest.mark.parametrize("body", [[], "x", None])
async def test_a_body_that_is_no_object_is_refused(place: Place, body: Any) -> None:
    assert (await register(place, body))[0] == 400


@pytest.mark.parametrize("uri", ["http://127.0.0.1:8765/back", "http://localhost/back", "org.example.carnet:/back"])
async def test_loopback_and_private_schemes_are_for_applications_on_a_device(place: Place, uri: str) -> None:
    assert (await register(place, {**PUBLIC, "redirect_uris": [uri]}))[0] == 201
