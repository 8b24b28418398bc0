"""`$validate`: every issue of a resource, as given or as stored, without storing anything."""

from __future__ import annotations

from seve.engine.checking import own_issues
from seve.engine.operations.registry import Call, Operation
from seve.engine.outcomes import all_well, outcome
from seve.engine.preconditions import check_write
from seve.engine.refusals import BodyMissing, Gone, InvalidParameter, NotFound, TypeMismatch
from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.validation import structure
from seve.kernel.refusals import Issue, Refusal

_MODES = ("create", "update", "delete", "profile")


async def validate(call: Call) -> Resource:
    """An OperationOutcome: errors, warnings and advice with their places; 200 whatever it says."""
    mode = call.one("mode")
    if mode is not None and mode not in _MODES:
        raise InvalidParameter(name="mode", value=mode, expression="http.mode")
    resource = call.one("resource")
    if mode == "delete":
        await _stored(call)
        return all_well()
    if resource is None:
        if not call.id:
            raise BodyMissing
        resource = await _stored(call)
    issues = [*_mode_issues(resource, mode, call), *await _issues(call, resource)]
    return outcome(issues) if issues else all_well()


async def _stored(call: Call) -> Resource:
    stored = await call.engine.reads.read(call.grant, call.type, call.id)
    if stored is None:
        raise NotFound(type=call.type, id=call.id)
    if stored.body is None:
        raise Gone(type=call.type, id=call.id)
    check_write(call.request, stored, type_=call.type, id_=call.id)
    return parse(stored.body.encode())


async def _issues(call: Call, resource: Resource) -> list[Issue]:
    if call.type and resource.get("resourceType") not in (call.type, None):
        return list(TypeMismatch(expected=call.type, found=resource["resourceType"]).issues)
    if found := structure.issues(resource):
        return list(found)
    profile = call.one("profile")
    try:
        result = call.engine.checker.validator.validate(
            resource, profiles=[profile] if profile else (), with_advice=True
        )
    except Refusal as refusal:
        return list(refusal.issues)
    return [*result.issues, *own_issues(resource), *await call.engine.terminology.settle(result.pending)]


def _mode_issues(resource: Resource, mode: str | None, call: Call) -> list[Issue]:
    """An update must carry the id it is for."""
    if mode == "update" and (not resource.get("id") or (call.id and resource["id"] != call.id)):
        fields = {"expected": call.id or "?", "found": resource.get("id", "")}
        place = f"{resource.get('resourceType', 'Resource')}.id"
        return [Issue("error", "required", "engine.refusals.id_mismatch", fields, place)]
    return []


OPERATIONS = (Operation("http://hl7.org/fhir/OperationDefinition/Resource-validate", validate),)
