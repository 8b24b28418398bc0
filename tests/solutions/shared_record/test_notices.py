"""Answering a notice of automatic opening without an account (N03): by the link of a message, by the code of a letter; and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from seve.engine.access import open_grant
from seve.fhir import Resource
from seve.france.identity.ins import Matricule
from seve.france.identity.traits import StrictTraits, with_traits
from seve.france.identity.trust import Reliability, with_reliability
from seve.sdk import Chores, wording
from seve.solutions.shared_record import solution
from seve.solutions.shared_record.actions import notices as deeds
from seve.solutions.shared_record.model import notices, opening
from seve.testing.site import Browser, Site

_BOB = "/shared-record/bob"
_ANSWER = "/shared-record/answer"


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def quick(room: Site) -> None:
    """Nobody waits for the attempts of another test."""
    await room.engine.database.pool.execute("TRUNCATE attempt")


def _chores(room: Site) -> Chores:
    return Chores(room.engine, open_grant(), solution.manifest)


async def _tell(room: Site, patient: str = "bob", *, days: int = 42) -> str:
    """Sends a notice; the path of its link, as somebody finds it who follows it."""
    opens = datetime.now(wording.ZONE).date() + timedelta(days=days)
    await deeds.send(_chores(room), patient, opens=opens)
    notice = (await room.stored("Consent", ("patient", f"Patient/{patient}"), ("status", "proposed")))[0]
    return f"{_ANSWER}/{deeds.token_of(_chores(room).links, notice, opens)}"


async def _state(room: Site, patient: str = "bob") -> opening.Opening:
    return opening.latest(await room.stored("Consent", ("patient", f"Patient/{patient}")))


async def _without_account(room: Site) -> None:
    """Cleo, whom no message reaches."""
    cleo: Resource = {
        "resourceType": "Patient",
        "id": "cleo",
        "identifier": [Matricule.of("290054410912310", "nir-test").identifier()],
        "address": [{"line": ["3 rue des Lilas"], "postalCode": "44000", "city": "Nantes"}],
    }
    known = with_traits(cleo, StrictTraits("Roux", "Cleo", "1990-05-06", "female", "44109"))
    await room.put(with_reliability(known, Reliability("VALI", "INSI", "2024-01-08", "CN", "2024-01-08")))


async def _code(room: Site) -> str:
    """The code of the one letter."""
    officer = await room.browser("officer")
    page = await officer.get("/shared-record/openings/letters")
    [code] = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    return code


async def _type(room: Site, code: str, born: str, browser: Browser | None = None) -> Browser:
    nobody = browser or await room.browser()
    await nobody.get(_ANSWER)
    await nobody.post(_ANSWER, code=code, born=born)
    return nobody


async def test_the_link_of_the_message_is_that_of_the_page(room: Site) -> None:
    path = await _tell(room)
    bob = await room.browser("bob")
    assert f"http://sante.example{path}" in await bob.get("/notifications")


async def test_who_has_the_link_opposes_without_signing_in_and_nobody_is_named(room: Site) -> None:
    path, nobody = await _tell(room), await room.browser()
    page = await nobody.get(path)
    assert "sauf si vous vous y opposez" in page
    assert "Petit" not in page and "Bob" not in page
    page = await nobody.post(path, decision="oppose")
    assert "L'opposition est enregistrée" in page
    assert (await _state(room)).state == "rejected"
    bob = await room.browser("bob")
    assert "Votre réponse est enregistrée" in await bob.get("/notifications")
    [decision] = await room.stored("Consent", ("status", "rejected"))
    assert decision["sourceReference"]["reference"].startswith("Consent/")


async def test_who_agrees_has_their_record_opened_at_once(room: Site) -> None:
    path, nobody = await _tell(room), await room.browser()
    await nobody.get(path)
    assert "Le dossier est ouvert" in await nobody.post(path, decision="open")
    assert (await _state(room)).is_open


async def test_a_link_answers_once_and_a_sign_in_decides_afterwards(room: Site) -> None:
    path, nobody, bob = await _tell(room), await room.browser(), await room.browser("bob")
    await nobody.get(path)
    await nobody.post(path, decision="oppose")
    await nobody.post(path, decision="open")
    assert nobody.status == 409
    assert (await _state(room)).state == "rejected"
    await bob.get(f"{_BOB}/opening")
    await bob.post(f"{_BOB}/opening", decision="open")
    assert (await _state(room)).is_open
    await nobody.post(path, decision="oppose")  # who found an old letter closes nothing
    assert (await _state(room)).is_open


async def test_a_link_that_is_over_answers_nothing(room: Site) -> None:
    path, nobody = await _tell(room, days=-1), await room.browser()
    await nobody.get(path)
    assert nobody.status == 404
    await nobody.post(path, decision="open")
    assert nobody.status == 404
    assert (await _state(room)).state == "proposed"


async def test_an_altered_link_answers_nothing(room: Site) -> None:
    path, nobody = await _tell(room), await room.browser()
    end = path.split(".")[2]
    later = f"{int(end, 16) + 86_400:x}"
    other = _chores(room).links.sign(
        "feed", f"Consent/{path.split('.')[1]}", until=datetime.now(UTC) + timedelta(days=1)
    )
    for wrong in (
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        path.replace(f".{end}.", f".{later}."),
        f"{_ANSWER}/{other}",
    ):
        await nobody.get(wrong)
        assert nobody.status == 404, wrong
        await nobody.post(wrong, decision="open")
        assert nobody.status == 404, wrong
    assert (await _state(room)).state == "proposed"


async def test_a_stolen_link_decides_for_its_own_person_alone_and_from_no_other_site(room: Site) -> None:
    stolen, _ = await _tell(room), await _tell(room, "ana")
    thief = await room.browser("stranger")
    await thief.get(stolen)
    answer = await thief.client.post(stolen, data={"decision": "open"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    await thief.post(stolen, decision="oppose")
    assert ((await _state(room)).state, (await _state(room, "ana")).state) == ("rejected", "proposed")
    await thief.get(_BOB)
    assert thief.status == 404


async def test_who_has_no_account_answers_by_the_code_of_a_letter_and_their_birth_date(room: Site) -> None:
    await _without_account(room)
    await _tell(room, "cleo")
    officer = await room.browser("officer")
    page = await officer.get("/shared-record/openings/letters")
    for part in ("Cleo Roux", "3 rue des Lilas", "44000 Nantes", "sante.example/shared-record/answer"):
        assert part in page
    code = await _code(room)
    nobody = await _type(room, code.lower().replace("-", " "), "1990-05-06")
    assert "sauf si vous vous y opposez" in nobody.page
    assert "Roux" not in nobody.page
    await nobody.post(str(nobody.answer.url), decision="oppose")
    assert (await _state(room, "cleo")).state == "rejected"
    assert "Aucune lettre" in await officer.get("/shared-record/openings/letters")
    again = await _type(room, code, "1990-05-06")
    assert "L'opposition est enregistrée" in again.page
    assert 'name="decision"' not in again.page


async def test_who_was_told_by_a_message_gets_no_letter(room: Site) -> None:
    await _tell(room)
    officer, doctor = await room.browser("officer"), await room.browser("doc")
    assert "Aucune lettre" in await officer.get("/shared-record/openings/letters")
    await doctor.get("/shared-record/openings/letters")
    assert doctor.status == 403


async def test_a_wrong_code_and_a_wrong_birth_date_are_refused_alike_and_what_was_typed_stays(room: Site) -> None:
    await _without_account(room)
    await _tell(room, "cleo")
    code = await _code(room)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for typed, born in ((code, "1990-05-07"), (wrong, "1990-05-06"), ("K7QM", "1990-05-06"), (code, "")):
        nobody = await _type(room, typed, born)
        assert nobody.status == 422
        assert "ne vont pas ensemble" in nobody.page
        assert f'value="{typed}"' in nobody.page
        assert "1990" not in str(nobody.answer.url)
    assert (await _state(room, "cleo")).state == "proposed"


async def test_guessing_is_slowed_by_code_and_by_address(room: Site) -> None:
    await _without_account(room)
    await _tell(room, "cleo")
    code, policy = await _code(room), room.identity.policy
    for day in range(1, policy.free_failures + 1):
        assert (await _type(room, code, f"1980-01-{day:02}")).status == 422
    slowed = await _type(room, code, "1990-05-06")  # right, but too soon
    assert slowed.status == 429
    assert (await _state(room, "cleo")).state == "proposed"
    statuses = [(await _type(room, f"0000000{n:05}", "1990-05-06")).status for n in range(policy.address_free_failures)]
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("K7QM-2X4T-9BDA", ("K7QM2X4", "T9BDA")),
        (" k7qm 2x4t 9bda ", ("K7QM2X4", "T9BDA")),
        ("O7QM-2X4T-9BDL", ("07QM2X4", "T9BD1")),
        ("K7QM-2X4T", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, read: tuple[str, str]) -> None:
    assert notices.typed(typed) == read


def test_a_check_is_for_one_number_and_one_person(room: Site) -> None:
    links = _chores(room).links
    right = links.check_of("opening", "K7QM2X4", "Patient/bob")
    assert len(right) == 5
    assert right == links.check_of("opening", "K7QM2X4", "Patient/bob")
    for other in (
        ("opening", "K7QM2X5", "Patient/bob"),
        ("opening", "K7QM2X4", "Patient/ana"),
        ("feed", "K7QM2X4", "Patient/bob"),
    ):
        assert links.check_of(*other) != right
