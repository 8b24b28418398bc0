"""Websockets: who may open one, who hears what, across two server processes; forged openings and ended sessions."""

from __future__ import annotations

import json

import pytest

from seve.engine.identity.sessions import end_all
from seve.sdk import sockets as kit
from seve.solutions.teleconsultation import solution
from seve.testing.site import Site
from seve.testing.sockets import Connection, connect, sockets_of

from .conftest import CALL, arrive, begin, running, until_in

_ONE, _OTHER = "a" * 20, "b" * 20


def _as(peer: str) -> str:
    return f"{CALL}/socket?peer={peer}"


async def _heard(connection: Connection, kind: str) -> dict[str, object]:
    while (found := json.loads(await connection.heard()))["kind"] != kind:
        pass
    return found


async def test_what_one_says_the_other_hears_in_another_process_and_long_offers_arrive_whole(house: Site) -> None:
    ana, doctor = await running(house)
    async with sockets_of(house, solution) as one, sockets_of(house, solution) as other:
        first, second = connect(one, ana, _as(_ONE)), connect(other, doctor, _as(_OTHER))
        assert await first.is_accepted()
        assert await second.is_accepted()
        await until_in(house, 2)
        await second.say('{"kind":"hello"}')
        told = await _heard(first, "hello")
        assert (told["from"], told["name"], told["party"]) == (_OTHER, "Doc Martin", "professional")
        sdp = "v=0\r\n" + "a=é€😀\r\n" * 2_000
        await first.say(json.dumps({"kind": "description", "type": "offer", "sdp": sdp, "to": _OTHER}))
        assert (await _heard(second, "description"))["sdp"] == sdp
        await first.leave()
        await second.leave()


async def test_nobody_speaks_in_another_ones_name(house: Site) -> None:
    ana, doctor = await running(house)
    async with sockets_of(house, solution) as sockets:
        first, second = connect(sockets, ana, _as(_ONE)), connect(sockets, doctor, _as(_OTHER))
        assert await first.is_accepted()
        assert await second.is_accepted()
        await first.say('{"kind":"hello","name":"Dr Faux","from":"x"}')
        assert await first.heard() == ""
        assert first.code == 4422
        await second.leave()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_a_page_of_another_site_opens_no_socket_with_our_cookies(house: Site, origin: str) -> None:
    ana, _ = await running(house)
    async with sockets_of(house, solution) as sockets:
        assert not await connect(sockets, ana, _as(_ONE), origin=origin).is_accepted()
        own = connect(sockets, ana, _as(_ONE))
        assert await own.is_accepted()
        await own.leave()


async def test_without_a_session_or_with_another_role_no_socket_opens(house: Site) -> None:
    ana = await arrive(house)
    async with sockets_of(house, solution) as sockets:
        assert not await connect(sockets, await house.browser(), _as(_ONE)).is_accepted()
        assert not await connect(sockets, await house.browser("officer"), _as(_ONE)).is_accepted()
        assert not await connect(sockets, ana, "/teleconsultation/line").is_accepted()
        assert not await connect(sockets, ana, "/teleconsultation/elsewhere").is_accepted()


async def test_a_link_of_the_wrong_person_ends_as_one_that_leads_nowhere(house: Site) -> None:
    await running(house)
    async with sockets_of(house, solution) as sockets:
        codes = set[int]()
        for name, path in (
            ("bob", _as(_ONE)),
            ("nurse", _as(_ONE)),
            ("bob", "/teleconsultation/call/none/socket?peer=aaaaaaaa"),
        ):
            connection = connect(sockets, await house.browser(name), path)
            assert await connection.is_accepted()
            assert await connection.heard() == ""
            codes.add(connection.code)
        assert codes == {4404}


async def test_a_call_takes_four_and_no_fifth(house: Site) -> None:
    ana, doctor = await running(house)
    async with sockets_of(house, solution) as sockets:
        opened = [connect(sockets, ana, _as(f"peer{n}xxxx")) for n in range(4)]
        for one in opened:
            assert await one.is_accepted()
        await until_in(house, 4)
        fifth = connect(sockets, doctor, _as("peer5xxxx"))
        assert await fifth.is_accepted()
        assert await fifth.heard() == ""
        assert fifth.code == 4409
        await opened[0].say('{"kind":"bye"}')
        await _heard(opened[1], "bye")
        sixth = connect(sockets, doctor, _as("peer6xxxx"))
        assert await sixth.is_accepted()
        await until_in(house, 4)
        for one in (*opened, sixth):
            await one.leave()


async def test_an_ended_session_ends_its_socket(house: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "_CHECK_SECONDS", 0.05)
    ana, _ = await running(house)
    async with sockets_of(house, solution) as sockets:
        connection = connect(sockets, ana, _as(_ONE))
        assert await connection.is_accepted()
        await end_all(house.identity, "ana")
        while await connection.heard():
            pass
        assert connection.code == 4401


async def test_too_long_and_too_many_messages_end_a_socket(house: Site) -> None:
    ana, _ = await running(house)
    async with sockets_of(house, solution) as sockets:
        long = connect(sockets, ana, _as(_ONE))
        assert await long.is_accepted()
        await long.say("x" * (kit.MOST_CHARACTERS + 1))
        assert await long.heard() == ""
        many = connect(sockets, ana, _as(_OTHER))
        assert await many.is_accepted()
        for _ in range(300):
            await many.say('{"kind":"stay"}')
        assert await many.heard() == ""
        assert (long.code, many.code) == (1008, 1008)


async def test_who_waits_hears_that_the_call_begins_and_who_is_invited_no_more_hears_the_end(house: Site) -> None:
    ana = await arrive(house)
    async with sockets_of(house, solution) as sockets:
        waiting = connect(sockets, ana, f"{CALL}/waiting")
        assert await waiting.is_accepted()
        await until_in(house, 1, room="wait/visit")
        doctor = await begin(house)
        assert await _heard(waiting, "changed")
        await doctor.get(CALL)
        await doctor.post(f"{CALL}/invite", who="PractitionerRole/nurse-role")
        nurse = connect(sockets, await house.browser("nurse"), _as(_OTHER))
        assert await nurse.is_accepted()
        await until_in(house, 1)
        await doctor.get(CALL)
        await doctor.post(f"{CALL}/stop", why="unfit")
        while await nurse.heard():
            pass
        assert nurse.code == 4404
        await waiting.leave()
