"""An ask as FHIR holds it: a Task whose inputs are what its owner may know before they accept, and whose outputs are what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from seve.fhir import Resource

SYSTEM: Final = "https://seve.example/CodeSystem/ask"
FIRST_BY: Final = "request-first-by"
"""The extension of a ServiceRequest that says when the first visit is expected at the latest."""


def part(code: str, kind: str, said: object) -> dict[str, Any]:
    """An input or output, by its name."""
    return {"type": {"coding": [{"system": SYSTEM, "code": code}]}, f"value{kind}": said}


def inputs(task: Resource) -> dict[str, Any]:
    """Values by name."""
    return _values(task, "input")


def outputs(task: Resource) -> dict[str, Any]:
    """Values by name; of a reference, the reference itself."""
    return _values(task, "output")


def deadline(task: Resource) -> datetime | None:
    """Until when it may be answered."""
    said = task.get("restriction", {}).get("period", {}).get("end")
    return datetime.fromisoformat(said) if said else None


def _values(task: Resource, name: str) -> dict[str, Any]:
    made = dict[str, Any]()
    for one in task.get(name, ()):
        codings: list[Mapping[str, Any]] = one["type"].get("coding", [])
        code = next((str(c["code"]) for c in codings if c.get("system") == SYSTEM), "")
        said = next((value for key, value in one.items() if key.startswith("value")), None)
        if code:
            made[code] = said.get("reference", "") if isinstance(said, dict) else said
    return made
