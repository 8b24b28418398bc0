"""INSi: answers read as they come, and a simulated service that gives them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.fhir.validation.profiles.test_packages import COMBINED, FR_CORE, errors, validator

from seve.france.identity.ins import in_force, matricules
from seve.france.identity.insi.answers import UnknownAnswerCode, UnreadableAnswer, certified, read_answer
from seve.france.identity.insi.asking import Search, find
from seve.france.identity.insi.simulated import TEST_IDENTITIES, SimulatedInsi
from seve.france.identity.trust import may_index_shared_data, trust

SHARED = Path(__file__).parents[4] / ".." / "shared" / "france"
DOMINIQUE = Search("Adrtrois", "Dominique", "F", "1997-02-26")
PIERRE = Search("ECETINSI", "PIERRE-ALAIN", "M", "2009-07-14")
ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>
<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR>
<INDIVIDU><INSACTIF><IdIndividu><NumIdentifiant>297022A020778</NumIdentifiant><Cle>78</Cle></IdIndividu>
<OID>1.2.250.1.213.1.4.8</OID></INSACTIF><INSHISTO><IdIndividu><NumIdentifiant>2970220020778</NumIdentifiant><Cle>01</Cle>
</IdIndividu><OID>1.2.250.1.213.1.4.9</OID><DateDeb>2020-01-01</DateDeb><DateFin>2019-01-01</DateFin></INSHISTO>
<TIQ><NomNaissance>D'ADR-TROIS</NomNaissance><ListePrenom>DOMINIQUE  ANNE-MARIE</ListePrenom><Sexe>F</Sexe>
<DateNaissance>1997-02-26</DateNaissance><LieuNaissance>2A020</LieuNaissance></TIQ></INDIVIDU></RESULTAT></s:Body></s:Envelope>"""


def test_an_identity_is_read_from_its_soap_envelope() -> None:
    answer = read_answer(ENVELOPE.encode())
    assert answer.identity is not None
    assert answer.identity.matricule.value == "297022A02077878"
    assert answer.identity.traits.family == "D'ADR-TROIS"
    assert answer.identity.traits.given == "DOMINIQUE ANNE-MARIE"
    assert (answer.identity.traits.sex, answer.identity.traits.birth_place) == ("female", "2A020")
    assert [(m.value, m.kind) for m in answer.identity.history] == [("297022002077801", "nia")]


@pytest.mark.parametrize("code", ["01", "02"])
def test_none_and_several_come_without_an_identity(code: str) -> None:
    raw = f'<RESULTAT xmlns="http://www.cnamts.fr/INSiResultat"><CR><CodeCR>{code}</CodeCR></CR></RESULTAT>'
    assert read_answer(raw.encode()).code == code
    assert read_answer(raw.encode()).identity is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no xml",
        b"<RESULTAT/>",
        ENVELOPE.replace("TIQ", "QIT").encode(),
        ENVELOPE.replace("1.2.250.1.213.1.4.9<", "1.2.250.1.213.1.4.13<").encode(),
        b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + ENVELOPE.replace("D'ADR", "&e;").encode(),
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + ENVELOPE.replace("D'ADR", "&b;").encode(),
    ],
)
def test_what_is_no_answer_is_refused_entities_included(raw: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        read_answer(raw)


def test_another_code_is_refused_by_name() -> None:
    with pytest.raises(UnknownAnswerCode):
        read_answer(ENVELOPE.replace(">00<", ">99<").encode())


async def test_the_simulated_service_finds_the_corsican_test_patient() -> None:
    answer = await SimulatedInsi().by_traits(DOMINIQUE)
    assert answer.identity is not None
    assert (answer.identity.matricule.value, answer.identity.matricule.kind) == ("297022A02077878", "nir-test")


@pytest.mark.parametrize(
    ("search", "code"),
    [
        (Search("Adrtrois", "Dominique", "F", "1997-02-27"), "01"),
        (Search("Adrtrois", "Dominique", "M", "1997-02-26"), "01"),
        (Search("Adrtrois", "Dominique", "F", "1997-02-26", "2B020"), "01"),
        (Search("d’Arc-du-Lac", "Jean", "M", "1985-05-01"), "02"),
        (Search("tchitchi", "catarina", "F", "1936-06-21", "63220"), "00"),
    ],
)
async def test_the_simulated_service_answers_as_the_real_one(search: Search, code: str) -> None:
    assert (await SimulatedInsi().by_traits(search)).code == code


async def test_every_given_name_is_tried_until_one_is_known() -> None:
    insi = SimulatedInsi()
    search = Search("TCHITCHI", "", "F", "1936-06-21")
    assert (await find(insi, search, given_names=("BELLA", "CATARINA"))).code == "00"
    assert (await find(insi, search, given_names=("BELLA", "ROSA"))).code == "01"
    assert (await find(insi, DOMINIQUE, given_names=())).code == "00"


async def test_what_insi_certified_becomes_the_identity_with_its_history() -> None:
    answer = await SimulatedInsi().by_traits(PIERRE)
    assert answer.identity is not None
    patient = {"resourceType": "Patient", "name": [{"use": "usual", "family": "Écetinsi"}]}
    recovered = certified(patient, answer.identity, day="2026-11-22", document_seen=False)
    assert trust(recovered) == "recovered"
    assert not may_index_shared_data(recovered, environment="test")
    qualified = certified(recovered, answer.identity, day="2026-11-22", document_seen=True)
    assert may_index_shared_data(qualified, environment="test")
    assert [(m.value, m.use) for m in matricules(qualified)] == [
        ("109076322083489", "official"),
        ("209066322012355", "old"),
        ("209076322083439", "old"),
    ]
    assert [n["use"] for n in qualified["name"]] == ["official", "usual"]
    found = in_force(qualified)
    assert found is not None
    assert found.key == "89"


async def test_what_insi_certified_obeys_the_profile_of_the_ins() -> None:
    by = validator(COMBINED, FR_CORE)
    real = [  # for test numbers, the profile has no use but official
        replace(
            one,
            matricule=replace(one.matricule, kind="nir"),
            history=tuple(replace(old, kind="nir") for old in one.history),
        )
        for one in TEST_IDENTITIES
    ]
    for search in (PIERRE, DOMINIQUE):
        answer = await SimulatedInsi(real).by_traits(search)
        assert answer.identity is not None
        meta = {"profile": ["https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins"]}
        patient = {"resourceType": "Patient", "id": "p", "meta": meta}
        for document_seen in (True, False):
            found = certified(patient, answer.identity, day="2026-11-22", document_seen=document_seen)
            assert errors(found, by) == []


async def test_the_simulated_service_knows_all_test_identities() -> None:
    if not (SHARED / "ins" / "test-identities.json").exists():
        pytest.skip("../shared/france/ins is not here")
    for told in json.loads((SHARED / "ins" / "test-identities.json").read_text(encoding="utf-8")):
        given = tuple(told["birthGivenNames"].split(" "))
        search = Search(told["birthName"], given[0], told["sex"], told["birthDate"], told["birthPlaceCog"])
        answer = await SimulatedInsi().by_traits(search)
        assert answer.identity is not None
        assert answer.identity.matricule.value == told["nir13"] + told["key"]
