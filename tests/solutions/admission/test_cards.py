"""A photograph of a card at the desk: read, shown beside the record, confirmed by a person or by nobody."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.solutions.admission.conftest import begun, do, field, picture
from tests.unit.france.cards import conftest as own
from tests.unit.france.cards.conftest import Sign

from seve.france.cards import Authorities
from seve.france.identity.trust import trust
from seve.testing.site import Browser, Site

authorities, key, sign = own.authorities, own.key, own.sign

CARD = "60ANA\x1d62DURAND\x1d65CN66TEST00001\x1d67FR68F69140319616ATOURS\x1d6O04052034"
OTHER = CARD.replace("62DURAND", "62DUPONT")
INS = "IS010000000000000000000000S1261033726100144S21.2.250.1.213.1.4.10\x1dS3ANA\x1dS4DURAND\x1dS5FS614-03-1961S737261"


async def read(room: Site, data: bytes, name: str = "photo.png") -> tuple[Browser, str]:
    """Ana's stay, and the clerk's page after a photograph."""
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    at = path.replace("/stays/", "/desk/")
    await clerk.get(at)
    await clerk.post(f"{at}/photo", files={"photo": (name, data, "image/png")})
    return clerk, at


@pytest.fixture
def trusted(room: Site, authorities: Authorities) -> Iterator[None]:
    folder = room.engine.ledger.keys.directory / "cards"
    folder.mkdir(exist_ok=True)
    for name, one in authorities.items():
        (folder / f"{name}.pem").write_bytes(one.certificate.public_bytes(Encoding.PEM))
    yield
    shutil.rmtree(folder)


async def decide(clerk: Browser, decision: str) -> str:
    return await clerk.post(str(clerk.answer.url.path), version=field(clerk.page, "version"), decision=decision)


async def test_a_card_that_agrees_is_confirmed_by_a_person_and_validates(room: Site, sign: Sign, trusted: None) -> None:
    clerk, _ = await read(room, picture(sign(CARD)))
    assert (
        "Signature vérifiée" in clerk.page
        and "Différent" not in clerk.page
        and "même personne, pièce vue" in clerk.page
    )
    [patient] = await room.stored("Patient", ("_id", "ana"))
    assert trust(patient) == "provisional"  # nothing is confirmed by reading
    assert await room.stored("Binary") == []  # the photograph is not kept
    page = await decide(clerk, "confirmed")
    assert "Identité validée" in page
    [patient] = await room.stored("Patient", ("_id", "ana"))
    assert trust(patient) == "validated"


async def test_with_an_answer_of_insi_a_confirmed_card_qualifies(room: Site, sign: Sign, trusted: None) -> None:
    from seve.france.identity.ins import Matricule, with_matricule
    from seve.france.identity.trust import Reliability, with_reliability

    [patient] = await room.stored("Patient", ("_id", "ana"))
    told = with_reliability(patient, Reliability("PROV", method="INSI", collected="2026-11-01"))
    await room.put(with_matricule(told, Matricule.of("2610337261001", "nir-test")))
    clerk, _ = await read(room, picture(sign(CARD)))
    assert "Identité qualifiée" in await decide(clerk, "confirmed")


async def test_a_mismatch_is_marked_queued_and_never_confirmed_as_it_is(room: Site, sign: Sign, trusted: None) -> None:
    clerk, at = await read(room, picture(sign(OTHER)))
    assert "Différent" in clerk.page and "DUPONT" in clerk.page and "même personne, pièce vue" not in clerk.page
    check = str(clerk.answer.url.path)
    page = await clerk.get("/admission/checks")
    assert "Différence" in page and "Nom de naissance" in page
    await clerk.get(check)
    await decide(clerk, "confirmed")
    assert clerk.status == 422
    await clerk.get(check)
    assert "Noté : pas la même personne" in await decide(clerk, "another")
    [patient] = await room.stored("Patient", ("_id", "ana"))
    assert trust(patient) == "provisional" and patient["name"][0]["family"] == "Durand"
    await clerk.get(check)
    await clerk.post(check, version="1", decision="corrected")
    assert clerk.status == 409  # decided once
    assert at


async def test_the_record_is_corrected_from_the_card_when_a_person_says_so(
    room: Site, sign: Sign, trusted: None
) -> None:
    clerk, _ = await read(room, picture(sign(OTHER)))
    assert "DUPONT" in await decide(clerk, "corrected")
    [patient] = await room.stored("Patient", ("_id", "ana"))
    assert trust(patient) == "validated" and patient["name"][0]["family"] == "DUPONT"


async def test_a_forged_signature_confirms_nothing(room: Site, sign: Sign, trusted: None) -> None:
    clerk, _ = await read(room, picture(sign(OTHER).replace("DUPONT", "DURAND")))
    assert "Signature fausse" in clerk.page
    for decision in ("confirmed", "corrected"):
        await decide(clerk, decision)
        assert clerk.status == 422


async def test_without_the_authority_a_signature_is_told_as_not_verified(room: Site, sign: Sign) -> None:
    clerk, _ = await read(room, picture(sign(CARD)))
    assert "Signature non vérifiée" in clerk.page


async def test_an_expired_card_confirms_nothing(room: Site, sign: Sign, trusted: None) -> None:
    clerk, _ = await read(room, picture(sign(CARD.replace("04052034", "04052024"), on=date(2021, 6, 1))))
    await decide(clerk, "confirmed")
    assert clerk.status == 422


async def test_an_ins_datamatrix_shows_the_number_and_proves_nothing(room: Site) -> None:
    from seve.france.identity.control_keys import nir_key

    right = INS.replace("261033726100144", "2610337261001" + nir_key("2610337261001"))
    clerk, _ = await read(room, picture(right))
    assert "n'est pas une pièce d'identité" in clerk.page and "2610337261001" in clerk.page
    await decide(clerk, "confirmed")
    assert clerk.status == 422


@pytest.mark.parametrize("what", ["nothing", "no code", "text", "cut", "foreign code"])
async def test_a_photograph_that_says_nothing_is_refused_with_its_reason(room: Site, what: str) -> None:
    data = {
        "nothing": b"",
        "no code": picture(),
        "text": b"hello",
        "cut": picture("IS01")[:90],
        "foreign code": picture("https://exemple.invalid/"),
    }[what]
    clerk, _ = await read(room, data)
    assert clerk.status == 422 and 'role="alert"' in clerk.page
    assert await room.stored("Task") == []


async def test_a_paper_sent_from_home_is_read_at_the_desk(room: Site, sign: Sign, trusted: None) -> None:
    ana, clerk = await room.browser("ana"), await room.browser("clerk")
    path = await begun(ana)
    await ana.post(f"{path}/papers/identity", files={"paper": ("carte.png", picture(sign(CARD)), "image/png")})
    at = path.replace("/stays/", "/desk/")
    await clerk.get(at)
    await clerk.post(f"{at}/photo", kind="identity")
    assert "Signature vérifiée" in clerk.page
    await clerk.get(at)
    await clerk.post(f"{at}/photo", kind="card")
    assert clerk.status == 404 or 'role="alert"' in clerk.page
    assert "sera gardé" in await _keep(clerk, at)
    await do(clerk, path, "arrive")


async def _keep(clerk: Browser, at: str) -> str:
    await clerk.get(at)
    return await clerk.post(f"{at}/papers/identity/keep")
