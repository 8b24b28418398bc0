"""Guests without an account: invited by name, agreed to by the patient, seen by all, taken back at any moment; nothing of the record."""

from __future__ import annotations

import json
import re

import pytest

from seve.solutions.teleconsultation import solution
from seve.testing.site import Browser, Site
from seve.testing.sockets import connect, sockets_of

from .conftest import CALL, arrive, running, until_in

_PEER = "c" * 20


async def _invite(doctor: Browser, **more: str) -> str:
    await doctor.get(CALL)
    return await doctor.post(f"{CALL}/guests", **{"name": "Olga Ivanova", "kind": "interpreter", **more})


async def _agree(ana: Browser, deed: str = "agree") -> str:
    await ana.get(CALL)
    found = re.search(rf'action="({CALL}/guests/[^"]+/{deed})"', ana.page)
    assert found
    return await ana.post(found[1])


def _link(page: str) -> str:
    found = re.search(r'value="http[^"]*(/teleconsultation/guest/[^"]+)"', page)
    return found[1] if found else ""


async def test_a_guest_comes_in_once_the_patient_agreed_and_sees_nothing_of_the_record(house: Site) -> None:
    ana, doctor = await running(house)
    page = await _invite(doctor)
    assert "en attente de l'accord du patient" in page
    assert not _link(page)
    assert "Olga Ivanova" in await ana.get(CALL)
    await _agree(ana)
    assert not _link(ana.page)  # who invited gives the link
    link = _link(await doctor.get(CALL))
    guest = await house.browser()
    page = await guest.get(link)
    assert "Appel avec Doc Martin" in page
    assert "Vous entrez en tant que Olga Ivanova" in page
    for word in ("Ana", "Durand", "1961", "Mesures", "shared-record"):
        assert word not in page
    assert "camera=(self)" in guest.answer.headers["permissions-policy"]
    assert "accepté par le patient" in await ana.get(CALL)


async def test_the_others_hear_a_guest_under_the_name_they_were_invited_by(house: Site) -> None:
    ana, doctor = await running(house)
    link = _link(await _invite(doctor, spoken="1"))
    guest = await house.browser()
    async with sockets_of(house, solution) as sockets:
        first = connect(sockets, ana, f"{CALL}/socket?peer={'a' * 20}")
        assert await first.is_accepted()
        second = connect(sockets, guest, f"{link}/socket?peer={_PEER}")
        assert await second.is_accepted()
        await until_in(house, 2)
        await second.say('{"kind":"hello"}')
        while (told := json.loads(await first.heard()))["kind"] != "hello":
            pass
        assert (told["from"], told["name"], told["party"]) == (_PEER, "Olga Ivanova", "guest")
        await _agree(ana, "refuse")
        while await second.heard():
            pass
        assert second.code == 4404
        await first.leave()
    await guest.get(link)
    assert guest.status == 404


@pytest.mark.parametrize("deed", ["refuse", "withdraw"])
async def test_an_invitation_is_taken_back_by_either_side(house: Site, deed: str) -> None:
    ana, doctor = await running(house)
    link = _link(await _invite(doctor, spoken="1"))
    guest = await house.browser()
    await guest.get(link)
    assert guest.status == 200
    await _agree(doctor if deed == "withdraw" else ana, deed)
    await guest.get(link)
    assert guest.status == 404
    async with sockets_of(house, solution) as sockets:
        late = connect(sockets, guest, f"{link}/socket?peer={_PEER}")
        assert not await late.is_accepted() or not await late.heard()
        assert late.code in (1008, 4404)
    if deed == "refuse":
        await _agree(ana)  # they change their mind
        await guest.get(link)
        assert guest.status == 200


async def test_a_forged_link_opens_neither_page_nor_socket(house: Site) -> None:
    _, doctor = await running(house)
    link = _link(await _invite(doctor, spoken="1"))
    wrong = f"{link[:-1]}{'0' if link[-1] != '0' else '1'}"
    guest = await house.browser()
    await guest.get(wrong)
    assert guest.status == 404
    async with sockets_of(house, solution) as sockets:
        for path, origin in ((wrong, "http://sante.example"), (link, "https://ailleurs.example")):
            forged = connect(sockets, guest, f"{path}/socket?peer={_PEER}", origin=origin)
            assert not await forged.is_accepted()


async def test_before_the_call_a_guest_waits_and_after_it_the_link_is_over(house: Site) -> None:
    ana = await arrive(house)
    doctor = await house.browser("doc")
    await doctor.get(CALL)
    await doctor.post(f"{CALL}/guests", name="Olga", kind="interpreter", spoken="1")
    await doctor.post(f"{CALL}/begin", act="teleconsultation", proof="CN")
    link = _link(await doctor.get(CALL))
    guest = await house.browser()
    assert "Appel avec" in await guest.get(link)
    await doctor.post(f"{CALL}/stop", why="network")
    await guest.get(link)
    assert guest.status == 404
    del ana


async def test_nobody_else_invites_agrees_or_withdraws(house: Site) -> None:
    ana, doctor = await running(house)
    await _invite(doctor)
    (invited,) = await house.stored("Communication")
    stranger, bob = await house.browser("stranger"), await house.browser("bob")
    for other in (stranger, bob):
        await other.get("/teleconsultation")
        for path in ("guests", f"guests/{invited['id']}/agree", f"guests/{invited['id']}/withdraw"):
            await other.post(f"{CALL}/{path}", name="X", kind="other")
            assert other.status in (403, 404)
    await ana.get(CALL)
    await ana.post(f"{CALL}/guests", name="X", kind="other")
    assert ana.status == 403
    await doctor.get(CALL)
    await doctor.post(f"{CALL}/guests/{invited['id']}/agree")
    assert doctor.status == 403  # the patient agrees, not who invites
    assert len(await house.stored("Communication")) == 1


@pytest.mark.parametrize("said", [{"name": " "}, {"kind": "pirate"}])
async def test_an_invitation_without_name_or_kind_is_refused(house: Site, said: dict[str, str]) -> None:
    _, doctor = await running(house)
    await _invite(doctor, **said)
    assert doctor.status == 422
    assert await house.stored("Communication") == []


async def test_no_more_guests_than_the_call_has_room_for(house: Site) -> None:
    _, doctor = await running(house)
    for number in range(2):
        await _invite(doctor, name=f"Proche {number}", kind="relative")
        assert doctor.status == 200
    await _invite(doctor, name="Proche 3", kind="relative")
    assert doctor.status in (403, 409, 422)
    assert len(await house.stored("Communication")) == 2
