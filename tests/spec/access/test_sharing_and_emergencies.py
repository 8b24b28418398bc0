"""What patients decide, and breaking the glass: each acts at once, leaves its entry, and is refused to others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from seve.engine.access import emergency, sharing
from seve.engine.access.emergency import break_glass
from seve.engine.access.finding import NobodyToOpen, Traits
from seve.engine.access.sharing import Decider
from seve.store.access import emergencies

from .test_who_sees_what import status, total
from .world import World, observation, patient

REASON = "Patient inconscient aux urgences"


def bob(world: World, who: str = "bob") -> Decider:
    return Decider(world.engine, world.principals[who], "Patient/bob")


async def test_a_patient_lets_a_professional_in_and_withdraws_it(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("b1", "bob"))
    given = await sharing.permit(bob(world), "PractitionerRole/other-role")
    assert await status(api, "other", "Observation/b1") == 200
    await sharing.withdraw(bob(world), given)
    assert await status(api, "other", "Observation/b1") == 404


async def test_a_permission_ends_by_its_date(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("b1", "bob"))
    past = datetime.now(UTC) - timedelta(minutes=1)
    await sharing.permit(bob(world), "PractitionerRole/other-role", until=past)
    assert await status(api, "other", "Observation/b1") == 404


async def test_a_patient_blocks_one_professional_and_opposes_all(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    ana = Decider(world.engine, world.principals["ana"], "Patient/ana")
    await sharing.block(ana, "Practitioner/doc")
    assert [await status(api, who, "Observation/a1") for who in ("doc", "nurse")] == [404, 200]
    opposition = await sharing.oppose(ana)
    assert await status(api, "nurse", "Observation/a1") == 404
    await sharing.withdraw(ana, opposition)
    assert await status(api, "nurse", "Observation/a1") == 200


async def test_a_patient_masks_a_record_and_shows_it_again(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    ana = Decider(world.engine, world.principals["ana"], "Patient/ana")
    await sharing.mask(ana, "Observation", "a1")
    assert [await status(api, who, "Observation/a1") for who in ("doc", "ana")] == [404, 200]
    await sharing.unmask(ana, "Observation", "a1")
    assert await status(api, "doc", "Observation/a1") == 200
    with pytest.raises(sharing.NoSuchChoice):
        await sharing.mask(ana, "Observation", "b1")


@pytest.mark.parametrize("who", ["ana", "doc", "officer", "app", "expired"])
async def test_nobody_decides_for_another_patient(world: World, who: str) -> None:
    with pytest.raises(sharing.NotTheirs):
        await sharing.permit(bob(world, who), "PractitionerRole/doc-role")


async def test_a_guardian_decides_for_the_child(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("k1", "child"))
    mother = Decider(world.engine, world.principals["mother"], "Patient/child")
    await sharing.permit(mother, "PractitionerRole/doc-role")
    assert await status(api, "doc", "Observation/k1") == 200


async def test_a_professional_declares_the_consent_of_a_patient_who_is_there(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(patient("bob", birthDate="1950-01-02"), observation("b1", "bob"))
    traits = Traits(family="Durand", given="bob", birth_date="1950-01-02")
    _, declared = await sharing.declare(world.engine, world.principals["other"], traits)
    assert await status(api, "other", "Observation/b1") == 200
    assert await status(api, "bob", f"Consent/{declared}") == 200
    await sharing.withdraw(bob(world), declared)
    assert await status(api, "other", "Observation/b1") == 404
    with pytest.raises(sharing.NotTheirs):
        await sharing.declare(world.engine, world.principals["ana"], traits)
    with pytest.raises(NobodyToOpen):
        await sharing.declare(world.engine, world.principals["other"], Traits(family="Durand"))


async def test_breaking_the_glass_opens_the_record_tells_the_patient_and_waits_for_review(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(patient("bob", birthDate="1950-01-02"), observation("b1", "bob"))
    traits = Traits(family="DURAND", given="Bob", birth_date="1950-01-02")
    assert await break_glass(world.engine, world.principals["other"], traits, reason=REASON) == "Patient/bob"
    assert await status(api, "other", "Observation/b1") == 200
    assert await status(api, "nurse", "Observation/b1") == 404, "it opens to one role, not to a house"
    assert await total(api, "bob", "Communication") == 1
    pool = world.engine.database.pool
    [case] = await emergencies.queue(pool, state="open")
    assert (case.patient, case.role, case.reason) == ("Patient/bob", "PractitionerRole/other-role", REASON)
    assert await emergencies.review(pool, case.vid, state="abusive", officer="Account/o", note="Pas d'urgence")
    assert await status(api, "other", "Observation/b1") == 404, "an abusive access ends at once"
    assert not await emergencies.review(pool, case.vid, state="justified", officer="Account/o", note="")


async def test_the_glass_does_not_break_without_reason_nor_for_others_nor_when_the_patient_refused(
    world: World,
) -> None:
    traits = Traits(family="Durand", given="bob", birth_date="1950-01-02")
    await world.put(patient("bob", birthDate="1950-01-02"))
    with pytest.raises(emergency.ReasonMissing):
        await break_glass(world.engine, world.principals["other"], traits, reason="urgent")
    for who in ("bob", "officer", "machine", "secretary"):
        with pytest.raises(emergency.NotForYou):
            await break_glass(world.engine, world.principals[who], traits, reason=REASON)
    await sharing.refuse_emergencies(bob(world))
    with pytest.raises(NobodyToOpen):
        await break_glass(world.engine, world.principals["other"], traits, reason=REASON)


@pytest.mark.parametrize(
    "traits",
    [
        Traits(),
        Traits(family="Du", given="b", birth_date="1950-01-02"),
        Traits(family="Durand", given="bob"),
        Traits("x|y"),
    ],
)
async def test_the_glass_breaks_for_one_patient_in_full_or_not_at_all(world: World, traits: Traits) -> None:
    await world.put(patient("bob", birthDate="1950-01-02"))
    with pytest.raises(NobodyToOpen):
        await break_glass(world.engine, world.principals["other"], traits, reason=REASON)


async def test_an_emergency_sees_sensitive_records_and_not_masked_ones(api: httpx.AsyncClient, world: World) -> None:
    await world.put(
        patient("bob", birthDate="1950-01-02"),
        observation("b1", "bob", meta={"security": [{"code": "HIV"}]}),
        observation("b2", "bob", meta={"security": [{"code": "MASQUE_PS"}]}),
    )
    await break_glass(
        world.engine,
        world.principals["other"],
        Traits(family="Durand", given="bob", birth_date="1950-01-02"),
        reason=REASON,
    )
    assert [await status(api, "other", f"Observation/{id_}") for id_ in ("b1", "b2")] == [200, 404]
