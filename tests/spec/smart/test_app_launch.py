"""SMART App Launch 2.2, clause by clause: discovery, authorization request, access token, refresh, launch context, identity."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from tests.spec.signin.place import FHIR, SITE, Place, role
from tests.spec.smart.apps import BACK, app

from seve.engine.identity import delegations
from seve.engine.identity.applications import consenting
from seve.engine.identity.sessions import principal_of_cookie, principal_of_token, session_of_cookie
from seve.engine.identity.tokens import new_token
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import accounts

READ = "launch/patient patient/Observation.rs"


async def get(place: Place, path: str) -> dict[str, object]:
    async with place.browser().client as client:
        answer = await client.get(path, headers={"origin": "https://app.example"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


# Conformance: .well-known/smart-configuration


async def test_conformance_the_smart_configuration_has_what_is_required(place: Place) -> None:
    found = await get(place, "/fhir/.well-known/smart-configuration")
    assert found["issuer"] == SITE
    assert found["authorization_endpoint"] == f"{SITE}/oauth/authorize"
    assert found["token_endpoint"] == f"{SITE}/oauth/token"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {"authorization_code", "client_credentials"} <= set(found["grant_types_supported"])  # type: ignore[arg-type]
    assert {"launch-standalone", "launch-ehr", "permission-v2", "sso-openid-connect"} <= set(found["capabilities"])  # type: ignore[arg-type]
    assert found["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]


async def test_conformance_oauth_and_openid_metadata_agree_with_it(place: Place) -> None:
    smart = await get(place, "/fhir/.well-known/smart-configuration")
    del smart["capabilities"]
    assert await get(place, "/.well-known/oauth-authorization-server") == smart
    assert await get(place, "/.well-known/openid-configuration") == smart


# Obtain authorization code


async def test_authorization_a_granted_request_redirects_with_code_state_and_issuer(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    back = await carnet.granted(await place.signed_in("zoe"), READ)
    assert back["state"] == "état-98"
    assert back["iss"] == SITE  # RFC 9207
    assert len(back["code"]) >= 43


async def test_authorization_the_request_may_be_a_form_as_authorize_post_has_it(place: Place) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    await carnet.request(browser, READ)
    asked = dict(parse_qsl(urlsplit(str(browser.answer.history[0].url)).query)) if browser.answer.history else None
    assert asked is None  # redirects were followed by hand
    from seve.engine.identity.tokens import challenge_of

    form = {
        "response_type": "code",
        "client_id": "carnet",
        "redirect_uri": BACK,
        "scope": READ,
        "state": "s",
        "aud": FHIR,
        "code_challenge": challenge_of(carnet.verifier),
        "code_challenge_method": "S256",
    }
    answer = await browser.client.post("/oauth/authorize", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/signin/consent?request=")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"state": ""}, "invalid_request"),
        ({"scope": ""}, "invalid_request"),
        ({"aud": ""}, "invalid_request"),
        ({"aud": "https://other.example/fhir"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "system/*.rs"}, "invalid_scope"),
        ({"scope": "nonsense patient/Observation.sr"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_authorization_a_request_that_lacks_what_is_required_is_sent_back(
    place: Place, changes: dict[str, str], error: str
) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    answer = await carnet.request(browser, changes.pop("scope", READ), **changes)
    address = answer.headers["location"]
    assert address.startswith(f"{BACK}?")
    assert dict(parse_qsl(urlsplit(address).query))["error"] == error


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://app.example/back/"},
        {"redirect_uri": "https://app.example/back?x=1"},
        {"redirect_uri": "https://APP.example/back"},
        {"redirect_uri": "https://mechant.example/back"},
        {"redirect_uri": ""},
        {"client_id": "unknown"},
        {"client_id": ""},
    ],
    ids=str,
)
async def test_authorization_an_address_or_client_that_is_not_registered_is_redirected_nowhere(
    place: Place, changes: dict[str, str]
) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    answer = await carnet.request(browser, READ, **changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_authorization_an_application_that_was_not_approved_is_redirected_nowhere(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place, state="pending")
    assert (await carnet.request(await place.signed_in("zoe"), READ)).status_code == 400


async def test_authorization_a_repeated_parameter_is_refused(place: Place) -> None:
    await app(place)
    address = f"/oauth/authorize?client_id=carnet&redirect_uri={BACK}&scope=openid&scope=launch&state=s"
    async with place.browser().client as client:
        answer = await client.get(address)
    assert "error=invalid_request" in answer.headers["location"]


async def test_authorization_who_is_not_signed_in_signs_in_first_and_comes_back(place: Place) -> None:
    from seve.engine.identity import personas

    await personas.mark(place.database)
    await personas.seed(place.identity)
    await place.put({"resourceType": "Patient", "id": "demo-jeanne", "name": [{"text": "Jeanne"}]})
    carnet, browser = await app(place), place.browser()
    await carnet.request(browser, READ)
    assert browser.answer.url.path == "/signin"
    await browser.post("/signin/persona", persona="demo-patiente")
    assert browser.answer.url.path == "/signin/consent"
    assert "Consulter les mesures et résultats du dossier concerné" in browser.page


async def test_authorization_the_person_may_say_no(place: Place) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    await carnet.request(browser, READ)
    await browser.post("/signin/consent", request=browser.hidden("request"), decision="refuse")
    assert "error=access_denied" in browser.onward
    assert await place.database.pool.fetchval("SELECT count(*) FROM application_grant") == 0


async def test_authorization_the_person_may_leave_scopes_out_but_not_add_any(place: Place) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    asked = f"{READ} patient/Condition.rs"
    tokens = await carnet.tokens(browser, asked, scope=["patient/Condition.rs", "patient/Patient.cruds"])
    assert tokens["scope"] == "launch/patient patient/Condition.rs"


async def test_authorization_an_answer_is_taken_once(place: Place) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    await carnet.request(browser, READ)
    token = browser.hidden("request")
    await browser.post("/signin/consent", request=token, decision="refuse")
    await browser.get("/security")
    answer = await browser.post("/signin/consent", request=token, decision="grant", scope=["patient/Observation.rs"])
    assert answer.status_code == 400


async def test_authorization_an_officer_grants_nothing(place: Place) -> None:
    carnet = await app(place)
    await carnet.request(await place.signed_in(await place.officer()), READ)
    assert await place.database.pool.fetchval("SELECT count(*) FROM application_grant") == 0


# Obtain access token


async def test_token_a_code_and_its_verifier_become_an_access_token(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    back = await carnet.granted(await place.signed_in("zoe"), READ)
    answer = await carnet.exchange(back["code"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    found = answer.json()
    assert (found["token_type"], found["expires_in"], found["patient"]) == ("Bearer", 600, "zoe")
    assert "refresh_token" not in found
    principal = await principal_of_token(place.identity, found["access_token"])
    assert principal is not None
    assert (principal.client, principal.patient, principal.purpose) == ("carnet", "Patient/zoe", "PATRQT")
    assert principal.scopes == Scopes.parse(READ)
    assert await principal_of_cookie(place.identity, found["access_token"]) is None


async def test_token_a_confidential_client_proves_itself_by_its_secret(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place, secret="s3cret")
    code = (await carnet.granted(await place.signed_in("zoe"), READ))["code"]
    carnet.secret = "wrong"
    answer = await carnet.exchange(code)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"] == "Basic"
    carnet.secret = "s3cret"
    assert (await carnet.exchange(code)).status_code == 200


@pytest.mark.parametrize("kind", ["ES384", "RS384"])
async def test_token_a_confidential_client_proves_itself_by_an_assertion(place: Place, kind: str) -> None:
    await place.patient("zoe")
    key = ECKey.generate_key("P-384", auto_kid=True) if kind == "ES384" else RSAKey.generate_key(2048, auto_kid=True)
    carnet = await app(place, key=key)
    carnet.algorithm = kind
    assert "access_token" in await carnet.tokens(await place.signed_in("zoe"), READ)


async def test_token_a_confidential_client_that_shows_no_proof_is_refused(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place, secret="s3cret")
    code = (await carnet.granted(await place.signed_in("zoe"), READ))["code"]
    carnet.secret = ""
    assert (await carnet.exchange(code)).json()["error"] == "invalid_client"


async def test_token_two_proofs_at_once_and_a_secret_in_the_body_are_refused(place: Place) -> None:
    carnet = await app(place, secret="s3cret")
    for more in ({"client_secret": "s3cret"}, {"client_assertion": "x.y.z"}):
        answer = await carnet.token(grant_type="authorization_code", **more)
        assert answer.json()["error"] == "invalid_request"


async def test_token_a_replayed_code_revokes_what_came_of_it(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    code = (await carnet.granted(await place.signed_in("zoe"), f"{READ} offline_access"))["code"]
    first = (await carnet.exchange(code)).json()
    assert (await carnet.exchange(code)).json()["error"] == "invalid_grant"
    assert await principal_of_token(place.identity, first["access_token"]) is None
    assert (await carnet.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("verifier", ["", "x" * 43, "short"])
async def test_token_a_stolen_code_without_its_verifier_is_worth_nothing_and_spends_the_code(
    place: Place, verifier: str
) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    code = (await carnet.granted(await place.signed_in("zoe"), READ))["code"]
    assert (await carnet.exchange(code, code_verifier=verifier)).json()["error"] == "invalid_grant"
    assert (await carnet.exchange(code)).json()["error"] == "invalid_grant"


async def test_token_a_verifier_of_another_request_is_refused(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    code = (await carnet.granted(await place.signed_in("zoe"), READ))["code"]
    assert (await carnet.exchange(code, code_verifier=new_token())).json()["error"] == "invalid_grant"


async def test_token_a_code_in_the_hands_of_another_client_is_refused(place: Place) -> None:
    await place.patient("zoe")
    carnet, other = await app(place), await app(place, "autre")
    code = (await carnet.granted(await place.signed_in("zoe"), READ))["code"]
    other.verifier = carnet.verifier
    assert (await other.exchange(code)).json()["error"] == "invalid_grant"
    assert (await carnet.exchange(code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("redirect_uri", ["", "https://app.example/other"])
async def test_token_the_redirect_address_must_be_that_of_the_request(place: Place, redirect_uri: str) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    code = (await carnet.granted(await place.signed_in("zoe"), READ))["code"]
    assert (await carnet.exchange(code, redirect_uri=redirect_uri)).json()["error"] == "invalid_grant"


async def test_token_a_code_lives_for_a_minute(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    code = (await carnet.granted(await place.signed_in("zoe"), READ))["code"]
    seconds = "SELECT extract(epoch FROM expires - now())::float8 FROM authorization_code"
    assert await place.database.pool.fetchval(seconds) <= 60
    await place.database.pool.execute("UPDATE authorization_code SET expires = now()")
    assert (await carnet.exchange(code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("grant_type", ["password", "", "implicit"])
async def test_token_other_grant_types_do_not_exist(place: Place, grant_type: str) -> None:
    carnet = await app(place)
    assert (await carnet.token(grant_type=grant_type)).json()["error"] == "unsupported_grant_type"


async def test_token_codes_and_tokens_are_stored_as_hashes_only(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    code = (await carnet.granted(await place.signed_in("zoe"), f"{READ} offline_access"))["code"]
    tokens = (await carnet.exchange(code)).json()
    for table in ("authorization_code", "refresh_token", "session", "application_grant"):
        stored = await place.database.pool.fetchval(f"SELECT string_agg({table}::text, '') FROM {table}")
        assert not any(token in stored for token in (code, tokens["access_token"], tokens["refresh_token"]))


# Refresh access token


async def test_refresh_a_token_is_rotated_and_keeps_its_scopes(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    first = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access")
    second = (await carnet.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (second["scope"], second["patient"]) == (first["scope"], "zoe")
    third = (await carnet.refresh(second["refresh_token"])).json()
    assert await principal_of_token(place.identity, third["access_token"]) is not None


async def test_refresh_a_second_use_revokes_the_whole_family(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    first = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access")
    second = (await carnet.refresh(first["refresh_token"])).json()
    assert (await carnet.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await carnet.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert await principal_of_token(place.identity, second["access_token"]) is None


async def test_refresh_scopes_may_shrink_for_one_token_and_come_back(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    first = await carnet.tokens(await place.signed_in("zoe"), f"{READ} patient/Condition.rs offline_access")
    less = (await carnet.refresh(first["refresh_token"], scope="patient/Observation.r")).json()
    assert less["scope"] == "patient/Observation.r"
    assert (await carnet.refresh(less["refresh_token"])).json()["scope"] == first["scope"]


@pytest.mark.parametrize(
    "scope",
    [
        "patient/Observation.cruds",
        "patient/*.rs",
        "user/Observation.rs",
        "patient/Observation.rs openid",
        "system/*.rs",
    ],
)
async def test_refresh_scopes_never_rise(place: Place, scope: str) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    first = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access")
    answer = await carnet.refresh(first["refresh_token"], scope=scope)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_scope"


async def test_refresh_in_the_hands_of_another_client_is_refused(place: Place) -> None:
    await place.patient("zoe")
    carnet, other = await app(place), await app(place, "autre")
    first = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access")
    assert (await other.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert await principal_of_token(place.identity, first["access_token"]) is None


async def test_refresh_without_offline_access_ends_with_the_session(place: Place) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    tokens = await carnet.tokens(browser, f"{READ} online_access")
    await browser.get("/security")
    await browser.post("/signout")
    assert await principal_of_token(place.identity, tokens["access_token"]) is None
    assert (await carnet.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_refresh_with_offline_access_outlives_the_session(place: Place) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place), await place.signed_in("zoe")
    tokens = await carnet.tokens(browser, f"{READ} offline_access")
    await browser.get("/security")
    await browser.post("/signout")
    assert (await carnet.refresh(tokens["refresh_token"])).status_code == 200


async def test_refresh_ends_when_the_professional_s_role_does(place: Place) -> None:
    await place.professional("karim")
    carnet = await app(place)
    tokens = await carnet.tokens(await place.signed_in("karim"), "user/Observation.rs offline_access")
    await place.put(role("karim", "cabinet", active=False))
    assert (await carnet.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert await principal_of_token(place.identity, tokens["access_token"]) is None


# Scopes and launch context


async def test_context_scopes_of_version_1_are_understood(place: Place) -> None:
    await place.patient("zoe")
    tokens = await (await app(place)).tokens(await place.signed_in("zoe"), "launch/patient patient/Observation.read")
    assert tokens["scope"] == "launch/patient patient/Observation.rs"


async def test_context_granular_scopes_are_kept(place: Place) -> None:
    await place.patient("zoe")
    asked = "launch/patient patient/Observation.rs?category=laboratory"
    carnet, browser = await app(place), await place.signed_in("zoe")
    await carnet.request(browser, asked)
    assert "seulement si category=laboratory" in browser.page
    assert (await carnet.tokens(browser, asked))["scope"] == asked


async def test_context_what_the_client_did_not_register_is_not_granted(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place, scopes="launch/patient patient/Observation.rs offline_access")
    tokens = await carnet.tokens(await place.signed_in("zoe"), "launch/patient patient/*.cruds offline_access")
    assert tokens["scope"] == "offline_access launch/patient patient/Observation.rs".replace(
        "offline_access launch/patient", "launch/patient offline_access"
    )


async def test_context_a_guardian_chooses_whose_record(place: Place) -> None:
    await place.patient("nadia")
    await place.put({"resourceType": "Patient", "id": "sami", "name": [{"given": ["Sami"]}]})
    await place.put({"resourceType": "RelatedPerson", "id": "mere", "patient": {"reference": "Patient/sami"}})
    await accounts.link(place.database.pool, "nadia", "RelatedPerson/mere")
    carnet, browser = await app(place), await place.signed_in("nadia")
    assert (await carnet.tokens(browser, READ, patient="Patient/sami"))["patient"] == "sami"
    await carnet.request(browser, READ)
    await browser.post(
        "/signin/consent",
        request=browser.hidden("request"),
        decision="grant",
        scope=["patient/Observation.rs"],
        patient="Patient/someone-else",
    )
    assert "error=invalid_scope" in browser.onward


async def test_context_a_professional_names_the_patient_of_a_standalone_launch(place: Place) -> None:
    await place.professional("karim")
    carnet, browser = await app(place), await place.signed_in("karim")
    tokens = await carnet.tokens(browser, f"{READ} user/Practitioner.r", patient="zoe")
    assert tokens["patient"] == "zoe"
    without = await carnet.tokens(browser, f"{READ} user/Practitioner.r", patient="")
    assert "patient" not in without
    assert without["scope"] == "user/Practitioner.r"


async def test_ehr_launch_hands_over_the_patient_that_is_open(place: Place) -> None:
    await place.professional("karim")
    carnet = await app(place, launch_uri="https://app.example/launch")
    browser = await place.signed_in("karim")
    held = await session_of_cookie(place.identity, browser.cookie)
    assert held is not None
    address = await consenting.launch(place.identity, held, "carnet", patient="Patient/zoe")
    given = dict(parse_qsl(urlsplit(address).query))
    assert address.startswith("https://app.example/launch?")
    assert given["iss"] == FHIR
    tokens = await carnet.tokens(browser, "launch patient/Observation.rs", launch=given["launch"])
    assert (tokens["patient"], tokens["need_patient_banner"]) == ("zoe", False)


async def test_ehr_launch_begins_with_a_form_of_a_session(place: Place) -> None:
    await place.professional("karim")
    await app(place, launch_uri="https://app.example/launch")
    await app(place, "autre")
    browser = await place.signed_in("karim")
    await browser.get("/security")
    await browser.post("/signin/launch", client="carnet", patient="Patient/zoe")
    assert browser.onward.startswith("https://app.example/launch?iss=")
    await browser.get("/security")
    assert (await browser.post("/signin/launch", client="autre", patient="Patient/zoe")).status_code == 400


async def test_ehr_launch_is_for_its_own_client_and_person_and_only_once(place: Place) -> None:
    await place.professional("karim")
    await place.professional("lucie")
    carnet = await app(place, launch_uri="https://app.example/launch")
    other = await app(place, "autre")
    browser = await place.signed_in("karim")
    held = await session_of_cookie(place.identity, browser.cookie)
    assert held is not None
    address = await consenting.launch(place.identity, held, "carnet", patient="Patient/zoe")
    token = dict(parse_qsl(urlsplit(address).query))["launch"]
    for one, who in ((other, browser), (carnet, await place.signed_in("lucie"))):
        answer = await one.request(who, "launch patient/Observation.rs", launch=token)
        assert "error=access_denied" in answer.headers["location"]
    await carnet.tokens(browser, "launch patient/Observation.rs", launch=token)
    answer = await carnet.request(browser, "launch patient/Observation.rs", launch=token)
    assert "error=access_denied" in answer.headers["location"]


# Scopes for requesting identity data


async def test_identity_the_id_token_names_the_person_and_is_signed_by_a_published_key(place: Place) -> None:
    await place.professional("karim")
    carnet = await app(place)
    tokens = await carnet.tokens(await place.signed_in("karim"), "openid fhirUser user/Patient.rs", nonce="n-7")
    keys = KeySet.import_key_set(await get(place, "/oauth/jwks"))  # type: ignore[arg-type]
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (SITE, "carnet", "n-7")
    assert claims["fhirUser"] == f"{FHIR}/Practitioner/karim"
    assert claims["exp"] > claims["iat"] >= claims["auth_time"]


async def test_identity_without_openid_there_is_no_id_token(place: Place) -> None:
    await place.patient("zoe")
    assert "id_token" not in await (await app(place)).tokens(await place.signed_in("zoe"), READ)


async def test_identity_published_keys_have_no_private_part(place: Place) -> None:
    assert all(not {"d", "p", "q"} & set(key) for key in (await get(place, "/oauth/jwks"))["keys"])  # type: ignore[attr-defined]


# Token introspection (RFC 7662) and revocation (RFC 7009)


async def test_introspection_tells_a_client_of_its_own_token(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place, secret="s3cret")
    tokens = await carnet.tokens(await place.signed_in("zoe"), f"openid fhirUser {READ} offline_access")
    found = (await carnet.post("/oauth/introspect", token=tokens["access_token"])).json()
    assert (found["active"], found["client_id"], found["patient"]) == (True, "carnet", "zoe")
    assert found["scope"] == tokens["scope"]
    assert found["fhirUser"] == f"{FHIR}/Patient/zoe"
    assert (await carnet.post("/oauth/introspect", token=tokens["refresh_token"])).json()["active"] is True


async def test_introspection_tells_nothing_of_a_token_of_another_client_or_of_none(place: Place) -> None:
    await place.patient("zoe")
    carnet, other = await app(place, secret="s3cret"), await app(place, "autre", secret="autre")
    tokens = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access")
    for token in (tokens["access_token"], tokens["refresh_token"], "nonsense"):
        assert (await other.post("/oauth/introspect", token=token)).json() == {"active": False}
    other.secret = "wrong"
    assert (await other.post("/oauth/introspect", token=tokens["access_token"])).status_code == 401


async def test_revocation_of_an_access_token_ends_it_alone(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    tokens = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access")
    assert (await carnet.post("/oauth/revoke", token=tokens["access_token"])).status_code == 200
    assert await principal_of_token(place.identity, tokens["access_token"]) is None
    assert (await carnet.refresh(tokens["refresh_token"])).status_code == 200


async def test_revocation_of_a_refresh_token_ends_the_whole_grant(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    tokens = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access")
    await carnet.post("/oauth/revoke", token=tokens["refresh_token"])
    assert await principal_of_token(place.identity, tokens["access_token"]) is None


async def test_revocation_of_somebody_else_s_or_an_unknown_token_changes_nothing_and_tells_nothing(
    place: Place,
) -> None:
    await place.patient("zoe")
    carnet, other = await app(place), await app(place, "autre")
    tokens = await carnet.tokens(await place.signed_in("zoe"), READ)
    for token in (tokens["access_token"], "nonsense"):
        assert (await other.post("/oauth/revoke", token=token)).status_code == 200
    assert await principal_of_token(place.identity, tokens["access_token"]) is not None


# What a person granted (N08)


async def test_a_grant_is_listed_with_purpose_and_date_and_withdrawn_at_once(place: Place) -> None:
    await place.patient("zoe")
    carnet, browser = await app(place, purpose="HRESCH"), await place.signed_in("zoe")
    tokens = await carnet.tokens(browser, f"{READ} offline_access")
    principal = await principal_of_token(place.identity, tokens["access_token"])
    assert principal is not None
    assert principal.purpose == "HRESCH"
    await browser.get("/security")
    assert "Application carnet" in browser.page
    assert "la recherche" in browser.page
    import re

    key = re.search(r'name="grant" value="(\d+)"', browser.page)
    assert key
    await browser.post("/security/application", grant=key[1])
    assert await principal_of_token(place.identity, tokens["access_token"]) is None
    assert (await carnet.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_grant_ends_on_its_day(place: Place) -> None:
    await place.patient("zoe")
    carnet = await app(place)
    tokens = await carnet.tokens(await place.signed_in("zoe"), f"{READ} offline_access", days="1")
    days = "SELECT extract(epoch FROM until - since)::float8 / 86400 FROM application_grant"
    assert round(await place.database.pool.fetchval(days)) == 1
    await place.database.pool.execute("UPDATE application_grant SET until = now()")
    place.identity.held.clear()
    assert await principal_of_token(place.identity, tokens["access_token"]) is None
    assert (await carnet.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_grant_through_a_delegation_ends_with_it(place: Place) -> None:
    from datetime import timedelta

    await place.professional("karim")
    await accounts.add(place.database.pool, "sophie", name="Sophie", login="sophie")
    held = await session_of_cookie(place.identity, await place.cookie("karim"))
    assert held is not None
    now = await place.database.pool.fetchval("SELECT now()")
    key = await delegations.give(
        place.identity, held, to="sophie", kind="secretary", since=now, until=now + timedelta(days=3)
    )
    carnet = await app(place)
    tokens = await carnet.tokens(await place.signed_in("sophie"), "user/Appointment.cruds offline_access")
    await delegations.end(place.identity, held, key)
    place.identity.held.clear()
    assert await principal_of_token(place.identity, tokens["access_token"]) is None
    assert (await carnet.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
