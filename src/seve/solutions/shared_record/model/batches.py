"""A list of insured people that an officer gives: a Task that says what became of each line, by number. It names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.sdk import wording

Kind: TypeAlias = Literal["automatic", "desk"]
SYSTEM: Final = "https://seve.example/opening-batches"


@dataclass(frozen=True, slots=True)
class Batch:
    """`done` is how many lines went through, `refused` are (number of the line, key of the reason)."""

    id: str
    kind: str
    at: str
    is_finished: bool
    done: int
    refused: tuple[tuple[str, str], ...]


def asked(kind: Kind, *, days: int, at: str, by: str) -> Resource:
    """The Task of a list; the list itself goes with the work, and is gone when it is done. `by` is the officer's name."""
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": SYSTEM, "code": kind}]},
        "authoredOn": at,
        "requester": {"display": by},
        "input": [{"type": {"text": "days"}, "valueInteger": days}],
    }


def finished(task: Resource, done: int, refused: list[tuple[int, str]]) -> Resource:
    """With what became of the lines."""
    output: list[dict[str, Any]] = [{"type": {"text": "done"}, "valueInteger": done}]
    output += [{"type": {"text": f"{number}"}, "valueString": reason} for number, reason in refused]
    return {**task, "status": "completed", "output": output}


def batch(task: Resource) -> Batch:
    """What a Task says."""
    told = {one["type"]["text"]: one for one in task.get("output", ())}
    done = told.pop("done", {}).get("valueInteger", 0)
    refused = tuple((number, one["valueString"]) for number, one in told.items())
    kind = next(iter(wording.codes(task["code"], SYSTEM)), "")
    return Batch(task["id"], kind, task.get("authoredOn", ""), task["status"] == "completed", done, refused)
