"""Who sees what: each clause of the access rule, with the refusal beside it, through HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from seve.engine.tasks.runner import Runner

from .world import World, actor, care_team, consent, observation, patient, professional, purpose


async def status(api: httpx.AsyncClient, reader: str, path: str) -> int:
    return (await api.get(path, headers={"x-reader": reader})).status_code


async def total(api: httpx.AsyncClient, reader: str, path: str) -> int:
    found = await api.get(path, headers={"x-reader": reader})
    assert found.status_code == 200, found.text
    return found.json()["total"]


async def send(api: httpx.AsyncClient, reader: str, method: str, path: str, body: Any = None) -> httpx.Response:
    return await api.request(method, path, json=body, headers={"x-reader": reader})


async def test_a_patient_sees_their_own_data_and_nobody_elses(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    assert await status(api, "ana", "Observation/a1") == 200
    assert await status(api, "ana", "Observation/b1") == 404
    assert await total(api, "ana", "Observation") == 1
    assert await total(api, "ana", "Patient?_summary=count") == 1


async def test_the_care_team_reaches_the_patient_and_others_do_not(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    assert await status(api, "doc", "Observation/a1") == 200
    assert await status(api, "doc", "Observation/b1") == 404
    assert await status(api, "other", "Observation/a1") == 404
    assert await total(api, "doc", "Observation?code=4548-4") == 1


async def test_a_team_that_ends_closes_the_record_at_once(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    assert await status(api, "doc", "Observation/a1") == 200
    await world.put({**care_team("team-ana", "ana", "PractitionerRole/doc-role"), "status": "inactive"})
    assert await status(api, "doc", "Observation/a1") == 404


async def test_a_mandate_is_dated(api: httpx.AsyncClient, world: World) -> None:
    await world.put(
        observation("b1", "bob"),
        {
            **care_team("past", "bob", "PractitionerRole/other-role"),
            "period": {"start": "2020-01-01", "end": "2020-12-31"},
        },
    )
    assert await status(api, "other", "Observation/b1") == 404
    await world.put({**care_team("past", "bob", "PractitionerRole/other-role"), "period": {"start": "2020-01-01"}})
    assert await status(api, "other", "Observation/b1") == 200


async def test_consent_opens_to_whom_it_names_and_its_withdrawal_closes(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("b1", "bob"))
    given = consent("c1", "bob", type="permit", actor=[actor("PractitionerRole/other-role")])
    await world.put(given)
    assert await status(api, "other", "Observation/b1") == 200
    assert await status(api, "doc", "Observation/b1") == 404
    await world.put({**given, "status": "inactive"})
    assert await status(api, "other", "Observation/b1") == 404


async def test_a_blocked_professional_is_shut_out_whatever_else_opens(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    await world.put(consent("c1", "ana", type="deny", actor=[actor("Practitioner/doc")]))
    assert await status(api, "doc", "Observation/a1") == 404
    assert await status(api, "nurse", "Observation/a1") == 200


async def test_opposition_shuts_out_every_professional_and_not_the_patient(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(observation("a1", "ana"))
    await world.put(consent("c1", "ana", type="deny"))
    assert await status(api, "doc", "Observation/a1") == 404
    assert await status(api, "nurse", "Observation/a1") == 404
    assert await status(api, "ana", "Observation/a1") == 200


async def test_consent_to_another_purpose_opens_nothing(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("b1", "bob"))
    await world.put(
        consent("c1", "bob", type="permit", purpose=[purpose("HRESCH")], actor=[actor("PractitionerRole/other-role")])
    )
    assert await status(api, "other", "Observation/b1") == 404


async def test_consent_that_names_what_nobody_here_knows_opens_nothing(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("b1", "bob"), observation("b2", "bob", meta={"security": [{"code": "PSY"}]}))
    other = actor("PractitionerRole/other-role")
    await world.put(consent("c1", "bob", type="permit", purpose=[purpose("HMARKT")], actor=[other]))
    assert await status(api, "other", "Observation/b1") == 404, "an unknown purpose is not care"
    psy = [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "PSY"}]
    elsewhere = {"type": "permit", "securityLabel": psy, "actor": [actor("https://elsewhere.example/Practitioner/1")]}
    await world.put(consent("c2", "bob", elsewhere, type="permit", actor=[other]))
    assert await status(api, "other", "Observation/b1") == 200
    assert await status(api, "other", "Observation/b2") == 404, "what is opened to somebody elsewhere is not theirs"


async def test_consent_to_a_share_of_the_data_does_not_open_all_of_it(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("b1", "bob"))
    part = [{"system": "http://hl7.org/fhir/resource-types", "code": "Immunization"}]
    await world.put(
        consent("c1", "bob", type="permit", **{"class": part}, actor=[actor("PractitionerRole/other-role")])
    )
    assert await status(api, "other", "Observation/b1") == 404


async def test_a_guardian_sees_the_child_and_not_what_is_hidden_from_guardians(
    api: httpx.AsyncClient, world: World
) -> None:
    label = {"security": [{"code": "INVISIBLE_REPRESENTANTS_LEGAUX"}]}
    await world.put(observation("k1", "child"), observation("k2", "child", meta=label))
    assert await status(api, "mother", "Observation/k1") == 200
    assert await status(api, "mother", "Observation/k2") == 404
    assert await status(api, "ana", "Observation/k1") == 404


async def test_a_mother_who_measured_her_child_does_not_open_the_child_to_her_doctor(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(observation("k1", "child", performer=[{"reference": "Patient/ana"}]))
    assert await status(api, "doc", "Observation/k1") == 404
    assert await total(api, "doc", "Patient/ana/Observation") == 0


async def test_focus_confers_nothing(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("b1", "bob", focus=[{"reference": "Patient/ana"}]))
    assert await status(api, "doc", "Observation/b1") == 404


async def test_what_is_about_several_patients_is_seen_by_who_reaches_all(api: httpx.AsyncClient, world: World) -> None:
    group = {
        "resourceType": "Group",
        "id": "g",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": "Patient/ana"}}, {"entity": {"reference": "Patient/bob"}}],
    }
    await world.put(group)
    assert await status(api, "doc", "Group/g") == 404
    await world.put(care_team("team-bob", "bob", "PractitionerRole/doc-role"))
    assert await status(api, "doc", "Group/g") == 200


async def test_masking_hides_from_professionals_with_all_history_and_not_from_the_patient(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(observation("a1", "ana"))
    assert await status(api, "doc", "Observation/a1/_history/1") == 200
    await world.put(observation("a1", "ana", meta={"security": [{"code": "MASQUE_PS"}]}))
    for path in ("Observation/a1", "Observation/a1/_history/1", "Observation/a1/_history"):
        assert await status(api, "doc", path) == 404, path
    assert await total(api, "doc", "Observation") == 0
    assert await status(api, "ana", "Observation/a1") == 200


async def test_what_moves_to_another_patient_takes_its_history_along(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    await world.put(observation("a1", "bob"))
    assert await status(api, "ana", "Observation/a1/_history/1") == 404
    assert await status(api, "bob", "Observation/a1/_history/2") == 200


async def test_a_document_not_yet_announced_is_hidden_from_the_patient(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana", meta={"security": [{"code": "INVISIBLE_PATIENT"}]}))
    assert await status(api, "ana", "Observation/a1") == 404
    assert await status(api, "doc", "Observation/a1") == 200


async def test_a_sensitive_category_needs_a_consent_that_names_it(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana", meta={"security": [{"code": "PSY"}]}))
    assert await status(api, "doc", "Observation/a1") == 404
    label = [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "PSY"}]
    await world.put(
        consent("c1", "ana", type="permit", securityLabel=label, actor=[actor("PractitionerRole/doc-role")])
    )
    assert await status(api, "doc", "Observation/a1") == 200
    assert await status(api, "nurse", "Observation/a1") == 404


async def test_the_profession_must_be_habilitated_for_the_type_of_document(
    api: httpx.AsyncClient, world: World
) -> None:
    def document(id_: str, code: str) -> dict[str, Any]:
        return {
            "resourceType": "DocumentReference",
            "id": id_,
            "status": "current",
            "type": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "subject": {"reference": "Patient/ana"},
            "content": [{"attachment": {"title": "x"}}],
        }

    await world.put(document("d1", "18748-4"), document("d2", "unheard-of"))
    assert await status(api, "doc", "DocumentReference/d1") == 200
    assert await status(api, "nurse", "DocumentReference/d1") == 404
    assert await status(api, "doc", "DocumentReference/d2") == 404, "deny by default"
    assert await status(api, "ana", "DocumentReference/d2") == 200


async def test_a_binary_is_seen_with_its_security_context(api: httpx.AsyncClient, world: World) -> None:
    document = {
        "resourceType": "DocumentReference",
        "id": "d1",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "18748-4"}]},
        "subject": {"reference": "Patient/ana"},
        "content": [{"attachment": {"url": "Binary/x"}}],
    }
    binary = {
        "resourceType": "Binary",
        "id": "x",
        "contentType": "text/plain",
        "data": "eA==",
        "securityContext": {"reference": "DocumentReference/d1"},
    }
    await world.put(document, binary, {**binary, "id": "y", "securityContext": {"reference": "Patient/ana"}})
    await world.put({"resourceType": "Binary", "id": "z", "contentType": "text/plain", "data": "eA=="})
    assert [await status(api, "doc", f"Binary/{id_}") for id_ in "xyz"] == [200, 200, 404]
    assert [await status(api, "nurse", f"Binary/{id_}") for id_ in "xyz"] == [404, 200, 404]
    assert [await status(api, "other", f"Binary/{id_}") for id_ in "xyz"] == [404, 404, 404]


async def test_the_author_keeps_seeing_what_they_wrote(api: httpx.AsyncClient, world: World) -> None:
    made = await send(api, "doc", "POST", "Observation", observation("-", "ana"))
    assert made.status_code == 201, made.text
    place = made.headers["location"].partition("/_history")[0].removeprefix("http://sante.example/fhir/")
    await world.put({**made.json(), "meta": {"security": [{"code": "MASQUE_PS"}]}})
    assert await status(api, "doc", place) == 200
    assert await status(api, "nurse", place) == 404


@pytest.mark.parametrize("reader", ["former", "expired"])
async def test_who_was_struck_off_or_whose_session_ended_sees_nothing_at_all(
    api: httpx.AsyncClient, world: World, reader: str
) -> None:
    await world.put(observation("a1", "ana"))
    for path in ("Observation/a1", "Patient/ana", "Organization/clinic"):
        assert await status(api, reader, path) == 404
    assert await total(api, reader, "Organization") == 0


async def test_a_professional_struck_off_loses_access_at_once(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    assert await status(api, "doc", "Observation/a1") == 200
    await world.put({**professional("doc", "clinic")[0], "active": False})
    assert await status(api, "doc", "Observation/a1") == 404


async def test_without_policies_professionals_see_no_personal_data(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    await world.engine.database.pool.execute("DELETE FROM habilitation")
    assert await status(api, "doc", "Observation/a1") == 404
    assert await status(api, "doc", "Organization/clinic") == 200


async def test_an_officer_sees_no_health_data(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    assert await status(api, "officer", "Observation/a1") == 404
    assert await total(api, "officer", "Patient") == 0


async def test_the_patients_application_sees_what_its_scopes_name(api: httpx.AsyncClient, world: World) -> None:
    from seve.fhir.smart.scopes import Scopes

    await world.put(observation("a1", "ana"), observation("k1", "child"))
    narrow = "patient/Observation.rs?code=http://loinc.org|1-8 patient/Patient.r"
    await world.sign_in(
        "narrow",
        kind="patient",
        role="Patient/ana",
        related=("RelatedPerson/mother",),
        purpose="PATRQT",
        client="x",
        scopes=Scopes.parse(narrow),
        patient="Patient/ana",
    )
    assert await status(api, "app", "Observation/a1") == 200
    assert await status(api, "app", "Observation/k1") == 404
    assert await status(api, "narrow", "Patient/ana") == 200
    assert await status(api, "narrow", "Observation/a1") == 404, "outside the granular scope"
    assert await total(api, "narrow", "Observation") == 0
    assert await status(api, "narrow", "Condition/c") == 403
    assert await status(api, "narrow", "Patient") == 403, "r is not s"
    assert (await send(api, "app", "PUT", "Observation/a1", observation("a1", "ana"))).status_code == 403


async def test_a_machine_reaches_the_patients_of_its_organisation_unless_it_was_approved_for_all(
    api: httpx.AsyncClient, world: World
) -> None:
    from dataclasses import replace

    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    assert await total(api, "machine", "Observation") == 1
    world.principals["machine"] = replace(world.principals["machine"], reaches_all=True)
    assert await total(api, "machine", "Observation") == 2


async def test_writing_needs_reach_and_habilitation(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    assert (await send(api, "doc", "POST", "Observation", observation("-", "ana"))).status_code == 201
    assert (await send(api, "doc", "POST", "Observation", observation("-", "bob"))).status_code == 403
    assert (await send(api, "nurse", "POST", "MedicationDispense", {
        "resourceType": "MedicationDispense", "status": "completed", "subject": {"reference": "Patient/ana"},
        "medicationCodeableConcept": {"text": "x"},
    })).status_code == 403  # fmt: skip
    assert (await send(api, "doc", "PUT", "Observation/a1", observation("a1", "ana"))).status_code == 403, "not theirs"
    assert (await send(api, "doc", "PUT", "Observation/b1", observation("b1", "ana"))).status_code == 404
    assert (await send(api, "doc", "PUT", "Observation/new", observation("new", "ana"))).status_code == 404


async def test_what_one_wrote_can_be_changed_but_not_moved_to_a_patient_out_of_reach(
    api: httpx.AsyncClient, world: World
) -> None:
    made = (await send(api, "doc", "POST", "Observation", observation("-", "ana"))).json()
    place = f"Observation/{made['id']}"
    assert (await send(api, "doc", "PUT", place, {**made, "status": "amended"})).status_code == 200
    moved = {**made, "subject": {"reference": "Patient/bob"}}
    assert (await send(api, "doc", "PUT", place, moved)).status_code == 403
    assert (await send(api, "doc", "DELETE", place)).status_code == 204
    assert await status(api, "doc", place) == 410
    assert await status(api, "other", place) == 404


async def test_who_registers_a_patient_reaches_them(api: httpx.AsyncClient, world: World) -> None:
    made = await send(api, "other", "POST", "Patient", patient("-"))
    assert made.status_code == 201, made.text
    id_ = made.json()["id"]
    assert (await send(api, "other", "POST", "Observation", observation("-", id_))).status_code == 201
    assert await total(api, "other", f"Observation?patient={id_}") == 1
    assert await total(api, "doc", f"Observation?patient={id_}") == 0


async def test_a_transaction_registers_a_patient_with_their_data_or_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    def bundle(subject: str) -> dict[str, Any]:
        return {
            "resourceType": "Bundle", "type": "transaction",
            "entry": [
                {"fullUrl": "urn:uuid:6e1ba3b1-3f9f-4c3b-9a4f-0d1f1d1f1d1f", "resource": patient("-"),
                 "request": {"method": "POST", "url": "Patient"}},
                {"resource": {**observation("-", "x"), "subject": {"reference": subject}},
                 "request": {"method": "POST", "url": "Observation"}},
            ],
        }  # fmt: skip

    before = await world.engine.database.pool.fetchval("SELECT count(*) FROM version")
    assert (await send(api, "other", "POST", "", bundle("Patient/bob"))).status_code == 403
    assert await world.engine.database.pool.fetchval("SELECT count(*) FROM version") == before
    done = await send(api, "other", "POST", "", bundle("urn:uuid:6e1ba3b1-3f9f-4c3b-9a4f-0d1f1d1f1d1f"))
    assert done.status_code == 200, done.text


async def test_every_access_and_refusal_leaves_an_entry(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    pool = world.engine.database.pool

    async def entries() -> int:
        return await pool.fetchval("SELECT count(*) FROM audit")

    for reader, method, path, body in (
        ("doc", "GET", "Observation/a1", None),
        ("doc", "GET", "Observation/b1", None),
        ("doc", "GET", "Observation?code=x", None),
        ("doc", "GET", "Observation/a1/_history", None),
        ("doc", "GET", "Observation/a1/_history/1", None),
        ("doc", "POST", "Observation", observation("-", "ana")),
        ("doc", "POST", "Observation", observation("-", "bob")),
        ("app", "GET", "Observation/a1", None),
    ):
        before = await entries()
        await send(api, reader, method, path, body)
        assert await entries() > before, (reader, method, path)


async def exported(api: httpx.AsyncClient, world: World, reader: str) -> tuple[str, str]:
    """Where a system export is followed, and all its lines."""
    headers = {"x-reader": reader, "prefer": "respond-async"}
    started = await api.get("$export", headers=headers)
    assert started.status_code == 202, started.text
    place = started.headers["content-location"]
    assert await Runner(world.engine).step()
    manifest = (await api.get(place, headers=headers)).json()
    files = [await api.get(file["url"], headers=headers) for file in manifest["output"]]
    return place, "\n".join(file.text for file in files)


async def test_an_export_holds_what_its_reader_sees_and_belongs_to_them(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    await world.put(observation("a2", "ana"), observation("a2", "ana", meta={"security": [{"code": "MASQUE_PS"}]}))
    place, lines = await exported(api, world, "doc")
    assert '"id":"a1"' in lines
    assert '"id":"b1"' not in lines
    assert '"id":"a2"' not in lines, "masked since"
    for path in (place, f"{place}/0"):
        for reader in ("nurse", "machine", "other"):
            assert await status(api, reader, path) == 404


async def test_an_export_of_who_was_struck_off_meanwhile_is_empty(api: httpx.AsyncClient, world: World) -> None:
    await world.put(observation("a1", "ana"))
    headers = {"x-reader": "doc", "prefer": "respond-async"}
    await api.get("$export", headers=headers)
    await world.put({**professional("doc", "clinic")[1], "active": False})
    assert await Runner(world.engine).step()
    assert await world.engine.database.pool.fetchval("SELECT count(*) FROM task_output WHERE count > 0") == 0


async def test_patients_read_their_own_trail_officers_all_of_it_and_professionals_none(
    api: httpx.AsyncClient, world: World
) -> None:
    await world.put(observation("a1", "ana"), observation("b1", "bob"))
    assert await status(api, "doc", "Observation/a1") == 200
    assert await status(api, "bob", "Observation/b1") == 200
    own = (await api.get("AuditEvent?subtype=read", headers={"x-reader": "ana"})).json()["entry"]
    assert len(own) == 1
    assert "Patient/ana" in str(own)
    assert "Patient/bob" not in str(own)
    assert len((await api.get("AuditEvent?subtype=read", headers={"x-reader": "officer"})).json()["entry"]) == 2
    assert await status(api, "doc", "AuditEvent") == 403
    event = own[0]["resource"]["id"]
    assert await status(api, "ana", f"AuditEvent/{event}") == 200
    assert await status(api, "bob", f"AuditEvent/{event}") == 404
    for reader, method in (("ana", "DELETE"), ("officer", "PUT"), ("machine", "DELETE")):
        assert (await send(api, reader, method, f"AuditEvent/{event}", own[0]["resource"])).status_code in (403, 405)
    event_body = own[0]["resource"] | {"id": "x"}
    entry = {"resource": event_body, "request": {"method": "POST", "url": "AuditEvent"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert (await send(api, "machine", "POST", "", bundle)).status_code == 403


async def test_nobody_opens_more_of_a_record_than_they_reach(api: httpx.AsyncClient, world: World) -> None:
    day = {"period": {"end": "2999-01-01T00:00:00Z"}}
    await world.put(care_team("guest", "bob", "PractitionerRole/other-role") | day)
    team = {**care_team("-", "bob", "PractitionerRole/doc-role")}
    assert (await send(api, "other", "POST", "CareTeam", team)).status_code == 403, "longer than the writer's own"
    assert (await send(api, "other", "POST", "CareTeam", team | day)).status_code == 201
    psy = [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "PSY"}]
    lifted = consent("-", "ana", type="permit", securityLabel=psy, actor=[actor("PractitionerRole/doc-role")])
    assert (await send(api, "doc", "POST", "Consent", lifted)).status_code == 403, "through more of the veil"
    denied = consent("-", "ana", type="deny", actor=[actor("PractitionerRole/nurse-role")])
    assert (await send(api, "doc", "POST", "Consent", denied)).status_code == 403, "only the patient shuts out"
    guardian = {
        "resourceType": "RelatedPerson", "active": True, "patient": {"reference": "Patient/ana"},
        "relationship": [{"coding": [{"code": "GUARD"}]}],
    }  # fmt: skip
    assert (await send(api, "doc", "POST", "RelatedPerson", guardian)).status_code == 403, "for another purpose"
    colleague = care_team("-", "ana", "PractitionerRole/other-role")
    assert (await send(api, "doc", "POST", "CareTeam", colleague)).status_code == 201
