"""capabilities: what this server does, made from what it does (R4, 3.1.0.9)."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from seve.engine.audit.criteria import SUPPORTED
from seve.engine.operations.registry import operations
from seve.engine.requests import Answer, Request
from seve.fhir import Resource
from seve.fhir.subscriptions.backport import GUIDE

if TYPE_CHECKING:
    from seve.engine.engine import Engine

_TYPE_INTERACTIONS = (
    "read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type",
)  # fmt: skip
_SYSTEM_INTERACTIONS = ("transaction", "batch", "search-system", "history-system")
_TOPIC = f"{GUIDE}capabilitystatement-subscriptiontopic-canonical"
_FORMATS = ("application/fhir+json", "application/fhir+xml", "json", "xml")
_PATCH_FORMATS = (
    "application/json-patch+json",
    "application/fhir+json",
    "application/fhir+xml",
    "application/xml-patch+xml",
)


def capabilities(engine: Engine, request: Request) -> Answer:
    """200 with the CapabilityStatement."""
    del request
    return Answer(200, _statement(engine))


@lru_cache(maxsize=4)
def _statement(engine: Engine) -> Resource:
    security = {"security": _security(engine.oauth_url)} if engine.oauth_url else {}
    release = version("seve")
    definitions = [d for url in operations() if (d := engine.definitions.resource("OperationDefinition", url))]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        "software": {"name": "Sève", "version": release},
        "implementation": {"description": "Sève, FHIR R4 record store", "url": engine.base_url},
        "fhirVersion": "4.0.1",
        "format": list(_FORMATS),
        "patchFormat": list(_PATCH_FORMATS),
        "rest": [
            {
                "mode": "server",
                **security,
                "resource": [
                    _resource(engine, type_, definitions) for type_ in sorted(engine.definitions.resource_types)
                ],
                "interaction": [{"code": code} for code in _SYSTEM_INTERACTIONS],
                "searchParam": _parameters(engine, "Resource"),
                "operation": [_operation(d) for d in definitions if d.get("system")],
                "compartment": [f"http://hl7.org/fhir/CompartmentDefinition/{kind}" for kind in _compartments(engine)],
            }
        ],
    }


def _resource(engine: Engine, type_: str, definitions: list[Resource]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "type": type_,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{type_}",
        "interaction": [{"code": code} for code in _TYPE_INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "referencePolicy": ["literal", "logical", "local"],
        "searchInclude": ["*", *_links(engine, type_)],
        "searchRevInclude": ["*"],
        "searchParam": _parameters(engine, type_),
    }
    if engine.oauth_url and type_ == "AuditEvent":  # the trail: appended to, read, never changed
        return {
            "type": type_,
            "profile": described["profile"],
            "interaction": [{"code": code} for code in ("create", "read", "search-type")],
            "searchParam": [p for p in described["searchParam"] if p["name"] in SUPPORTED],
        }
    if type_ == "Subscription":
        described["extension"] = [{"url": _TOPIC, "valueCanonical": url} for url in sorted(engine.events.topics)]
    if offered := [
        _operation(d) for d in definitions if type_ in d.get("resource", []) or "Resource" in d.get("resource", [])
    ]:
        described["operation"] = offered
    return described


def _security(oauth_url: str) -> Resource:
    """Where tokens come from (SMART App Launch 2.2, the older form that clients still read)."""
    system = "http://terminology.hl7.org/CodeSystem/restful-security-service"
    endpoints = ("authorize", "token", "register", "introspect", "revoke")
    return {
        "cors": False,
        "service": [{"coding": [{"system": system, "code": "SMART-on-FHIR"}]}],
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [{"url": name, "valueUri": f"{oauth_url}/{name}"} for name in endpoints],
            }
        ],
    }


def _links(engine: Engine, type_: str) -> list[str]:
    return [f"{type_}:{p.code}" for p in engine.parameters.of(type_).values() if p.type == "reference"]


def _parameters(engine: Engine, type_: str) -> list[dict[str, Any]]:
    found = engine.parameters.of(type_).values()
    return [{"name": p.code, "type": p.type, **({"definition": p.url} if p.url else {})} for p in found]


def _operation(definition: Resource) -> dict[str, Any]:
    return {"name": definition["code"], "definition": definition["url"]}


def _compartments(engine: Engine) -> list[str]:
    return sorted(d["code"].lower() for d in engine.definitions.resources("CompartmentDefinition").values())
