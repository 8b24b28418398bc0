"""Reading the trail: pages of who saw what, and `AuditEvent` by search, read and append (IHE ITI-81)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio

from seve.engine.access import open_grant
from seve.engine.audit import interactions, trail
from seve.engine.audit.criteria import SUPPORTED
from seve.engine.audit.refusals import InvalidTrailValue, TrailImmutable, UnsupportedTrailParameter
from seve.engine.engine import Engine
from seve.engine.refusals import NotFound, PageGone
from seve.engine.requests import Request
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import instant_of
from seve.kernel.refusals import InvalidContent
from seve.store.audit.acts import Act

GRANT = open_grant()


def read_of(patient: str, *, agent: str = "Practitioner/1", **more: Any) -> Act:
    told = {"role": "10", "purpose": "TREAT", "client": "Device/web", "source": "192.0.2.1", **more}
    return Act(
        interaction="read", action="R", agent=agent, entities=(f"Observation/{patient}/_history/1",), patients=(f"Patient/{patient}",), **told
    )  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session")
async def told(engine: Engine) -> list[int]:
    """Six entries: the vids in order."""
    return await engine.ledger.record(
        [
            read_of("1"),
            read_of("2"),
            read_of("1", agent="Practitioner/2", role="40", purpose="ETREAT", source="192.0.2.2"),
            Act(interaction="search", action="E", agent="Practitioner/1", query="Observation?x=1", patients=("Patient/1", "Patient/3")),
            Act(interaction="break-glass", action="E", agent="Practitioner/2", patients=("Patient/3",), basis="unconscious"),
            Act(interaction="read", action="R", outcome=4, agent="Practitioner/3", entities=("Patient/1",), delegated_by="Practitioner/1"),
        ]
    )  # fmt: skip


async def search(engine: Engine, query: str, **narrowed: Any) -> dict[str, Any]:
    request = Request("GET", "AuditEvent", query=tuple(parse_qsl(query)))
    answer = await interactions.search_trail(engine, GRANT, request, **narrowed)
    assert isinstance(answer.body, str)
    return json.loads(answer.body)


async def places(engine: Engine, told: list[int], query: str, **narrowed: Any) -> list[str]:
    """Which entries a search finds, by their place among those told."""
    found = [entry["resource"]["id"] for entry in (await search(engine, query, **narrowed)).get("entry", [])]
    return [f"{told.index(int(id_.partition('.')[0]))}{id_.partition('.')[1]}{id_.partition('.')[2]}" for id_ in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["5", "4", "3.1", "3.2", "2", "1", "0"]),
        ("patient=Patient/1", ["5", "3.1", "2", "0"]),
        ("patient=1", ["5", "3.1", "2", "0"]),
        ("patient=Patient/2,Patient/3", ["4", "3.2", "1"]),
        ("agent=Practitioner/2", ["4", "2"]),
        ("agent=Practitioner/1", ["5", "3.1", "3.2", "1", "0"]),
        ("agent=Device/web", ["2", "1", "0"]),
        ("patient=Patient/1&agent=Practitioner/1", ["5", "3.1", "0"]),
        ("entity=Observation/1", ["2", "0"]),
        ("entity=Patient/1", ["5"]),
        ("action=E", ["4", "3.1", "3.2"]),
        ("outcome=4", ["5"]),
        ("outcome=0&action=R", ["2", "1", "0"]),
        ("type=rest", ["5", "3.1", "3.2", "2", "1", "0"]),
        ("type=http://dicom.nema.org/resources/ontology/DCM|110113", ["4"]),
        ("subtype=http://hl7.org/fhir/restful-interaction|search,110127", ["4", "3.1", "3.2"]),
        ("subtype=|read", []),
        ("purpose=ETREAT", ["2"]),
        ("purpose=http://terminology.hl7.org/CodeSystem/v3-ActReason|", ["2", "1", "0"]),
        ("agent-role=40", ["2"]),
        ("address=192.0.2.2", ["2"]),
        ("entity-role=24", ["3.1", "3.2"]),
        ("entity-type=1", ["5", "4", "3.1", "3.2", "2", "1", "0"]),
        ("date=ge2020-01-01", ["5", "4", "3.1", "3.2", "2", "1", "0"]),
        ("date=lt2020-01-01", []),
        ("_lastUpdated=gt2020&date=le2199", ["5", "4", "3.1", "3.2", "2", "1", "0"]),
        ("patient=Patient/none", []),
        ("_count=2", ["5", "4"]),
        ("_count=0", []),
    ],
)
async def test_a_search_finds_what_its_parameters_tell(
    engine: Engine, told: list[int], query: str, expected: list[str]
) -> None:
    assert await places(engine, told, query) == expected


async def test_a_search_by_id_and_by_source(engine: Engine, told: list[int]) -> None:
    assert await places(engine, told, f"_id={told[2]},{told[3]}.2,x,²,{'9' * 40}") == ["3.2", "2"]
    assert await places(engine, told, "_id=x") == []
    assert await places(engine, told, f"source={engine.base_url}&outcome=4") == ["5"]
    assert await places(engine, told, f"patient={engine.base_url}/Patient/2") == ["1"]


async def test_pages_follow_each_other_without_gap_or_repetition(engine: Engine, told: list[int]) -> None:
    for count in (1, 2, 3):
        url, found = f"AuditEvent?_count={count}", list[str]()
        while url:
            page = await search(engine, urlsplit(url).query)
            assert len(page.get("entry", [])) <= count
            found += [entry["resource"]["id"] for entry in page.get("entry", [])]
            url = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
        assert len(found) == len(set(found)) == 7


async def test_a_page_link_of_another_search_is_refused(engine: Engine, told: list[int]) -> None:
    page = await search(engine, "_count=1")
    url = next(link["url"] for link in page["link"] if link["relation"] == "next")
    token = dict(parse_qsl(urlsplit(url).query))["_page"]
    with pytest.raises(PageGone):
        await search(engine, f"_count=1&outcome=4&_page={token}")


@pytest.mark.parametrize("name", ["agent-name", "patient.identifier", "_total", "_include", "policy", "date:missing"])
async def test_any_other_parameter_is_refused_by_name(engine: Engine, name: str) -> None:
    with pytest.raises(UnsupportedTrailParameter) as refused:
        await search(engine, f"{name}=x")
    assert refused.value.fields["name"] == name
    assert all(supported in str(refused.value) for supported in SUPPORTED)


@pytest.mark.parametrize("query", ["date=yesterday", "_count=-1", "agent=karim", "entity=x", "date=ne2020"])
async def test_a_value_that_cannot_be_read_is_refused(engine: Engine, query: str) -> None:
    with pytest.raises(InvalidTrailValue):
        await search(engine, query)


async def test_who_is_narrowed_to_a_patient_sees_no_other(engine: Engine, told: list[int]) -> None:
    own = {"patients": ("Patient/1",)}
    assert await places(engine, told, "", **own) == ["5", "3.1", "2", "0"]
    assert await places(engine, told, "patient=Patient/3", **own) == []
    assert await places(engine, told, "agent=Practitioner/1", **own) == ["5", "3.1", "0"]
    assert await places(engine, told, f"_id={told[1]}", **own) == []
    assert await places(engine, told, "", patients=()) == []
    assert (await interactions.read_event(engine, GRANT, str(told[0]), **own)).status == 200
    for id_ in (f"{told[3]}.2", str(told[1])):
        with pytest.raises(NotFound):
            await interactions.read_event(engine, GRANT, id_, **own)


async def test_a_patient_sees_neither_the_query_nor_what_was_touched_of_others(engine: Engine) -> None:
    query = "Observation?patient=Patient/1,Patient/2&code=secret"
    both, touched = ("Patient/1", "Patient/2"), ("Observation/a/_history/1", "Observation/b/_history/1")
    act = Act(interaction="history", action="R", agent="Practitioner/1", query=query, entities=touched, patients=both)
    (vid,) = await engine.ledger.record([act])
    everything = json.dumps(await search(engine, ""))
    assert base64.b64encode(query.encode()).decode() in everything
    own = await search(engine, "", patients=("Patient/1",))
    (event,) = [entry["resource"] for entry in own["entry"]]
    queries = [base64.b64decode(one["query"]).decode() for one in event["entity"] if "query" in one]
    assert queries == ["_history"]
    assert "Observation/" not in json.dumps(event)
    (access,) = (await trail.of_patient(engine, GRANT, "Patient/1")).accesses
    assert (access.vid, access.patients, access.act.query) == (vid, ("Patient/1",), "")
    assert (access.act.entities, access.act.patients) == ((), ("Patient/1",))


async def test_an_event_is_read_by_its_id(engine: Engine, told: list[int]) -> None:
    answer = await interactions.read_event(engine, GRANT, f"{told[3]}.2")
    assert isinstance(answer.body, str)
    event = json.loads(answer.body)
    assert (event["id"], event["recorded"]) == (f"{told[3]}.2", instant_of(told[3]))
    assert "Patient/3" in answer.body
    assert "Patient/1" not in answer.body
    for wrong in ("1", "x", "²", str(told[3]), f"{told[3]}.3", "9" * 30, "9" * 19, ""):
        with pytest.raises(NotFound):
            await interactions.read_event(engine, GRANT, wrong)


def sent(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "AuditEvent",
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "action": "R",
        "recorded": "2026-01-02T03:04:05Z",
        "outcome": "0",
        "agent": [{"who": {"reference": "Practitioner/9"}, "requestor": True, "name": "Dr Neuf"}],
        "source": {"observer": {"display": "RIS of the hospital"}},
        "entity": [{"what": {"reference": f"Patient/{n}"}} for n in (1, 9)],
        **more,
    }


async def test_another_systems_event_is_appended_and_found_like_ours(engine: Engine) -> None:
    answer = await interactions.append_event(engine, GRANT, Request("POST", "AuditEvent", resource=sent()))
    assert answer.status == 201
    assert answer.location
    found = [entry["resource"] for entry in (await search(engine, "agent=Practitioner/9&patient=Patient/9"))["entry"]]
    (event,) = found
    assert event["recorded"] == "2026-01-02T03:04:05Z"
    assert event["source"] == {"observer": {"display": "RIS of the hospital"}}
    assert event["entity"] == [{"what": {"reference": "Patient/9"}}]
    id_ = answer.location.split("/")[1]
    assert (await interactions.read_event(engine, GRANT, id_)).status == 200


async def test_an_invalid_event_is_refused_and_nothing_is_appended(engine: Engine) -> None:
    broken = sent(outcome="7")
    with pytest.raises(InvalidContent):
        await interactions.append_event(engine, GRANT, Request("POST", "AuditEvent", resource=broken))
    assert "entry" not in await search(engine, "")


def test_no_entry_is_changed() -> None:
    with pytest.raises(TrailImmutable):
        interactions.refuse_change()


async def test_the_page_of_a_patient_shows_who_when_why_and_no_other_patient(engine: Engine, told: list[int]) -> None:
    page = await trail.of_patient(engine, GRANT, "Patient/1")
    assert [access.vid for access in page.accesses] == [told[5], told[3], told[2], told[0]]
    assert {access.patients for access in page.accesses} == {("Patient/1",)}
    assert page.before == 0
    first = page.accesses[-1]
    assert (first.act.agent, first.at, first.deed("fr"), first.reason("fr")) == (
        "Practitioner/1",
        instant_of(told[0]),
        "consultation",
        "soins",
    )


async def test_a_patients_keys_are_enough_to_be_found(engine: Engine) -> None:
    await engine.ledger.record([Act(interaction="search", action="E", patient_keys=(value_key("Patient/1"),))])
    assert len((await trail.of_patient(engine, GRANT, "Patient/1")).accesses) == 1


async def test_accesses_are_grouped_by_person_and_day(engine: Engine, told: list[int]) -> None:
    visits = (await trail.between(engine, GRANT, since=0, until=4_000_000_000_000)).visits()
    assert [(v.agent, v.role, len(v.accesses)) for v in visits if v.agent == "Practitioner/1"] == [
        ("Practitioner/1", "", 1),
        ("Practitioner/1", "10", 2),
    ]
    assert {v.agent for v in visits if v.has_broken_glass} == {"Practitioner/2"}
    assert visits[-1].types == ("Observation",)


async def test_pages_of_the_trail_go_on_by_their_cursor(engine: Engine, told: list[int]) -> None:
    page = await trail.of_agent(engine, GRANT, "Practitioner/1", count=3)
    assert [access.vid for access in page.accesses] == [told[5], told[3], told[1]]
    page = await trail.of_agent(engine, GRANT, "Practitioner/1", count=3, before=page.before)
    assert [access.vid for access in page.accesses] == [told[0]]
    assert page.before == 0


async def test_the_reason_for_breaking_the_glass_is_shown(engine: Engine, told: list[int]) -> None:
    (access, *_) = (await trail.of_patient(engine, GRANT, "Patient/3")).accesses
    assert access.deed("en") == "broke the glass"
    assert access.reason("en") == "unconscious"
