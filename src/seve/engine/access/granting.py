"""The decision: from who asks, as what role, for which purpose, through which application, to a `Grant`.

About whom and what is decided row by row, in the SQL that the grant becomes (`seve.store.access.rule`).
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import msgspec

from seve.engine.access.windows import windows_of
from seve.engine.identity.principal import OFFICES, Principal
from seve.engine.rights.register import WithoutBase, is_lawful
from seve.fhir.access.reaches import EVERYONE, PURPOSES
from seve.fhir.search.keys import value_key
from seve.fhir.smart.scopes import ResourceScope, Scopes
from seve.store.access.rule import OFFICER, PATIENT
from seve.store.audit.traces import Trace
from seve.store.grant import Grant, Sight, Window

if TYPE_CHECKING:
    from seve.fhir.search.parameters import SearchParameters

PUBLIC = (
    "DeviceDefinition",
    "HealthcareService",
    "Location",
    "Organization",
    "OrganizationAffiliation",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "Schedule",
)
"""What anyone may read without signing in, as far as it is about no patient and bears no label."""
_ANYONE = "anyone"


def open_grant() -> Grant:
    """Everything: for `seve serve --open` on loopback, and for work of the platform itself."""
    return Grant(holder="open")


def nobody_grant() -> Grant:
    """Nothing: for what needs no data, asked by somebody who did not sign in."""
    return Grant(holder="nobody", sight=Sight(session=0, standing=(), readers=(), purpose=0, profession=""))


def public_grant(*, source: str) -> Grant:
    """What anyone may see without signing in: the directory, and the register of tools. It reads nobody's data and writes nothing.

    `source` is the caller's address, for the trail, which names nobody as who acted.
    """
    sight = Sight(session=None, standing=(), readers=(), purpose=0, profession="", windows=tuple(map(Window, PUBLIC)))
    return Grant(
        holder=_ANYONE,
        sight=sight,
        scopes=Scopes.of((), (ResourceScope("user", type_, "rs") for type_ in PUBLIC)),
        trace=Trace(agent="", display="", role=_ANYONE, session=0, purpose="", source=source),
        origin=_ANYONE,  # which no principal can be made of: nothing goes on in the background for anyone
    )


def grant_of(
    principal: Principal,
    parameters: SearchParameters,
    *,
    base_url: str,
    source: str = "",
    request: str = "",
) -> Grant:
    """What a principal may see and change. `source` and `request` are the caller's address and X-Request-Id, for the trail.

    Raises WithoutBase for a purpose that the register of processing has no legal base for.
    """
    if not is_lawful(principal.purpose):
        raise WithoutBase(purpose=principal.purpose)
    sight = Sight(
        session=principal.session,
        standing=_keys(principal.role, principal.person, principal.delegated_by) if principal.kind != "machine" else (),
        readers=_readers(principal),
        purpose=PURPOSES.get(principal.purpose, 0),
        profession=_profession(principal),
        is_office=principal.profession in OFFICES,
        reaches_all=principal.reaches_all,
        windows=windows_of(principal, parameters, base_url=base_url),
    )
    return Grant(
        holder=_holder(principal),
        sight=sight,
        author=value_key(_agent(principal)),
        scopes=principal.scopes,
        context=value_key(principal.patient) if principal.patient else 0,
        trace=_trace(principal, source=source, request=request),
        origin=_sealed(principal),
    )


def background_grant(owner: str, origin: str, parameters: SearchParameters, *, base_url: str) -> Grant:
    """For work that goes on after the request of `owner` was answered: what they may see, for as long as their roles stand,
    whether or not they are still signed in.
    """
    if not origin:
        return Grant(holder=owner)
    principal = opened(origin)
    grant = grant_of(principal, parameters, base_url=base_url)
    sight = grant.sight
    assert sight is not None
    return replace(grant, sight=replace(sight, session=None))


def _sealed(principal: Principal) -> str:
    scopes = None if principal.scopes is None else str(principal.scopes)
    return msgspec.json.encode({**asdict(replace(principal, scopes=None)), "scopes": scopes}).decode()


def opened(origin: str) -> Principal:
    """The principal that an `origin` of a grant tells of."""
    found: dict[str, Any] = msgspec.json.decode(origin)
    found["related"] = tuple(found["related"])
    found["scopes"] = None if found["scopes"] is None else Scopes.parse(found["scopes"])
    return Principal(**found)


def _readers(principal: Principal) -> tuple[int, ...]:
    if principal.kind == "patient":
        return _keys(principal.role, *principal.related)
    named = (principal.role, principal.person, principal.organization, *principal.related)
    return (*_keys(*named), EVERYONE)


def _profession(principal: Principal) -> str | None:
    match principal.kind:
        case "patient":
            return PATIENT
        case "officer":
            return OFFICER
        case "machine":
            return None
        case "professional":
            return principal.profession


def _agent(principal: Principal) -> str:
    return principal.role or principal.person or f"Account/{principal.account}"


def _holder(principal: Principal) -> str:
    return f"{_agent(principal)} {principal.client}".rstrip()


def _trace(principal: Principal, *, source: str, request: str) -> Trace:
    return Trace(
        agent=_agent(principal),
        display="",
        role=principal.profession or principal.kind,
        session=principal.session,
        purpose=principal.purpose,
        client=principal.client,
        delegated_by=principal.delegated_by,
        organization=principal.organization,
        source=source,
        request=request,
    )


def _keys(*references: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(value_key(reference) for reference in references if reference))
