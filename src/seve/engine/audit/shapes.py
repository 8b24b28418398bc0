"""Which shape of IHE Basic Audit Log Patterns (BALP 1.1) an act has: its profile, type, subtype, action and the roles of its agents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from seve.store.audit.acts import Act

Coding: TypeAlias = dict[str, str]

BALP = "https://profiles.ihe.net/ITI/BALP"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_RESTFUL = "http://hl7.org/fhir/restful-interaction"
_OWN = "urn:seve:audit"


def coding(system: str, code: str, display: str = "") -> Coding:
    """A Coding."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


REST = coding(f"{_TERMINOLOGY}/audit-event-type", "rest", "Restful Operation")
SOURCE = coding(_DCM, "110153", "Source Role ID")
DESTINATION = coding(_DCM, "110152", "Destination Role ID")
APPLICATION = coding(_DCM, "110150", "Application")
AUTHORIZER = coding(f"{_TERMINOLOGY}/extra-security-role-type", "authserver", "authorization server")
RECIPIENT = coding(f"{_TERMINOLOGY}/v3-ParticipationType", "IRCP", "information recipient")
AUTHOR = coding(f"{_TERMINOLOGY}/v3-ParticipationType", "AUT", "author (originator)")
RESPONSIBLE = coding(f"{_TERMINOLOGY}/v3-ParticipationType", "RESP", "responsible party")
PROVIDER = coding(f"{_TERMINOLOGY}/v3-RoleClass", "PROV", "healthcare provider")


@dataclass(frozen=True, slots=True)
class Shape:
    """`profile` is empty when the act has none in BALP. `has_query`: the request is an entity, base64."""

    profile: str
    type: Coding
    subtype: Coding
    action: Literal["C", "R", "U", "D", "E"]
    client: Coding = field(default_factory=lambda: SOURCE)
    server: Coding = field(default_factory=lambda: DESTINATION)
    user: Coding = field(default_factory=lambda: AUTHOR)
    has_query: bool = False
    is_about_patients: bool = True
    """Whether the profile has a form of its own for acts on a patient's data."""


def _rest(profile: str, code: str, action: Literal["C", "R", "U", "D", "E"]) -> Shape:
    return Shape(profile, REST, coding(_RESTFUL, code, code), action)


def _read(code: str) -> Shape:
    return replace(_rest("Read", code, "R"), client=DESTINATION, server=SOURCE, user=RECIPIENT)


def _query(code: str) -> Shape:
    return replace(_rest("Query", code, "E"), user=RECIPIENT, has_query=True)


def _other(type_: Coding, subtype: Coding, action: Literal["C", "R", "U", "D", "E"] = "E") -> Shape:
    return Shape(
        "", type_, subtype, action, client=APPLICATION, server=DESTINATION, user=RECIPIENT, is_about_patients=False
    )


_ALERT = coding(_DCM, "110113", "Security Alert")
_AUTHENTICATION = coding(_DCM, "110114", "User Authentication")
_SHAPES = {
    "read": _read("read"),
    "vread": _read("vread"),
    "search": _query("search"),
    "history": _query("history"),
    "create": _rest("Create", "create", "C"),
    "update": _rest("Update", "update", "U"),
    "patch": _rest("Update", "patch", "U"),
    "delete": _rest("Delete", "delete", "D"),
    "sign-in": _other(_AUTHENTICATION, coding(_DCM, "110122", "Login")),
    "sign-out": _other(_AUTHENTICATION, coding(_DCM, "110123", "Logout")),
    "break-glass": _other(_ALERT, coding(_DCM, "110127", "Emergency Override Started")),
    "policy": _other(_ALERT, coding(_DCM, "110129", "Security Configuration")),
    "export": Shape(
        "PrivacyDisclosure.Source",
        coding(_DCM, "110106", "Export"),
        coding(f"{_TERMINOLOGY}/iso-21089-lifecycle", "disclose", "Disclose Record Lifecycle Event"),
        "R",
        client=DESTINATION,
        server=SOURCE,
        user=RECIPIENT,
        is_about_patients=False,
    ),
    "decision": Shape(
        "AuthZconsent",
        _ALERT,
        coding(f"{BALP}/CodeSystem/AuthZsubType", "AuthZ-Consent", "Authorization Decision using Roles and Consent"),
        "E",
        client=APPLICATION,
        server=AUTHORIZER,
        user=RECIPIENT,
        is_about_patients=False,
    ),
}
_BY_ROLE = coding(f"{BALP}/CodeSystem/AuthZsubType", "AuthZ-Role", "Authorization Decision using only Roles")


def shape_of(act: Act) -> Shape:
    """The shape of an act, without a profile where the act lacks what the profile asks for."""
    if act.interaction.startswith("$"):
        return replace(_query("operation"), profile=_profile(act, "Query"))
    shape = _SHAPES.get(act.interaction)
    if shape is None:
        activity = coding(_DCM, "110100", "Application Activity")
        return _other(activity, coding(_OWN, act.interaction), act.action)
    if act.interaction == "decision" and not act.basis.startswith("Consent/"):
        shape = replace(shape, subtype=_BY_ROLE)
    return replace(shape, profile=_profile(act, shape.profile))


def _profile(act: Act, profile: str) -> str:
    """BALP's patterns are for what succeeded; a decision may also deny. Reads and writes name one resource."""
    has_patient = bool(act.patients or act.patient_keys)
    match profile:
        case "Read" | "Create" | "Update" | "Delete":
            holds = act.outcome == 0 and len(act.entities) == 1
        case "Query":
            holds = act.outcome == 0
        case "PrivacyDisclosure.Source":
            holds = has_patient and bool(act.entities)
        case "AuthZconsent":
            holds = has_patient and bool(act.organization and act.agent) and act.basis.startswith("Consent/")
        case _:
            holds = False
    return profile if holds else ""


def profile_url(shape: Shape, *, has_patient: bool) -> str:
    """The canonical of its profile; empty when it has none."""
    if not shape.profile:
        return ""
    prefix = "Patient" if has_patient and shape.is_about_patients else ""
    return f"{BALP}/StructureDefinition/IHE.BasicAudit.{prefix}{shape.profile}"
