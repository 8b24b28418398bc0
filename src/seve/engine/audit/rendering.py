"""An entry of the trail as AuditEvents.

BALP has one patient an event, so an entry about several gives one event each, called `<entry>.1`, `<entry>.2`, …: whoever may see
what was done to one patient's data does not see the others' by it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import structs

from seve.engine.audit.shapes import (
    BALP,
    PROVIDER,
    RESPONSIBLE,
    Shape,
    coding,
    profile_url,
    shape_of,
)
from seve.fhir import Resource
from seve.fhir.codec.json import parse as parse_json
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import instant_of

if TYPE_CHECKING:
    from seve.store.audit.acts import Act

_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_PROFESSION = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"
_PERSON = coding(_ENTITY_TYPE, "1", "Person")
_OBJECT = coding(_ENTITY_TYPE, "2", "System Object")


def patients_of(act: Act, references: Mapping[int, str]) -> list[str]:
    """The patients of an act as references. `references` tells those of keys; a key that it lacks is of a patient who never was
    stored, and is left out.
    """
    touched = (entity.partition("/_history/")[0] for entity in act.entities if entity.startswith("Patient/"))
    known = {value_key(patient): patient for patient in (*act.patients, *touched)}
    known |= {key: references[key] for key in act.patient_keys if key not in known and key in references}
    return list(known.values())


def event_ids(vid: int, count: int) -> list[str]:
    """The ids of an entry's events, for so many patients."""
    return [str(vid)] if count < 2 else [f"{vid}.{place}" for place in range(1, count + 1)]


def own_part(act: Act, patient: str, *, is_alone: bool) -> Act:
    """What one patient may see of an act: not the query, which may name others, and of an act on several patients not what was
    touched either.
    """
    if is_alone:
        return structs.replace(act, query="")
    return structs.replace(act, query="", patients=(patient,), patient_keys=(), entities=())


def events(
    vid: int, act: Act, *, references: Mapping[int, str], base_url: str, is_for_patients: bool = False
) -> Iterator[Resource]:
    """The AuditEvents of an entry; each is its patient's own part of it when they are for patients."""
    patients = patients_of(act, references)
    for id_, patient in zip(event_ids(vid, len(patients)), patients or [""], strict=True):
        if act.body:
            yield _received(act.body, id_, vid, others=set(patients) - {patient})
        else:
            shown = own_part(act, patient, is_alone=len(patients) < 2) if is_for_patients else act
            yield _event(shown, shape_of(act), id_=id_, vid=vid, patient=patient, base_url=base_url)


def _received(body: str, id_: str, vid: int, *, others: set[str]) -> Resource:
    """What another system sent, with the id and time that it got here; the other patients are told in events of their own."""
    sent = parse_json(body.encode())
    meta = {**sent.get("meta", {}), "versionId": "1", "lastUpdated": instant_of(vid)}
    found = {**sent, "resourceType": "AuditEvent", "id": id_, "meta": meta}
    if others:
        entities = sent.get("entity", ())
        found["entity"] = [one for one in entities if one.get("what", {}).get("reference") not in others]
    return found


def _event(act: Act, shape: Shape, *, id_: str, vid: int, patient: str, base_url: str) -> Resource:
    meta: dict[str, Any] = {"versionId": "1", "lastUpdated": instant_of(vid)}
    if profile := profile_url(shape, has_patient=bool(patient)):
        meta["profile"] = [profile]
    found: Resource = {
        "resourceType": "AuditEvent",
        "id": id_,
        "meta": meta,
        "type": shape.type,
        "subtype": [shape.subtype],
        "action": shape.action,
        "recorded": instant_of(vid),
        "outcome": str(act.outcome),
    }
    if act.outcome and act.detail:
        found["outcomeDesc"] = act.detail
    if reason := _purpose(act):
        found["purposeOfEvent"] = [reason]
    server = {"display": "Sève", "identifier": {"system": "urn:ietf:rfc:3986", "value": base_url or "urn:seve"}}
    found["agent"] = list(_agents(act, shape, server, base_url))
    found["source"] = {
        "observer": server,
        "type": [coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")],
    }
    if entities := list(_entities(act, shape, patient)):
        found["entity"] = entities
    return found


def _purpose(act: Act) -> dict[str, Any]:
    """Why, with the words that were given: the reason for breaking the glass, say."""
    reason: dict[str, Any] = {"coding": [coding(_REASON, act.purpose)]} if act.purpose else {}
    if act.basis and "/" not in act.basis:
        reason["text"] = act.basis
    return reason


def _agents(act: Act, shape: Shape, server: dict[str, Any], base_url: str) -> Iterator[dict[str, Any]]:
    client = _who(act.client) if act.client else {"display": act.source or "unknown"}
    network = {"address": act.source, "type": "2"} if act.source else {"address": "unknown"}
    yield {"type": {"coding": [shape.client]}, "who": client, "requestor": not act.agent, "network": network}
    own = {"type": {"coding": [shape.server]}, "who": server, "requestor": False}
    yield (
        own if shape.profile == "AuthZconsent" else {**own, "network": {"address": base_url or "urn:seve", "type": "5"}}
    )
    if act.agent:
        yield _user(act, shape)
    if act.organization:
        yield {"type": {"coding": [PROVIDER]}, "who": _who(act.organization), "requestor": False}
    if act.delegated_by:
        yield {"type": {"coding": [RESPONSIBLE]}, "who": _who(act.delegated_by), "requestor": False}


def _user(act: Act, shape: Shape) -> dict[str, Any]:
    found: dict[str, Any] = {"type": {"coding": [shape.user]}, "who": _who(act.agent), "requestor": True}
    if act.role:
        found["role"] = [{"coding": [coding(_PROFESSION, act.role)]} if act.role.isdigit() else {"text": act.role}]
    if act.display:
        found["name"] = act.display
    if act.purpose:
        found["purposeOfUse"] = [{"coding": [coding(_REASON, act.purpose)]}]
    return found


def _who(name: str) -> dict[str, Any]:
    return {"reference": name} if "/" in name and "://" not in name else {"identifier": {"value": name}}


def _entities(act: Act, shape: Shape, patient: str) -> Iterator[dict[str, Any]]:
    if act.request:
        type_ = coding(f"{BALP}/CodeSystem/BasicAuditEntityType", "XrequestId")
        yield {"what": {"identifier": {"value": act.request}}, "type": type_}
    if patient:
        yield {"what": {"reference": patient}, "type": _PERSON, "role": coding(_ROLE, "1", "Patient")}
    if act.basis.startswith("Consent/"):
        yield {"what": {"reference": act.basis}, "type": coding(_RESOURCE_TYPES, "Consent", "Consent")}
    if shape.has_query:
        query = base64.b64encode(_query(act).encode()).decode()
        yield {"type": _OBJECT, "role": coding(_ROLE, "24", "Query"), "query": query}
        return  # of a search the results are not told one by one, as BALP has it
    for entity in act.entities:
        yield {"what": {"reference": entity}, "type": _OBJECT, "role": coding(_ROLE, "4", "Domain Resource")}


def _query(act: Act) -> str:
    """The request: its path, where that was told as the only entity, and its parameters."""
    path = act.entities[0] if len(act.entities) == 1 else ""
    if act.interaction.startswith("$") or act.interaction == "history":
        path = "/".join(filter(None, (path.partition("/_history/")[0], act.interaction.replace("history", "_history"))))
    return (
        f"{path}?{act.query}" if path and act.query and "?" not in act.query else act.query or path or act.interaction
    )
