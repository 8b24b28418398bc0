"""A small world for tests of access: who may see whom, and sessions for each kind of reader."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from seve.engine.access import grant_of, open_grant, policies
from seve.engine.dispatch import perform
from seve.engine.engine import Engine
from seve.engine.identity.principal import SECRETARY, Principal
from seve.engine.requests import Request
from seve.fhir import Resource
from seve.fhir.smart.scopes import Scopes
from seve.store.access.policies import replace as put_policies
from seve.store.grant import Grant

GENERAL_PRACTITIONER = "10"
NURSE = "60"


@dataclass
class World:
    """Who there is, and their principals by name. It is a gate of the API, too: the header `x-reader` names the reader."""

    engine: Engine
    principals: dict[str, Principal] = field(default_factory=dict)

    async def __call__(self, headers: Mapping[str, str], *, source: str) -> Grant:
        name = headers["x-reader"]
        if name == "open":
            return open_grant()
        return self.grant(name, source=source)

    def grant(self, name: str, *, source: str = "") -> Grant:
        engine = self.engine
        return grant_of(self.principals[name], engine.parameters, base_url=engine.base_url, source=source)

    async def put(self, *resources: Resource) -> None:
        for resource in resources:
            path = f"{resource['resourceType']}/{resource['id']}"
            answer = await perform(self.engine, open_grant(), Request("PUT", path, resource=resource))
            assert answer.status in (200, 201)

    async def sign_in(self, name: str, **about: Any) -> None:
        """A session in force, and its principal."""
        base = Principal(0, f"account-{name}", "professional", "", "", "", "", (), "", "TREAT", "", None)
        principal = replace(base, **about)
        pool = self.engine.database.pool
        await pool.execute("INSERT INTO account (id, name) VALUES ($1, $2)", principal.account, name)
        key = await pool.fetchval(
            "INSERT INTO session (token, account, kind, role, person, organization, profession, related, delegated_by, "
            "purpose, client, scopes, patient, idle_seconds, expires, until) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, now() + interval '1 hour', now() + interval '1 hour') "
            "RETURNING key",
            secrets.token_bytes(32),
            principal.account,
            principal.kind,
            principal.role,
            principal.person,
            principal.organization,
            principal.profession,
            list(principal.related),
            principal.delegated_by,
            principal.purpose,
            principal.client,
            None if principal.scopes is None else str(principal.scopes),
            principal.patient,
        )
        self.principals[name] = replace(principal, session=key)


def patient(id_: str, **more: Any) -> Resource:
    return {"resourceType": "Patient", "id": id_, "name": [{"family": "Durand", "given": [id_]}], **more}


def professional(id_: str, organization: str) -> list[Resource]:
    return [
        {"resourceType": "Practitioner", "id": id_, "active": True, "name": [{"family": "Martin"}]},
        {
            "resourceType": "PractitionerRole",
            "id": f"{id_}-role",
            "active": True,
            "practitioner": {"reference": f"Practitioner/{id_}"},
            "organization": {"reference": f"Organization/{organization}"},
        },
    ]


def care_team(id_: str, patient_id: str, *members: str) -> Resource:
    return {
        "resourceType": "CareTeam",
        "id": id_,
        "status": "active",
        "subject": {"reference": f"Patient/{patient_id}"},
        "participant": [{"member": {"reference": member}} for member in members],
    }


def consent(id_: str, patient_id: str, *provisions: Resource, **provision: Any) -> Resource:
    """A privacy consent whose root provision has the given elements."""
    return {
        "resourceType": "Consent",
        "id": id_,
        "status": "active",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]
        },
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": f"Patient/{patient_id}"},
        "policyRule": {"text": "accès"},
        "provision": {**provision, **({"provision": list(provisions)} if provisions else {})},
    }


def actor(reference: str) -> Resource:
    role = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]}
    return {"role": role, "reference": {"reference": reference}}


def purpose(code: str) -> Resource:
    return {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": code}


def observation(id_: str, patient_id: str, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        **more,
    }


async def world(engine: Engine) -> World:
    """Patients `ana` and `bob`; doctor `doc` cares for ana, `other` for nobody; a nurse, a guardian, machines, an officer."""
    made = World(engine)
    async with engine.database.transaction() as connection:
        await put_policies(connection, policies.read(policies.sample(), engine.definitions), title="sample")
    await made.put(
        {"resourceType": "Organization", "id": "clinic", "name": "Clinique"},
        {"resourceType": "Organization", "id": "elsewhere", "name": "Ailleurs"},
        *professional("doc", "clinic"),
        *professional("nurse", "clinic"),
        *professional("other", "elsewhere"),
        *professional("former", "clinic"),
        patient("ana"),
        patient("bob"),
        patient("child"),
        {
            "resourceType": "RelatedPerson",
            "id": "mother",
            "active": True,
            "patient": {"reference": "Patient/child"},
            "relationship": [
                {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}]}
            ],
        },
        care_team(
            "team-ana", "ana", "PractitionerRole/doc-role", "Organization/clinic", "PractitionerRole/former-role"
        ),
    )
    await made.sign_in("ana", kind="patient", role="Patient/ana", person="Patient/ana", purpose="PATRQT")
    await made.sign_in("bob", kind="patient", role="Patient/bob", person="Patient/bob", purpose="PATRQT")
    await made.sign_in(
        "mother", kind="patient", role="Patient/ana", related=("RelatedPerson/mother",), purpose="PATRQT"
    )
    for name, profession, place in (
        ("doc", GENERAL_PRACTITIONER, "clinic"),
        ("nurse", NURSE, "clinic"),
        ("other", GENERAL_PRACTITIONER, "elsewhere"),
        ("former", GENERAL_PRACTITIONER, "clinic"),
        ("expired", GENERAL_PRACTITIONER, "clinic"),
        ("secretary", SECRETARY, "clinic"),
    ):
        own = "doc" if name in ("expired", "secretary") else name
        await made.sign_in(
            name,
            role=f"PractitionerRole/{own}-role",
            person=f"Practitioner/{own}",
            organization=f"Organization/{place}",
            profession=profession,
        )
    await made.sign_in("officer", kind="officer", purpose="HOPERAT")
    await made.sign_in(
        "app",
        kind="patient",
        role="Patient/ana",
        person="Patient/ana",
        purpose="PATRQT",
        client="app",
        scopes=Scopes.parse("patient/*.rs"),
        patient="Patient/ana",
    )
    await made.sign_in(
        "machine",
        kind="machine",
        role="Device/machine",
        organization="Organization/clinic",
        client="machine",
        scopes=Scopes.parse("system/*.cruds"),
    )
    await engine.database.pool.execute(
        "UPDATE session SET expires = now() - interval '1 second' WHERE key = $1", made.principals["expired"].session
    )
    struck = {**professional("former", "clinic")[1], "active": False}
    await made.put(struck)
    return made
