"""Entries as AuditEvents: what IHE BALP 1.1 requires of each pattern, as data, and that each is valid R4."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from seve.engine.audit.rendering import events
from seve.engine.checking import Checker
from seve.fhir.definitions import core
from seve.fhir.search.keys import value_key
from seve.store.audit.acts import Act

BASE = "https://sante.example/fhir"
VID = 912_213_265_373_724_672
PROFILE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
DCM = "http://dicom.nema.org/resources/ontology/DCM#"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType#"
RESTFUL = "http://hl7.org/fhir/restful-interaction#"
PATIENT = "http://terminology.hl7.org/CodeSystem/audit-entity-type#1"
OBJECT = "http://terminology.hl7.org/CodeSystem/audit-entity-type#2"
REST = "http://terminology.hl7.org/CodeSystem/audit-event-type#rest"
TRANSACTION = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType#XrequestId"
SOURCE, DESTINATION, APPLICATION = f"{DCM}110153", f"{DCM}110152", f"{DCM}110150"
READER, AUTHOR = f"{PARTICIPATION}IRCP", f"{PARTICIPATION}AUT"

COMMON: dict[str, Any] = {
    "agent": "Practitioner/1",
    "display": "Dr Zoé Karim",
    "role": "10",
    "client": "Device/web",
    "purpose": "TREAT",
    "source": "192.0.2.7",
    "request": "req-1",
}
ONE: dict[str, Any] = {"entities": ("Observation/1/_history/2",)}
ABOUT: dict[str, Any] = {"patients": ("Patient/1",)}
SEARCH: dict[str, Any] = {"query": "Observation?patient=1&code=é"}

# What each profile requires: type, subtype, action; the types of client, server and user; the entities by type (and role).
REQUIRED: dict[str, tuple[Act, str, str, str, tuple[str, str, str], set[str]]] = {
    "Read": (Act(interaction="read", action="R", **COMMON, **ONE), REST, "read", "R", (DESTINATION, SOURCE, READER), {OBJECT}),
    "PatientRead": (
        Act(interaction="vread", action="R", **COMMON, **ONE, **ABOUT),
        REST, "vread", "R", (DESTINATION, SOURCE, READER), {OBJECT, PATIENT},
    ),
    "Create": (Act(interaction="create", action="C", **COMMON, **ONE), REST, "create", "C", (SOURCE, DESTINATION, AUTHOR), {OBJECT}),
    "PatientCreate": (
        Act(interaction="create", action="C", **COMMON, **ONE, **ABOUT),
        REST, "create", "C", (SOURCE, DESTINATION, AUTHOR), {OBJECT, PATIENT},
    ),
    "Update": (Act(interaction="update", action="U", **COMMON, **ONE), REST, "update", "U", (SOURCE, DESTINATION, AUTHOR), {OBJECT}),
    "PatientUpdate": (
        Act(interaction="patch", action="U", **COMMON, **ONE, **ABOUT),
        REST, "patch", "U", (SOURCE, DESTINATION, AUTHOR), {OBJECT, PATIENT},
    ),
    "Delete": (Act(interaction="delete", action="D", **COMMON, **ONE), REST, "delete", "D", (SOURCE, DESTINATION, AUTHOR), {OBJECT}),
    "PatientDelete": (
        Act(interaction="delete", action="D", **COMMON, **ONE, **ABOUT),
        REST, "delete", "D", (SOURCE, DESTINATION, AUTHOR), {OBJECT, PATIENT},
    ),
    "Query": (Act(interaction="search", action="E", **COMMON, **SEARCH), REST, "search", "E", (SOURCE, DESTINATION, READER), {OBJECT}),
    "PatientQuery": (
        Act(interaction="search", action="E", **COMMON, **SEARCH, **ABOUT),
        REST, "search", "E", (SOURCE, DESTINATION, READER), {OBJECT, PATIENT},
    ),
    "PrivacyDisclosure.Source": (
        Act(interaction="export", action="R", **COMMON, **ONE, **ABOUT),
        f"{DCM}110106", "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle#disclose", "R",
        (DESTINATION, SOURCE, READER), {OBJECT, PATIENT},
    ),
    "AuthZconsent": (
        Act(interaction="decision", action="E", **COMMON, **ABOUT, basis="Consent/3", organization="Organization/1"),
        f"{DCM}110113", "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType#AuthZ-Consent", "E",
        (APPLICATION, "http://terminology.hl7.org/CodeSystem/extra-security-role-type#authserver", READER),
        {PATIENT, "http://hl7.org/fhir/resource-types#Consent"},
    ),
}  # fmt: skip


def rendered(act: Act, references: dict[int, str] | None = None) -> list[dict[str, Any]]:
    return list(events(VID, act, references=references or {}, base_url=BASE))


def code(coding: dict[str, str]) -> str:
    return f"{coding['system']}#{coding['code']}"


def agents(event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {code(agent["type"]["coding"][0]): agent for agent in event["agent"]}


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(core())


@pytest.mark.parametrize("name", REQUIRED)
def test_each_pattern_carries_what_balp_requires(name: str) -> None:
    act, type_, subtype, action, roles, entities = REQUIRED[name]
    (event,) = rendered(act)
    assert event["meta"]["profile"] == [PROFILE + name]
    assert code(event["type"]) == type_
    assert [code(c) for c in event["subtype"]] == [subtype if "#" in subtype else RESTFUL + subtype]
    assert (event["action"], event["outcome"]) == (action, "0")
    assert event["recorded"]
    assert event["source"]["observer"]
    found = agents(event)
    client, server, user = (found[role] for role in roles)
    assert client["who"] == {"reference": "Device/web"}
    assert client["network"] == {"address": "192.0.2.7", "type": "2"}
    assert server["who"] == event["source"]["observer"], "val-audit-source"
    assert ("network" in server) == (name != "AuthZconsent")
    assert user["who"] == {"reference": "Practitioner/1"}
    assert (user["requestor"], client["requestor"], server["requestor"]) == (True, False, False)
    assert user["purposeOfUse"][0]["coding"][0]["code"] == "TREAT"
    assert "network" not in user
    assert {"media", "altId", "policy", "location"}.isdisjoint(user.keys() | client.keys() | server.keys())
    by_type = [code(entity["type"]) for entity in event["entity"]]
    assert sorted(by_type) == sorted(entities | {TRANSACTION}), "each slice once"
    if PATIENT in entities:
        (patient,) = (e for e in event["entity"] if code(e["type"]) == PATIENT)
        assert patient["what"] == {"reference": "Patient/1"}
        assert patient["role"]["code"] == "1"


@pytest.mark.parametrize("name", REQUIRED)
def test_each_pattern_is_valid_r4(name: str, checker: Checker) -> None:
    for event in rendered(REQUIRED[name][0]):
        checker.check(event)


def test_a_query_is_base64_and_names_no_result() -> None:
    (event,) = rendered(REQUIRED["PatientQuery"][0])
    (query,) = (e for e in event["entity"] if "query" in e)
    assert base64.b64decode(query["query"]).decode() == SEARCH["query"]
    assert "what" not in query
    assert query["role"]["code"] == "24"


def test_the_request_id_is_an_entity_of_its_own() -> None:
    (event,) = rendered(REQUIRED["Read"][0])
    (transaction,) = (e for e in event["entity"] if code(e["type"]) == TRANSACTION)
    assert transaction["what"] == {"identifier": {"value": "req-1"}}


def test_an_act_on_several_patients_is_one_event_for_each_and_none_shows_another() -> None:
    keys = (value_key("Patient/2"), value_key("Patient/3"), value_key("Patient/1"))
    act = Act(interaction="search", action="E", **COMMON, **SEARCH, **ABOUT, patient_keys=keys)
    found = rendered(act, {value_key("Patient/2"): "Patient/2"})
    assert [event["id"] for event in found] == [f"{VID}.1", f"{VID}.2"]
    assert ["Patient/2" in str(event) for event in found] == [False, True]
    assert ["Patient/1" in str(event) for event in found] == [True, False]


@pytest.mark.parametrize(
    ("act", "subtype"),
    [
        (Act(interaction="read", action="R", outcome=4, **COMMON, **ONE, detail="refused"), "read"),
        (Act(interaction="sign-in", action="E", **COMMON), "110122"),
        (Act(interaction="break-glass", action="E", **COMMON, **ABOUT, basis="unconscious on arrival"), "110127"),
        (Act(interaction="policy", action="U", **COMMON), "110129"),
        (Act(interaction="decision", action="E", **COMMON, **ABOUT), "AuthZ-Role"),
        (Act(interaction="purge", action="D", detail='{"seals":3}'), "purge"),
        (Act(interaction="export", action="R"), "disclose"),
    ],
)
def test_what_has_no_pattern_claims_none_and_is_valid(act: Act, subtype: str, checker: Checker) -> None:
    (event,) = rendered(act)
    assert "profile" not in event["meta"]
    assert event["subtype"][0]["code"] == subtype
    assert event["outcome"] == str(act.outcome)
    checker.check(event)


def test_the_reason_for_breaking_the_glass_is_told_in_words() -> None:
    (event,) = rendered(Act(interaction="break-glass", action="E", **COMMON, basis="unconscious on arrival"))
    assert event["purposeOfEvent"][0]["text"] == "unconscious on arrival"


def test_an_operation_is_a_query_by_its_name() -> None:
    (event,) = rendered(Act(interaction="$everything", action="E", **COMMON, **ABOUT))
    assert event["meta"]["profile"] == [PROFILE + "PatientQuery"]
    assert event["subtype"][0]["code"] == "operation"


def test_on_whose_behalf_stands_among_the_agents() -> None:
    (event,) = rendered(Act(interaction="read", action="R", **COMMON, **ONE, delegated_by="Practitioner/2"))
    assert agents(event)[f"{PARTICIPATION}RESP"]["who"] == {"reference": "Practitioner/2"}
