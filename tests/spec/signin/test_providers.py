"""Signing in through another provider: a simulated Pro Santé Connect, and Sève's own authorization server, over real HTTP."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey
from tests.spec.signin.authenticator import b64
from tests.spec.signin.issuers import RPPS, SUBJECT, Issuer, issuing
from tests.spec.signin.place import SITE, Browser, Place, application

from seve.engine.identity import relying_party
from seve.engine.identity.providers import Provider
from seve.engine.identity.refusals import (
    ProviderRefused,
    ProviderUnreachable,
    StepExpired,
    UnknownIdentity,
)
from seve.engine.identity.service import Identity
from seve.engine.identity.sessions import Proof
from seve.engine.identity.tokens import digest
from seve.france.identity.professionals import RPPS_SYSTEM
from seve.store.identity import accounts, applications
from seve.store.identity.applications import Client
from seve.testing.serving import free_port


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as running:
        yield running


async def signed_in(place: Place, issuer: Issuer, *, answer: dict[str, str] | None = None, **changes: Any) -> Proof:
    """Goes there and comes back, as a browser does."""
    provider = issuer.provider(**changes)
    place.identity.providers = {provider.id: provider}
    address, token = await relying_party.begin(place.identity, provider)
    asked = dict(parse_qsl(urlsplit(address).query))
    issuer.nonce = asked["nonce"]
    given = {"code": "c0de", "state": asked["state"], **(answer or {})}
    return await relying_party.finish(place.identity, token=token, answer=given)


async def known(place: Place, issuer: Issuer) -> None:
    await place.professional("paul")
    await accounts.add_identity(place.database.pool, "paul", issuer=issuer.provider().issuer, subject=SUBJECT)


async def test_a_professional_known_to_the_provider_signs_in(place: Place, issuer: Issuer) -> None:
    await known(place, issuer)
    assert (await signed_in(place, issuer)).account == "paul"
    path, form = next((path, form) for path, form in issuer.asked if path == "/token")
    assert form["grant_type"] == "authorization_code"
    assert len(form["code_verifier"]) >= 43
    assert form["redirect_uri"] == f"{SITE}/signin/provider"
    assert form["authorization"].startswith("Basic ")
    assert path == "/token"


async def test_the_request_has_state_nonce_a_challenge_and_the_level_wanted(place: Place, issuer: Issuer) -> None:
    address, _ = await relying_party.begin(place.identity, issuer.provider())
    asked = dict(parse_qsl(urlsplit(address).query))
    assert (asked["response_type"], asked["code_challenge_method"], asked["acr_values"]) == ("code", "S256", "eidas1")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3


async def test_at_first_the_directory_s_number_finds_the_professional_and_makes_the_account(
    place: Place, issuer: Issuer
) -> None:
    await place.put(
        {
            "resourceType": "Practitioner",
            "id": "petit",
            "active": True,
            "identifier": [{"system": RPPS_SYSTEM, "value": RPPS}],
        }
    )
    proof = await signed_in(place, issuer)
    assert await accounts.links(place.database.pool, proof.account) == ["Practitioner/petit"]
    assert (await signed_in(place, issuer)).account == proof.account


async def test_a_professional_the_directory_does_not_know_is_refused(place: Place, issuer: Issuer) -> None:
    with pytest.raises(UnknownIdentity):
        await signed_in(place, issuer)


async def test_userinfo_about_somebody_else_is_refused(place: Place, issuer: Issuer) -> None:
    issuer.userinfo = {"sub": "other"}
    with pytest.raises(ProviderRefused):
        await signed_in(place, issuer)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
async def test_asymmetric_signatures_are_accepted(place: Place, issuer: Issuer, algorithm: str) -> None:
    await known(place, issuer)
    issuer.algorithm = algorithm
    if algorithm == "ES256":
        issuer.keys = [ECKey.generate_key("P-256", auto_kid=True)]
    assert (await signed_in(place, issuer)).account == "paul"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"aud": ["seve", "other"]}, "azp"),
        ({"exp": 1}, "exp"),
        ({"exp": None}, "exp"),
        ({"iat": 4_000_000_000}, "iat"),
        ({"nonce": "replayed"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"acr": "eidas0"}, "acr"),
        ({"acr": None}, "acr"),
    ],
    ids=str,
)
async def test_an_id_token_with_a_wrong_claim_is_refused(
    place: Place, issuer: Issuer, claims: dict[str, Any], reason: str
) -> None:
    await known(place, issuer)
    issuer.claims = claims
    with pytest.raises(ProviderRefused) as refused:
        await signed_in(place, issuer)
    assert refused.value.fields["reason"] == reason


@pytest.mark.parametrize("answer", [{"state": "wrong"}, {"state": ""}, {"iss": "https://other.example"}, {"code": ""}])
async def test_an_answer_to_another_question_is_refused(place: Place, issuer: Issuer, answer: dict[str, str]) -> None:
    await known(place, issuer)
    with pytest.raises(ProviderRefused):
        await signed_in(place, issuer, answer=answer)


async def test_an_unsigned_token_and_one_signed_by_the_public_key_are_refused(place: Place, issuer: Issuer) -> None:
    await known(place, issuer)
    for header, secret in (
        ({"alg": "none"}, b""),
        ({"alg": "HS256", "kid": issuer.keys[0].kid}, issuer.keys[0].as_pem(private=False)),
    ):
        claims = json.loads(_payload(issuer.signed()))
        signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
        issuer.token = f"{signed}.{b64(hmac.digest(secret, signed.encode(), 'sha256')) if secret else ''}"
        with pytest.raises(ProviderRefused) as refused:
            await signed_in(place, issuer)
        assert refused.value.fields["reason"] == "alg"


@pytest.mark.parametrize("token", ["", "a.b.c", "x", "é", "...."])
async def test_nonsense_in_place_of_an_id_token_is_refused(place: Place, issuer: Issuer, token: str) -> None:
    await known(place, issuer)
    issuer.token = token or "."
    with pytest.raises(ProviderRefused):
        await signed_in(place, issuer)


async def test_a_key_that_the_provider_does_not_publish_is_refused(place: Place, issuer: Issuer) -> None:
    await known(place, issuer)
    stranger = Issuer(url=issuer.url, keys=[RSAKey.generate_key(2048, auto_kid=True)])
    issuer.token = stranger.signed()
    with pytest.raises(ProviderRefused) as refused:
        await signed_in(place, issuer)
    assert refused.value.fields["reason"] == "signature"
    issuer.token = Issuer(url=issuer.url, keys=stranger.keys, header={"kid": issuer.keys[0].kid}).signed()
    with pytest.raises(ProviderRefused):
        await signed_in(place, issuer)


async def test_a_key_that_the_provider_rotated_in_is_fetched(
    place: Place, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known(place, issuer)
    await signed_in(place, issuer)
    monkeypatch.setattr(relying_party, "_ASK_AGAIN_SECONDS", 0.0)
    issuer.keys.append(RSAKey.generate_key(2048, auto_kid=True))
    issuer.nonce = ""
    assert (await signed_in(place, issuer)).account == "paul"


async def test_a_document_of_another_issuer_is_refused(place: Place, issuer: Issuer) -> None:
    issuer.document = {"issuer": "https://other.example"}
    with pytest.raises(ProviderRefused):
        await signed_in(place, issuer)


async def test_endpoints_without_https_are_refused(place: Place, issuer: Issuer) -> None:
    issuer.document = {"token_endpoint": "http://psc.example/token"}
    with pytest.raises(ProviderRefused):
        await signed_in(place, issuer)


async def test_a_provider_that_does_not_answer_lets_nobody_in(place: Place, issuer: Issuer) -> None:
    await known(place, issuer)
    with pytest.raises(ProviderUnreachable):
        await signed_in(place, issuer, discovery_url=f"http://127.0.0.1:{free_port()}/x")


async def test_an_answer_is_taken_once_and_only_by_the_browser_that_asked(place: Place, issuer: Issuer) -> None:
    await known(place, issuer)
    with pytest.raises(StepExpired):
        await relying_party.finish(place.identity, token="another browser", answer={"code": "c", "state": "s"})


async def test_the_pages_lead_there_and_back(place: Place, issuer: Issuer) -> None:
    await known(place, issuer)
    place.identity.providers = {"psc": issuer.provider()}
    browser = place.browser()
    await browser.get("/signin", next="/security")
    assert "Se connecter avec Pro Santé Connect (simulé)" in browser.page
    away = await browser.get("/signin/provider/psc")
    asked = dict(parse_qsl(urlsplit(away.headers["location"]).query))
    issuer.nonce = asked["nonce"]
    await browser.get("/signin/provider", code="c", state=asked["state"])
    assert browser.answer.url.path == "/security"


async def test_somebody_signed_in_links_an_identity_that_nobody_else_has(place: Place, issuer: Issuer) -> None:
    await place.patient("zoe")
    await place.patient("yann")
    place.identity.providers = {"psc": issuer.provider(claims="standard", acr_values=())}
    for name, status in (("zoe", 303), ("yann", 403)):
        browser = await place.signed_in(name)
        await browser.get("/security")
        await browser.post("/security/identity", provider="psc")
        asked = dict(parse_qsl(urlsplit(browser.onward).query))
        issuer.nonce = asked["nonce"]
        answer = await browser.client.get("/signin/provider", params={"code": "c", "state": asked["state"]})
        assert answer.status_code == status
    assert len(await accounts.identities(place.database.pool, "zoe")) == 1
    assert await accounts.identities(place.database.pool, "yann") == []


async def test_no_other_site_starts_linking(place: Place, issuer: Issuer) -> None:
    await place.patient("zoe")
    place.identity.providers = {"psc": issuer.provider()}
    browser = await place.signed_in("zoe")
    assert (await browser.post("/security/identity", provider="psc")).status_code == 403
    await browser.get("/signin/provider/psc", link="1")
    data = await place.database.pool.fetchval("SELECT data FROM ceremony WHERE kind = 'provider'")
    assert json.loads(data)["link_to"] == ""


async def test_seve_s_own_server_is_a_provider_like_any_other(place: Place) -> None:
    await place.patient("zoe")
    async with served(place) as identity:
        provider = Provider("seve", "Sève", identity.issuer, "rp", "s3cret", scopes="openid fhirUser")
        await applications.add_client(
            place.database.pool,
            Client(
                id="rp",
                name="Un autre Sève",
                state="approved",
                method="client_secret_basic",
                grant_types=("authorization_code",),
                redirect_uris=(f"{SITE}/signin/provider",),
                scopes="openid fhirUser",
                purpose="",
                owner="",
                secret=digest("s3cret"),
            ),
        )
        await accounts.add_identity(place.database.pool, "zoe", issuer=identity.issuer, subject="zoe")
        place.identity.providers = {"seve": provider}
        browser = place.browser()
        away = await browser.get("/signin/provider/seve")
        back = await _consented(place, identity, away.headers["location"])
        await browser.get("/signin/provider", **dict(parse_qsl(urlsplit(back).query)))
        await browser.get("/security")
        assert browser.answer.url.path == "/security"


async def _consented(place: Place, identity: Identity, address: str) -> str:
    """At the provider: signed in already, says yes; gives the address that leads back."""
    async with httpx.AsyncClient(base_url=identity.site, headers={"origin": identity.site}) as client:
        there = Browser(client)
        client.cookies.set("seve", await place.cookie("zoe"))
        page = await client.get(address, follow_redirects=True)
        there.page = page.text
        form = {"csrf": there.hidden("csrf"), "request": there.hidden("request"), "decision": "grant", "days": "1"}
        there.page = (await client.post("/signin/consent", data=form)).text
        return there.onward


@asynccontextmanager
async def served(place: Place) -> AsyncIterator[Identity]:
    """Sève's pages and authorization server on a socket."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    port = free_port()
    site = f"http://127.0.0.1:{port}"
    identity = Identity(
        place.database, place.identity.ledger, site=site, fhir_url=f"{site}/fhir", keys=place.identity.keys
    )
    server = Server(application(identity), address="127.0.0.1", port=port, interface=Interfaces.ASGINL)
    running = asyncio.create_task(server.serve())
    try:
        async with httpx.AsyncClient() as client:
            for _ in range(100):
                with suppress(httpx.ConnectError):
                    await client.get(f"{site}/oauth/jwks")
                    break
                await asyncio.sleep(0.05)
        yield identity
    finally:
        server.stop()
        await running


def _payload(token: str) -> bytes:
    import base64

    middle = token.split(".")[1]
    return base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))
