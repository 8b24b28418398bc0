"""A declaration: a Task that asks the officer's desk to check a tool, which it contains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.solutions.tool_register.model import codes
from seve.solutions.tool_register.model.tools import Tool, declared, tool_of

Standing: TypeAlias = Literal["draft", "requested", "completed", "rejected"]
"""Not sent yet; to be checked; checked and published; sent back, or taken out of the register."""
STANDINGS: Final[dict[str, Standing]] = {
    "draft": "draft",
    "requested": "requested",
    "completed": "completed",
    "rejected": "rejected",
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration. `requester` is the reference of the maker's role ("" when the desk imported it), `reason` why it was sent back, `sent`
    when it was written last, as FHIR tells it.
    """

    id: str
    version: str
    standing: Standing
    tool: Tool
    requester: str = ""
    reason: str = ""
    sent: str = ""


def declaration_of(task: Resource) -> Declaration:
    """From a Task."""
    contained = next((one for one in task.get("contained", ()) if one["resourceType"] == "DeviceDefinition"), {})
    return Declaration(
        id=task["id"],
        version=str(task["meta"]["versionId"]),
        standing=STANDINGS.get(task["status"], "draft"),
        tool=tool_of(contained),
        requester=str(task.get("requester", {}).get("reference", "")),
        reason=str(task.get("statusReason", {}).get("text", "")),
        sent=str(task.get("lastModified", "")),
    )


def task_of(declaration: Declaration, *, now: datetime) -> Resource:
    """As it is written: new without an id, else from its version."""
    found: Resource = {
        "resourceType": "Task",
        "contained": [declared(declaration.tool)],
        "status": declaration.standing,
        "intent": "order",
        "code": {"coding": [codes.DECLARATION]},
        "focus": {"reference": "#tool"},
        "lastModified": now.isoformat(timespec="seconds"),
    }
    if declaration.requester:
        found["requester"] = {"reference": declaration.requester}
    if declaration.reason:
        found["statusReason"] = {"text": declaration.reason}
    if declaration.id:
        found |= {"id": declaration.id, "meta": {"versionId": declaration.version}}
    return found
