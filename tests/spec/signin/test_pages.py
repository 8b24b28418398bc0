"""The pages of sign-in, as a browser without JavaScript uses them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from tests.spec.signin.place import SITE, Place, application
from tests.spec.signin.test_proofs import SECRET, with_generator

from seve.engine.identity import personas
from seve.engine.identity.keys import Keys
from seve.engine.identity.service import Identity
from seve.store.identity import accounts


async def demo(place: Place) -> None:
    await personas.mark(place.database)
    await personas.seed(place.identity)
    await place.put({"resourceType": "Patient", "id": "demo-jeanne", "name": [{"family": "Moreau"}]})


async def test_a_persona_signs_in_with_one_click(place: Place) -> None:
    await demo(place)
    browser = place.browser()
    await browser.get("/signin", next="/security")
    assert "Jeanne Moreau-Lefèvre" in browser.page
    answer = await browser.post("/signin/persona", persona="demo-patiente")
    assert answer.url.path == "/security"
    assert "Ma sécurité" in browser.page


async def test_a_real_store_shows_no_persona(place: Place) -> None:
    browser = place.browser()
    await browser.get("/signin")
    assert "persona" not in browser.page


async def test_password_and_code_lead_to_the_choice_of_an_activity_and_the_token_changes(place: Place) -> None:
    await place.professional("karim", places=("cabinet", "hopital"))
    generator = await with_generator(place, "karim")
    browser = place.browser()
    await browser.get("/signin", next="/security")
    await browser.post("/signin/password", login="Karim", password=SECRET)
    await browser.post("/signin/code", token=browser.hidden("token"), code=generator.now())
    assert browser.answer.url.path == "/signin/activity"
    assert "Structure hopital" in browser.page
    assert browser.cookie == ""
    await browser.post("/signin/activity", activity="professional.PractitionerRole/karim-hopital.0")
    assert browser.answer.url.path == "/security"
    first = browser.cookie
    await browser.get("/signin/activity")
    await browser.post("/signin/activity", activity="professional.PractitionerRole/karim-cabinet.0")
    assert browser.cookie not in ("", first)
    in_force = await place.database.pool.fetchval("SELECT count(*) FROM session WHERE ended IS NULL")
    assert in_force == 1


async def test_an_activity_of_somebody_else_can_not_be_chosen(place: Place) -> None:
    await place.professional("karim", places=("cabinet", "hopital"))
    await place.professional("lucie")
    browser = await place.signed_in("karim")
    await browser.get("/signin/activity")
    answer = await browser.post("/signin/activity", activity="professional.PractitionerRole/lucie-cabinet.0")
    assert answer.status_code == 403


async def test_a_wrong_code_says_no_more_than_a_wrong_name(place: Place) -> None:
    await place.patient("zoe")
    await with_generator(place, "zoe")
    told = []
    for login in ("zoe", "personne"):
        browser = place.browser()
        await browser.get("/signin")
        await browser.post("/signin/password", login=login, password=SECRET)
        answer = await browser.post("/signin/code", token=browser.hidden("token"), code="000000")
        told.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert told[0] == told[1]
    assert told[0][0] == 401


async def test_a_form_from_another_site_is_refused(place: Place) -> None:
    await demo(place)
    for headers in ({"origin": "https://mechant.example"}, {"origin": "null"}, {}):
        answer = await place.browser().client.post(
            "/signin/persona", data={"persona": "demo-patiente"}, headers=headers
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_within_a_session_a_form_needs_the_token_of_that_session(place: Place) -> None:
    await place.patient("zoe")
    mine, other = await place.signed_in("zoe"), await place.signed_in("zoe")
    await other.get("/security")
    mine.page = ""
    assert (await mine.post("/security/everywhere")).status_code == 403
    assert (await mine.post("/security/everywhere", csrf=other.hidden("csrf"))).status_code == 403
    await mine.get("/security")
    assert (await mine.post("/security/everywhere")).url.path == "/signin"


async def test_signing_out_ends_the_session_in_the_database(place: Place) -> None:
    await place.patient("zoe")
    browser = await place.signed_in("zoe")
    cookie = browser.cookie
    await browser.get("/security")
    await browser.post("/signout")
    browser.client.cookies.set("seve", cookie)
    assert (await browser.get("/security")).url.path == "/signin"


async def test_sessions_are_ended_one_by_one(place: Place) -> None:
    await place.patient("zoe")
    browser, other = await place.signed_in("zoe"), await place.signed_in("zoe")
    await browser.get("/security")
    keys = re.findall(r'name="session" value="(\d+)"', browser.page)
    assert len(keys) == 2
    mine = await place.database.pool.fetchval("SELECT min(key) FROM session")
    await browser.post("/security/session", session=str(max(map(int, keys))))
    assert str(mine) in re.findall(r'name="session" value="(\d+)"', browser.page)
    assert (await other.get("/security")).url.path == "/signin"


async def test_a_change_with_an_old_proof_asks_to_prove_again(place: Place) -> None:
    await place.patient("zoe")
    browser = await place.signed_in("zoe", seconds=3_600)
    await browser.get("/security")
    answer = await browser.post("/security/recovery")
    assert str(answer.url) == f"{SITE}/signin?again=1"
    assert "Confirmez que c&#39;est bien vous" in browser.page


async def test_recovery_codes_are_shown_once(place: Place) -> None:
    await place.patient("zoe")
    browser = await place.signed_in("zoe")
    await browser.get("/security")
    await browser.post("/security/recovery")
    codes = re.findall(r"<li>([2-9a-z-]{19})</li>", browser.page)
    assert len(codes) == 10
    await browser.get("/security")
    assert codes[0] not in browser.page
    assert "Codes restants : 10." in browser.page
    lost = place.browser()
    await lost.get("/signin/recover")
    assert (await lost.post("/signin/recover", login="zoe", code=codes[0])).url.path == "/security"


async def test_a_generator_is_set_up_by_scanning_and_a_first_code(place: Place) -> None:
    from pyotp.totp import TOTP

    await place.patient("zoe")
    browser = await place.signed_in("zoe")
    await browser.get("/security")
    await browser.post("/security/generator/begin")
    assert "<svg" in browser.page
    key = re.search(r"<code>([A-Z2-7]{32})</code>", browser.page)
    assert key
    answer = await browser.post(
        "/security/generator", token=browser.hidden("token"), code=TOTP(key[1]).now(), label="téléphone"
    )
    assert answer.url.path == "/security"
    assert "téléphone" in browser.page
    await browser.post("/security/password", password=SECRET)
    assert await place.database.pool.fetchval("SELECT count(*) FROM credential WHERE kind = 'password'") == 1


async def test_a_persona_s_means_of_signing_in_do_not_change(place: Place) -> None:
    await demo(place)
    browser = place.browser()
    await browser.get("/signin", next="/security")
    await browser.post("/signin/persona", persona="demo-patiente")
    for path in ("/security/recovery", "/security/generator/begin", "/security/passkey/begin"):
        await browser.get("/security")
        assert (await browser.post(path)).status_code == 401


async def test_a_delegation_is_given_seen_by_both_and_ended(place: Place) -> None:
    await place.professional("karim")
    await accounts.add(place.database.pool, "sophie", name="Sophie", login="sophie")
    browser = await place.signed_in("karim")
    await browser.get("/security")
    today = re.search(r'name="since" value="([0-9-]+)"', browser.page)
    assert today
    await browser.post("/security/delegation", to="sophie", kind="secretary", since=today[1], until=today[1])
    assert "Dr karim → Sophie, secrétaire" in browser.page
    hers = await place.signed_in("sophie")
    await hers.get("/security")
    assert "Dr karim → Sophie, secrétaire" in hers.page
    await browser.post(
        "/security/delegation/end",
        delegation=browser.hidden("delegation"),
    )
    assert (await hers.get("/security")).url.path == "/signin"


async def test_an_officer_hands_over_a_code_and_nobody_else_sees_the_desk(place: Place) -> None:
    await place.patient("zoe")
    await place.officer()
    browser = await place.signed_in("delegue")
    await browser.get("/desk/accounts")
    await browser.post("/desk/accounts/help", login="zoe")
    assert re.search(r'class="big">[2-9a-z-]{19}<', browser.page)
    assert (await (await place.signed_in("zoe")).get("/desk/accounts")).status_code == 403
    assert (await place.browser().get("/desk/accounts")).url.path == "/signin"


@pytest.mark.parametrize(
    "next_", ["//mechant.example", "https://mechant.example", "/\\mechant.example", "javascript:x"]
)
async def test_sign_in_leads_to_no_other_site(place: Place, next_: str) -> None:
    await demo(place)
    browser = place.browser()
    await browser.get("/signin", next=next_)
    answer = await browser.client.post("/signin/persona", data={"persona": "demo-patiente"}, headers={"origin": SITE})
    assert answer.headers["location"] == "/"


async def test_the_cookie_of_a_session_is_bound_to_https_and_unread_by_scripts(place: Place) -> None:
    await demo(place)
    plain = place.browser()
    answer = await plain.client.post("/signin/persona", data={"persona": "demo-patiente"}, headers={"origin": SITE})
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("seve=")]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie
    secure = Identity(
        place.database,
        place.identity.ledger,
        site="https://sante.example",
        fhir_url="https://sante.example/fhir",
        keys=place.identity.keys,
    )
    transport = httpx.ASGITransport(app=application(secure))
    async with httpx.AsyncClient(transport=transport, base_url=secure.site) as client:
        answer = await client.post(
            "/signin/persona", data={"persona": "demo-patiente"}, headers={"origin": secure.site}
        )
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-seve=")]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))


async def test_pages_about_a_person_are_kept_nowhere(place: Place) -> None:
    await place.patient("zoe")
    browser = await place.signed_in("zoe")
    assert (await browser.get("/security")).headers["cache-control"] == "no-store"


async def test_an_officer_closes_an_account_with_its_sessions_and_the_delegations_it_gave(place: Place) -> None:
    await place.professional("karim")
    await accounts.add(place.database.pool, "sophie", name="Sophie", login="sophie")
    karim = await place.signed_in("karim")
    await karim.get("/security")
    today = re.search(r'name="since" value="([0-9-]+)"', karim.page)
    assert today
    await karim.post("/security/delegation", to="sophie", kind="secretary", since=today[1], until=today[1])
    sophie, desk = await place.signed_in("sophie"), await place.signed_in(await place.officer())
    await desk.get("/desk/accounts")
    assert (await desk.post("/desk/accounts/block", login="delegue")).status_code == 403
    await desk.get("/desk/accounts")
    await desk.post("/desk/accounts/block", login="karim")
    for browser in (karim, sophie):
        assert (await browser.get("/security")).url.path == "/signin"


async def test_passkeys_are_offered_where_the_site_has_a_name(place: Place) -> None:
    named = place.browser()
    await named.get("/signin")
    assert 'data-ceremony="get"' in named.page
    place.identity.site = "http://127.0.0.1"
    bare = place.browser()
    bare.page = (await bare.client.get("http://127.0.0.1/signin")).text
    assert "data-ceremony" not in bare.page
    assert "http://localhost" in bare.page


def test_an_old_signing_key_is_replaced_by_itself(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.signer()
    assert not keys.rotate_when_old()
    [file] = tmp_path.glob("signing-*.json")
    file.rename(tmp_path / f"signing-1000-{file.stem.split('-')[2]}.json")
    assert Keys(tmp_path).rotate_when_old()
    assert len(list(tmp_path.glob("signing-*.json"))) == 2


def test_signing_keys_rotate_and_the_old_one_stays_published(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    old = keys.signer().kid
    new = keys.rotate()
    published = {key["kid"] for key in keys.public()["keys"]}
    assert published == {old, new}
    assert keys.signer().kid == old
    assert all("d" not in key for key in keys.public()["keys"])
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}
    assert {key["kid"] for key in Keys(tmp_path / "keys").public()["keys"]} == {old, new}
