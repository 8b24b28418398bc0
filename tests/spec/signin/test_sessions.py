"""Web sessions: opened, found, held, ended; and what they stand for."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.spec.signin.place import Place, role

from seve.engine.identity import delegations, sessions
from seve.engine.identity.activities import activities_of
from seve.engine.identity.refusals import DelegationRefused, ProofTooOld
from seve.engine.identity.sessions import principal_of_cookie, principal_of_token, session_of_cookie
from seve.store.identity import accounts


async def test_a_professional_is_one_activity_with_its_organisation_and_profession(place: Place) -> None:
    await place.professional("karim", places=("cabinet", "hopital"))
    cookie = await place.cookie("karim", chosen="professional.PractitionerRole/karim-hopital.0")
    principal = await principal_of_cookie(place.identity, cookie)
    assert principal is not None
    assert (principal.kind, principal.role, principal.person) == (
        "professional",
        "PractitionerRole/karim-hopital",
        "Practitioner/karim",
    )
    assert (principal.organization, principal.profession, principal.purpose) == ("Organization/hopital", "10", "TREAT")
    assert principal.scopes is None


async def test_a_role_that_is_ended_can_not_be_chosen(place: Place) -> None:
    await place.professional("karim", places=("cabinet", "hopital"))
    await place.put(role("karim", "cabinet", active=False))
    await place.put({**role("karim", "hopital"), "period": {"end": "2020-01"}})
    account = await accounts.by_id(place.database.pool, "karim")
    assert account is not None
    assert await activities_of(place.database.pool, account) == []


async def test_a_practitioner_who_is_struck_off_has_no_activity(place: Place) -> None:
    await place.professional("karim")
    await place.put({"resourceType": "Practitioner", "id": "karim", "active": False})
    account = await accounts.by_id(place.database.pool, "karim")
    assert account is not None
    assert await activities_of(place.database.pool, account) == []


async def test_a_guardian_has_their_own_record_and_the_child_s(place: Place) -> None:
    await place.patient("nadia")
    await place.put({"resourceType": "RelatedPerson", "id": "mere", "patient": {"reference": "Patient/sami"}})
    await accounts.link(place.database.pool, "nadia", "RelatedPerson/mere")
    principal = await principal_of_cookie(place.identity, await place.cookie("nadia"))
    assert principal is not None
    assert (principal.kind, principal.role, principal.related, principal.purpose) == (
        "patient",
        "Patient/nadia",
        ("RelatedPerson/mere",),
        "PATRQT",
    )


async def test_only_the_hash_of_a_cookie_is_stored(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    stored = await place.database.pool.fetchval("SELECT string_agg(session::text, '') FROM session")
    assert cookie not in stored


async def test_a_cookie_is_no_access_token(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    assert await principal_of_cookie(place.identity, cookie) is not None
    assert await principal_of_token(place.identity, cookie) is None
    for nonsense in ("", "x", "a" * 43, "é" * 43):
        assert await principal_of_cookie(place.identity, nonsense) is None


async def test_an_ended_session_is_gone_at_once_even_when_another_process_ended_it(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    held = await session_of_cookie(place.identity, cookie)
    assert held is not None
    await place.database.pool.execute("UPDATE session SET ended = now() WHERE key = $1", held.principal.session)
    end = time.monotonic() + 1.0
    while await principal_of_cookie(place.identity, cookie) is not None:
        assert time.monotonic() < end, "the ending was not heard"
        await asyncio.sleep(0.005)


async def test_what_is_held_is_not_used_while_endings_can_not_be_heard(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    assert await principal_of_cookie(place.identity, cookie) is not None
    place.identity.listener.hears = False
    await place.database.pool.execute("ALTER TABLE session DISABLE TRIGGER session_ends")
    try:
        await place.database.pool.execute("UPDATE session SET ended = now()")
        assert await principal_of_cookie(place.identity, cookie) is None
    finally:
        await place.database.pool.execute("ALTER TABLE session ENABLE TRIGGER session_ends")


async def test_the_listener_comes_back_after_its_connection_was_cut(place: Place) -> None:
    await place.database.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE (query = 'SELECT 1' OR query LIKE 'LISTEN%') AND pid <> pg_backend_pid()"
    )
    end = time.monotonic() + 10
    while place.identity.listener.hears:
        assert time.monotonic() < end, "the loss was not noticed"
        await asyncio.sleep(0.01)
    while not place.identity.listener.hears:
        assert time.monotonic() < end, "it did not listen again"
        await asyncio.sleep(0.01)


async def test_a_held_session_costs_less_than_30_microseconds(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    await principal_of_cookie(place.identity, cookie)
    rounds, best = 500, 1.0
    for _ in range(5):
        start = time.process_time()
        for _ in range(rounds):
            await principal_of_cookie(place.identity, cookie)
        best = min(best, (time.process_time() - start) / rounds)
    assert best < 30e-6


async def test_an_idle_session_expires_and_use_keeps_it_open(place: Place) -> None:
    await place.patient("zoe")
    idle, used = await place.cookie("zoe"), await place.cookie("zoe")
    await place.database.pool.execute(
        "UPDATE session SET expires = now() + interval '2 s', used = now() - interval '2 min'"
    )
    assert await principal_of_cookie(place.identity, used) is not None
    await place.database.pool.execute("UPDATE session SET expires = expires - interval '3 s'")
    place.identity.held.clear()
    assert await principal_of_cookie(place.identity, used) is not None
    assert await principal_of_cookie(place.identity, idle) is None


async def test_use_never_moves_the_end_past_the_limit(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    await place.database.pool.execute(
        "UPDATE session SET until = now() + interval '1 min', used = now() - interval '2 min'"
    )
    assert await principal_of_cookie(place.identity, cookie) is not None
    assert await place.database.pool.fetchval("SELECT expires = until FROM session")


async def test_a_blocked_account_has_no_session_left(place: Place) -> None:
    await place.patient("zoe")
    cookie = await place.cookie("zoe")
    await accounts.block(place.database.pool, "zoe")
    place.identity.held.clear()
    assert await principal_of_cookie(place.identity, cookie) is None


async def test_signing_out_everywhere_spares_the_session_that_asks_for_it(place: Place) -> None:
    await place.patient("zoe")
    cookies = [await place.cookie("zoe") for _ in range(3)]
    mine = await principal_of_cookie(place.identity, cookies[0])
    assert mine is not None
    assert await sessions.end_all(place.identity, "zoe", but=mine.session) == 2
    found = [await principal_of_cookie(place.identity, cookie) is not None for cookie in cookies]
    assert found == [True, False, False]


async def test_nobody_ends_the_session_of_somebody_else(place: Place) -> None:
    await place.patient("zoe")
    await place.patient("yann")
    mine = await principal_of_cookie(place.identity, await place.cookie("zoe"))
    assert mine is not None
    assert not await sessions.end(place.identity, "yann", mine.session)
    assert await sessions.end(place.identity, "zoe", mine.session)


async def test_a_secretary_acts_for_the_physician_until_it_is_ended(place: Place) -> None:
    await place.professional("karim")
    await accounts.add(place.database.pool, "sophie", name="Sophie", login="sophie")
    held = await session_of_cookie(place.identity, await place.cookie("karim"))
    assert held is not None
    now = await place.database.pool.fetchval("SELECT now()")
    from datetime import timedelta

    key = await delegations.give(
        place.identity, held, to="Sophie", kind="secretary", since=now, until=now + timedelta(days=3)
    )
    cookie = await place.cookie("sophie")
    principal = await principal_of_cookie(place.identity, cookie)
    assert principal is not None
    assert (principal.profession, principal.delegated_by) == ("SEC", "PractitionerRole/karim-cabinet")
    assert principal.related == ("PractitionerRole/karim-cabinet",)
    assert [e.what for e in await accounts.told(place.database.pool, "sophie")] == ["delegation_given"]
    assert await delegations.end(place.identity, held, key)
    in_force = "SELECT count(*) FROM session WHERE account = 'sophie' AND ended IS NULL"
    assert await place.database.pool.fetchval(in_force) == 0
    place.identity.held.clear()
    assert await principal_of_cookie(place.identity, cookie) is None
    assert {e.what for e in await accounts.told(place.database.pool, "karim")} == {
        "delegation_given",
        "delegation_ended",
    }


async def test_a_replacement_keeps_their_own_profession_and_can_not_delegate_further(place: Place) -> None:
    from datetime import timedelta

    await place.professional("karim")
    await place.professional("lucie", profession="60", places=("hopital",))
    await place.professional("marc")
    held = await session_of_cookie(place.identity, await place.cookie("karim"))
    assert held is not None
    now = await place.database.pool.fetchval("SELECT now()")
    await delegations.give(
        place.identity, held, to="lucie", kind="replacement", since=now, until=now + timedelta(days=1)
    )
    account = await accounts.by_id(place.database.pool, "lucie")
    assert account is not None
    chosen = next(a for a in await activities_of(place.database.pool, account) if a.delegated_by)
    assert (chosen.profession, chosen.organization) == ("60", "Organization/cabinet")
    hers = await session_of_cookie(place.identity, await place.cookie("lucie", chosen=chosen.key))
    assert hers is not None
    with pytest.raises(DelegationRefused):
        await delegations.give(
            place.identity, hers, to="marc", kind="replacement", since=now, until=now + timedelta(days=1)
        )


@pytest.mark.parametrize(("to", "days"), [("karim", 1), ("nobody", 1), ("marc", -1), ("marc", 800)])
async def test_a_delegation_to_oneself_to_nobody_or_without_a_sensible_end_is_refused(
    place: Place, to: str, days: int
) -> None:
    from datetime import timedelta

    await place.professional("karim")
    await place.professional("marc")
    held = await session_of_cookie(place.identity, await place.cookie("karim"))
    assert held is not None
    now = await place.database.pool.fetchval("SELECT now()")
    with pytest.raises(DelegationRefused):
        await delegations.give(
            place.identity, held, to=to, kind="secretary", since=now, until=now + timedelta(days=days)
        )


async def test_an_old_proof_changes_nothing(place: Place) -> None:
    from datetime import timedelta

    await place.professional("karim")
    await place.professional("marc")
    held = await session_of_cookie(place.identity, await place.cookie("karim", seconds=3_600))
    assert held is not None
    now = await place.database.pool.fetchval("SELECT now()")
    with pytest.raises(ProofTooOld):
        await delegations.give(
            place.identity, held, to="marc", kind="secretary", since=now, until=now + timedelta(days=1)
        )
