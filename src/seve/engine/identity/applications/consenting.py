"""What a person is asked to grant, and the code that the application gets when they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seve.engine.identity import activities
from seve.engine.identity.applications import asking
from seve.engine.identity.applications.asking import Asked
from seve.engine.identity.applications.refusals import AccessDenied, InvalidScope, SentBack, UnknownClient, with_query
from seve.engine.identity.holding import Held
from seve.engine.identity.principal import Principal
from seve.engine.identity.tokens import digest, new_token
from seve.fhir.smart.scopes import Scopes
from seve.store.identity import applications, credentials
from seve.store.identity.applications import Client

if TYPE_CHECKING:
    from seve.engine.identity.service import Identity

_ACT_AS_THE_PERSON = ("", "TREAT", "PATRQT")
DAYS = (1, 30, 180)
"""For how long a grant may be given."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the consent page shows. `patients` are (reference, name) to choose from; `patient` is the one of a launch.

    `asks_patient`: a professional names the patient, as no launch did.
    """

    asked: Asked
    client: Client
    scopes: Scopes
    purpose: str
    patients: tuple[tuple[str, str], ...]
    patient: str
    asks_patient: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person decided: `scopes` as ticked, `patient` as chosen or typed, for how many `days`."""

    scopes: tuple[str, ...]
    patient: str = ""
    days: int = DAYS[-1]


async def question(identity: Identity, held: Held, asked: Asked) -> Question:
    """Raises SentBack when this session may grant nothing: an officer's, or a launch that somebody else began."""
    principal, pool = held.principal, identity.database.pool
    client = await applications.client(pool, asked.client)
    if client is None or client.state != "approved":
        raise UnknownClient
    if principal.client or principal.kind not in ("patient", "professional"):
        raise _sent_back(identity, asked)
    scopes = Scopes.parse(asked.scopes)
    needs_patient = "launch/patient" in scopes or bool(scopes.only("patient"))
    launched = await _launched(identity, held, asked)
    patients: tuple[tuple[str, str], ...] = ()
    if needs_patient and not launched and principal.kind == "patient":
        patients = tuple(await activities.patients_of(pool, principal.related, own=principal.role))
    return Question(
        asked,
        client,
        scopes,
        purpose_of(client, principal),
        patients,
        launched,
        asks_patient=needs_patient and not launched and principal.kind == "professional",
    )


async def grant(identity: Identity, held: Held, token: str, answer: Answer) -> str:
    """The address that carries the code to the application. The request can't be answered again.

    Raises StepExpired, SentBack when nothing was granted.
    """
    asked = await asking.take(identity, token)
    put = await question(identity, held, asked)
    patient = _patient(put, answer)
    scopes = put.scopes.narrow(Scopes.parse(" ".join((*put.scopes.words, *answer.scopes))))
    if not patient:  # scopes about one patient mean nothing without one
        kept = (scope for scope in scopes.resources if scope.context != "patient")
        scopes = Scopes.of((word for word in scopes.words if word not in ("launch/patient", "launch")), kept)
    if not scopes or (put.scopes.resources and not scopes.resources):
        raise _sent_back(identity, asked, InvalidScope())
    key = await _kept(identity, held, put, scopes=scopes, patient=patient, days=answer.days)
    code = new_token()
    await applications.add_code(
        identity.database.pool,
        digest(code),
        client_=asked.client,
        grant_=key,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        data={
            "nonce": asked.nonce,
            "auth_age": int(held.session.proven_seconds),
            "amr": list(held.session.methods),
            "is_launched": bool(asked.launch),
        },
        seconds=identity.policy.code_seconds,
    )
    return with_query(asked.redirect_uri, {"code": code, "state": asked.state, "iss": identity.issuer})


async def refuse(identity: Identity, token: str) -> str:
    """The address that tells the application that the person said no. Raises StepExpired."""
    return _sent_back(identity, await asking.take(identity, token)).address


async def launch(identity: Identity, held: Held, client_id: str, *, patient: str) -> str:
    """Where to send the browser so that the application starts from here (EHR launch): its address with `iss` and `launch`.

    Raises UnknownClient when it has no such address.
    """
    client = await applications.client(identity.database.pool, client_id)
    if client is None or client.state != "approved" or not client.launch_uri:
        raise UnknownClient
    token = new_token()
    data = {"account": held.principal.account, "client": client_id, "patient": patient}
    await credentials.put_ceremony(
        identity.database.pool, digest(token), "launch", data=data, seconds=identity.policy.launch_seconds
    )
    return with_query(client.launch_uri, {"iss": identity.fhir_url, "launch": token})


def purpose_of(client: Client, principal: Principal) -> str:
    """The purpose that a grant is bound to: the application's own (research, …), or that of the person it acts for."""
    return principal.purpose if client.purpose in _ACT_AS_THE_PERSON else client.purpose


async def _launched(identity: Identity, held: Held, asked: Asked) -> str:
    """The patient of an EHR launch, "" without one. A launch is for its own client, and for the person who began it."""
    if not asked.launch:
        return ""
    data = await credentials.see_ceremony(identity.database.pool, digest(asked.launch), "launch")
    if data is None or data["client"] != asked.client or data["account"] != held.principal.account:
        raise _sent_back(identity, asked)
    return str(data["patient"])


async def _kept(identity: Identity, held: Held, put: Question, *, scopes: Scopes, patient: str, days: int) -> int:
    principal, policy, pool = held.principal, identity.policy, identity.database.pool
    if put.asked.launch:
        await credentials.take_ceremony(pool, digest(put.asked.launch), "launch")
    seconds = min((days if days in DAYS else DAYS[0]) * 86_400, policy.grant_seconds)
    return await applications.add_grant(
        pool,
        account=principal.account,
        client_=put.client.id,
        scopes=str(scopes),
        purpose=put.purpose,
        patient=patient,
        principal=_as_what(held),
        session=None if "offline_access" in scopes else principal.session,
        seconds=seconds,
    )


def _as_what(held: Held) -> dict[str, Any]:
    principal = held.principal
    return {
        "kind": principal.kind,
        "role": principal.role,
        "person": principal.person,
        "organization": principal.organization,
        "profession": principal.profession,
        "related": list(principal.related),
        "delegated_by": principal.delegated_by,
        "delegation": held.session.delegation,
    }


def _patient(put: Question, answer: Answer) -> str:
    if put.patient:
        return put.patient
    if put.asks_patient:
        typed = answer.patient.strip().removeprefix("Patient/")
        is_id = 0 < len(typed) <= 64 and typed.isascii() and all(c.isalnum() or c in "-." for c in typed)
        return f"Patient/{typed}" if is_id else ""
    offered = [reference for reference, _ in put.patients]
    return answer.patient if answer.patient in offered else (offered[0] if len(offered) == 1 else "")


def _sent_back(identity: Identity, asked: Asked, refusal: InvalidScope | None = None) -> SentBack:
    return SentBack(
        refusal or AccessDenied(), redirect_uri=asked.redirect_uri, state=asked.state, issuer=identity.issuer
    )
