"""What proves an account: passkeys, codes, passwords, recovery; and what slows down who guesses."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pyotp.totp import TOTP
from tests.spec.signin.authenticator import PRESENT, Authenticator
from tests.spec.signin.place import SITE, Place

from seve.engine.identity import code_generators, passkeys, passwords, personas, signing_in
from seve.engine.identity.enrolling import enrol
from seve.engine.identity.providers import read_providers
from seve.engine.identity.refusals import (
    InvalidAccount,
    LastProof,
    NotDemo,
    OfficerNeeded,
    SecondFactorNeeded,
    SignInRefused,
    StepExpired,
    TooManyAttempts,
    WeakPassword,
    WrongPassword,
)
from seve.engine.identity.sessions import Proof, principal_of_cookie, session_of_cookie
from seve.store.identity import accounts, credentials
from seve.store.identity.accounts import Account

SECRET = "une phrase de passe longue"
HERE = "192.0.2.1"


async def account_of(place: Place, name: str) -> Account:
    found = await accounts.by_id(place.database.pool, name)
    assert found is not None
    return found


async def with_generator(place: Place, name: str) -> TOTP:
    """Sets up a generator, whose first code is spent, and a password."""
    account = await account_of(place, name)
    token, key, _ = await code_generators.begin(place.identity, account)
    generator = TOTP(key)
    earlier = generator.at(int(time.time()) - 30)
    await code_generators.confirm(place.identity, account, token=token, code=earlier, label="téléphone")
    await passwords.set_password(place.identity, account, SECRET, current="")
    return generator


async def with_passkey(place: Place, name: str) -> Authenticator:
    account, authenticator = await account_of(place, name), Authenticator(SITE)
    token, options = await passkeys.begin_registration(place.identity, account)
    await passkeys.finish_registration(
        place.identity, account, token=token, answer=authenticator.create(options), label="clé"
    )
    return authenticator


async def by_passkey(place: Place, authenticator: Authenticator) -> Proof:
    token, options = await passkeys.begin_sign_in(place.identity)
    return await passkeys.finish_sign_in(
        place.identity, token=token, answer=authenticator.get(options), address="192.0.2.7"
    )


async def second(place: Place, code: str, *, password: str = SECRET, login: str = "zoe") -> Proof:
    token = await signing_in.with_password(place.identity, login=login, password=password, address=HERE)
    assert isinstance(token, str)
    return await signing_in.with_second_factor(place.identity, token=token, code=code, address=HERE)


async def test_a_passkey_alone_signs_in_and_names_the_account(place: Place) -> None:
    await place.patient("zoe")
    authenticator = await with_passkey(place, "zoe")
    assert (await by_passkey(place, authenticator)).account == "zoe"


async def test_a_passkey_of_another_site_is_refused(place: Place) -> None:
    await place.patient("zoe")
    authenticator = await with_passkey(place, "zoe")
    authenticator.origin = "http://sante.exarnple"
    with pytest.raises(SignInRefused):
        await by_passkey(place, authenticator)


async def test_a_passkey_without_verification_of_its_user_is_refused(place: Place) -> None:
    await place.patient("zoe")
    authenticator = await with_passkey(place, "zoe")
    authenticator.flags = PRESENT
    with pytest.raises(SignInRefused):
        await by_passkey(place, authenticator)


async def test_a_copied_passkey_whose_counter_falls_back_is_refused(place: Place) -> None:
    await place.patient("zoe")
    authenticator = await with_passkey(place, "zoe")
    await by_passkey(place, authenticator)
    authenticator.count -= 1
    with pytest.raises(SignInRefused):
        await by_passkey(place, authenticator)


async def test_a_passkey_s_answer_is_taken_once(place: Place) -> None:
    await place.patient("zoe")
    authenticator = await with_passkey(place, "zoe")
    token, options = await passkeys.begin_sign_in(place.identity)
    answer = authenticator.get(options)
    await passkeys.finish_sign_in(place.identity, token=token, answer=answer, address="192.0.2.7")
    with pytest.raises(StepExpired):
        await passkeys.finish_sign_in(place.identity, token=token, answer=answer, address="192.0.2.7")
    fresh, _ = await passkeys.begin_sign_in(place.identity)
    with pytest.raises(SignInRefused):
        await passkeys.finish_sign_in(place.identity, token=fresh, answer=answer, address="192.0.2.7")


@pytest.mark.parametrize("answer", ["", "[]", "{}", '{"id": 1}', '{"id": "!!", "response": {}}', "x" * 30_000])
async def test_nonsense_from_an_authenticator_is_refused(place: Place, answer: str) -> None:
    token, _ = await passkeys.begin_sign_in(place.identity)
    with pytest.raises(SignInRefused):
        await passkeys.finish_sign_in(place.identity, token=token, answer=answer, address="192.0.2.7")


async def test_a_password_and_a_code_sign_in_together(place: Place) -> None:
    await place.patient("zoe")
    generator = await with_generator(place, "zoe")
    proof = await second(place, generator.now())
    assert (proof.account, proof.methods) == ("zoe", ("pwd", "otp", "mfa"))


async def test_a_code_is_taken_once(place: Place) -> None:
    await place.patient("zoe")
    generator = await with_generator(place, "zoe")
    code = generator.now()
    await second(place, code)
    with pytest.raises(SignInRefused):
        await second(place, code)


async def test_the_first_step_answers_alike_whether_or_not_name_and_password_are_right(place: Place) -> None:
    await place.patient("zoe")
    generator = await with_generator(place, "zoe")
    for login, password in (("zoe", SECRET), ("zoe", "wrong wrong wrong"), ("personne", SECRET)):
        assert isinstance(
            await signing_in.with_password(place.identity, login=login, password=password, address=HERE), str
        )
    with pytest.raises(SignInRefused):
        await second(place, generator.now(), password="wrong wrong wrong")
    with pytest.raises(SignInRefused):
        await second(place, generator.now(), login="personne")


async def test_an_unknown_name_takes_as_long_as_a_known_one(place: Place) -> None:
    await place.patient("zoe")
    await with_generator(place, "zoe")
    known, unknown = [], []
    for times, account in ((known, await account_of(place, "zoe")), (unknown, None)):
        for _ in range(4):
            start = time.process_time()
            await passwords.is_right(place.identity, account, "wrong wrong wrong")
            times.append(time.process_time() - start)
    assert 0.4 < min(known) / min(unknown) < 2.5


async def test_failures_slow_down_and_then_lock_a_name_that_exists_and_one_that_does_not(place: Place) -> None:
    await place.patient("zoe")
    await with_generator(place, "zoe")
    for login in ("zoe", "personne"):
        told: list[str] = []
        for _ in range(12):
            try:
                await second(place, "000000", login=login)
            except (SignInRefused, TooManyAttempts) as refusal:
                told.append(type(refusal).__name__)
            await place.database.pool.execute(
                "UPDATE attempt SET closed_until = least(closed_until, now()) WHERE failures < 10"
            )
        assert "TooManyAttempts" in told
        seconds = await place.database.pool.fetchval(
            "SELECT max(extract(epoch FROM closed_until - now()))::float8 FROM attempt"
        )
        assert 800 < seconds <= 900
        with pytest.raises(TooManyAttempts):
            await signing_in.with_password(place.identity, login=login.upper(), password=SECRET, address="192.0.2.9")
        await place.database.pool.execute("TRUNCATE attempt")


async def test_the_delay_grows_and_success_forgives(place: Place) -> None:
    await place.patient("zoe")
    generator = await with_generator(place, "zoe")
    delays = []
    for _ in range(6):
        await signing_in.with_password(place.identity, login="zoe", password="x", address=HERE)
        delays.append(
            round(
                await place.database.pool.fetchval(
                    "SELECT extract(epoch FROM closed_until - last)::float8 FROM attempt"
                )
            )
        )
        await place.database.pool.execute("UPDATE attempt SET closed_until = now()")
    assert delays == [0, 0, 0, 1, 2, 4]
    token = await signing_in.with_password(place.identity, login="zoe", password=SECRET, address=HERE)
    await place.database.pool.execute("UPDATE attempt SET closed_until = now()")
    await signing_in.with_second_factor(place.identity, token=str(token), code=generator.now(), address=HERE)
    assert await place.database.pool.fetchval("SELECT count(*) FROM attempt") == 0


async def test_no_name_that_was_typed_is_stored(place: Place) -> None:
    await signing_in.with_password(place.identity, login="jeanne.moreau", password="hunter2hunter2", address=HERE)
    stored = await place.database.pool.fetchval("SELECT string_agg(attempt::text, '') FROM attempt")
    assert "jeanne" not in stored
    assert HERE not in stored


@pytest.mark.parametrize(
    "password", ["court", "dupont dupont dupont", "x" * 501, "passwordpassword", "123456789012", "azertyuiop12"]
)
async def test_a_weak_password_is_refused(place: Place, password: str) -> None:
    await place.patient("dupont")
    await with_generator(place, "dupont")
    with pytest.raises(WeakPassword):
        await passwords.set_password(place.identity, await account_of(place, "dupont"), password, current=SECRET)


async def test_a_password_is_replaced_by_who_knows_it(place: Place) -> None:
    await place.patient("dupont")
    await with_generator(place, "dupont")
    account, other = await account_of(place, "dupont"), "encore une autre phrase"
    with pytest.raises(WrongPassword):
        await passwords.set_password(place.identity, account, other, current="")
    await passwords.set_password(place.identity, account, other, current=SECRET)
    assert await passwords.is_right(place.identity, account, other)


async def test_a_password_without_a_second_factor_is_refused(place: Place) -> None:
    await place.patient("zoe")
    with pytest.raises(SecondFactorNeeded):
        await passwords.set_password(place.identity, await account_of(place, "zoe"), SECRET, current="")


async def test_keys_of_generators_are_sealed_in_the_database(place: Place) -> None:
    await place.patient("zoe")
    generator = await with_generator(place, "zoe")
    [kept] = await credentials.of(place.database.pool, "zoe", "totp")
    assert generator.secret.encode() not in kept.secret
    assert generator.byte_secret() not in kept.secret


async def test_a_recovery_code_works_once_and_ends_the_other_sessions(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    held = await session_of_cookie(place.identity, cookie)
    assert held is not None
    codes = await signing_in.new_recovery_codes(place.identity, held)
    assert len(set(codes)) == 10
    typed = codes[3].upper().replace("-", " ")
    proof = await signing_in.with_recovery_code(place.identity, login="Zoé", code=typed, address=HERE)
    assert proof == Proof("zoe", ("recovery",))
    assert await principal_of_cookie(place.identity, cookie) is None
    with pytest.raises(SignInRefused):
        await signing_in.with_recovery_code(place.identity, login="zoe", code=codes[3], address=HERE)


async def test_an_officer_helps_with_a_code_that_both_are_told_of(place: Place) -> None:
    await place.patient("zoe")
    held = await session_of_cookie(place.identity, await place.cookie(await place.officer()))
    assert held is not None
    code, until = await signing_in.help_out(place.identity, held, account="zoe")
    assert (until.timestamp() - time.time()) < 86_401
    assert [(e.what, e.by) for e in await accounts.told(place.database.pool, "zoe")] == [("help_given", "delegue")]
    assert [e.what for e in await accounts.told(place.database.pool, "delegue")] == ["gave_help"]
    await signing_in.with_recovery_code(place.identity, login="zoe", code=code, address=HERE)
    with pytest.raises(SignInRefused):
        await signing_in.with_recovery_code(place.identity, login="zoe", code=code, address=HERE)


async def test_a_code_of_an_officer_is_dated(place: Place) -> None:
    await place.patient("zoe")
    held = await session_of_cookie(place.identity, await place.cookie(await place.officer()))
    assert held is not None
    code, _ = await signing_in.help_out(place.identity, held, account="zoe")
    await place.database.pool.execute("UPDATE credential SET expires = now() WHERE kind = 'help'")
    with pytest.raises(SignInRefused):
        await signing_in.with_recovery_code(place.identity, login="zoe", code=code, address=HERE)


async def test_only_an_officer_helps_and_never_themselves(place: Place) -> None:
    await place.patient("zoe")
    await place.officer()
    for who, whom in (("zoe", "delegue"), ("delegue", "delegue")):
        held = await session_of_cookie(place.identity, await place.cookie(who))
        assert held is not None
        with pytest.raises(OfficerNeeded):
            await signing_in.help_out(place.identity, held, account=whom)


async def test_the_only_means_of_signing_in_stays(place: Place) -> None:
    await place.patient("zoe")
    authenticator = await with_passkey(place, "zoe")
    held = await session_of_cookie(place.identity, await place.cookie("zoe"))
    assert held is not None
    with pytest.raises(LastProof):
        await signing_in.remove_credential(place.identity, held, authenticator.id)
    other = await with_passkey(place, "zoe")
    await signing_in.remove_credential(place.identity, held, authenticator.id)
    assert (await by_passkey(place, other)).account == "zoe"


async def test_nobody_removes_the_key_of_somebody_else(place: Place) -> None:
    await place.patient("zoe")
    await place.patient("yann")
    authenticator = await with_passkey(place, "zoe")
    held = await session_of_cookie(place.identity, await place.cookie("yann"))
    assert held is not None
    with pytest.raises(StepExpired):
        await signing_in.remove_credential(place.identity, held, authenticator.id)


async def test_personas_exist_in_a_demonstration_store_only(place: Place) -> None:
    with pytest.raises(NotDemo):
        await personas.seed(place.identity)
    with pytest.raises(NotDemo):
        await personas.prove(place.identity, "demo-medecin")
    await personas.mark(place.database)
    await personas.seed(place.identity)
    await personas.seed(place.identity)
    assert [persona.role for _, persona in await personas.cards(place.identity)] == [
        "patient",
        "guardian",
        "teenager",
        "helper",
        "physician",
        "cardiologist",
        "hospitalist",
        "nurse",
        "home_nurse",
        "pharmacist",
        "secretary",
        "identity",
        "admissions",
        "maker",
        "officer",
        "analyst",
    ]
    assert (await personas.prove(place.identity, "demo-medecin")).methods == ("demo",)
    await place.database.pool.execute("DELETE FROM setting WHERE name = 'demo'")
    with pytest.raises(NotDemo):
        await personas.prove(place.identity, "demo-medecin")


async def test_no_other_account_signs_in_with_one_click(place: Place) -> None:
    await personas.mark(place.database)
    await personas.seed(place.identity)
    await place.patient("zoe")
    with pytest.raises(NotDemo):
        await personas.prove(place.identity, "zoe")


async def test_a_new_account_is_entered_by_its_one_time_code(place: Place) -> None:
    code, until = await enrol(place.database, login="Marc.Petit", name="Marc Petit", is_officer=True)
    assert until.timestamp() - time.time() < 86_401
    proof = await signing_in.with_recovery_code(place.identity, login="marc.petit", code=code, address=HERE)
    account = await account_of(place, proof.account)
    assert (account.name, account.is_officer) == ("Marc Petit", True)


@pytest.mark.parametrize(
    ("login", "name", "links"),
    [("zoe", "Zoé", []), ("é è", "x", []), ("", "x", []), ("new", " ", []), ("new", "x", ["Organization/1"])],
)
async def test_a_taken_login_no_name_or_a_link_to_no_person_makes_no_account(
    place: Place, login: str, name: str, links: list[str]
) -> None:
    await place.patient("zoe")
    with pytest.raises(InvalidAccount):
        await enrol(place.database, login=login, name=name, links=links)


def test_providers_are_read_from_a_file_and_mistakes_in_it_are_named(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    assert read_providers(file) == {}
    table = '[psc]\nlabel = "PSC"\nissuer = "https://psc.example"\nclient_id = "seve"\nclient_secret = "s"\n'
    file.write_text(table + 'acr_values = ["eidas1"]\nclaims = "pro-sante-connect"\n')
    assert read_providers(file)["psc"].acr_values == ("eidas1",)
    for wrong in (
        "[psc",
        '[psc]\nlabel = "x"\n',
        table + "secret = 1\n",
        table + 'claims = "x"\n',
        table + "scopes = 7\n",
    ):
        file.write_text(wrong)
        with pytest.raises(ValueError, match=r"providers\.toml"):
            read_providers(file)


async def test_what_expired_is_swept(place: Place) -> None:
    await place.patient("zoe")
    await place.cookie("zoe")
    await place.cookie("zoe")
    await signing_in.with_password(place.identity, login="zoe", password="x", address=HERE)
    await place.database.pool.execute("UPDATE ceremony SET expires = now() - interval '1 s'")
    await place.database.pool.execute(
        "UPDATE session SET expires = now() - interval '31 days' WHERE key = (SELECT min(key) FROM session)"
    )
    await credentials.sweep(place.database.pool)
    assert await place.database.pool.fetchval("SELECT count(*) FROM ceremony") == 0
    assert await place.database.pool.fetchval("SELECT count(*) FROM session") == 1
