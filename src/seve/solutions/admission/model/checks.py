"""A check of identity: a Task that holds what a card said beside the record, until a person decides. The photograph is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.access.kinds import ADMISSION
from seve.france.cards import Card
from seve.solutions.admission.model.comparing import Agreement, Compared

_KIND: Final = "https://seve.example/CodeSystem/admission-task"
Decision: TypeAlias = Literal["confirmed", "corrected", "another"]
DECISIONS: Final[Mapping[str, Decision]] = {"confirmed": "confirmed", "corrected": "corrected", "another": "another"}
"""By their names as forms carry them."""
_AGREEMENTS: Final[Mapping[str, Agreement]] = {
    "same": "same",
    "differs": "differs",
    "only_card": "only_card",
    "only_record": "only_record",
}
_STATUSES: Final[dict[Decision, str]] = {"confirmed": "completed", "corrected": "completed", "another": "rejected"}


@dataclass(frozen=True, slots=True)
class Check:
    """A check as it stands. `seal` and `kind` are those of the card, `decision` "" while it waits."""

    id: str
    version: str
    patient: str
    stay: str
    kind: str
    seal: str
    authority: str
    until: str
    fields: tuple[Compared, ...]
    decision: str
    authored: str

    @property
    def is_mismatch(self) -> bool:
        """Whether a field differs, or the signature is wrong."""
        return self.seal == "wrong" or any(one.blocks for one in self.fields)


def written(card: Card, fields: Iterable[Compared], *, patient: str, stay: str, owner: str, now: str) -> Resource:
    """The Task of a card that was just read."""
    told = {"kind": card.kind, "seal": card.seal, "authority": card.authority, "until": card.until}
    inputs = [_input("card", name, value) for name, value in told.items() if value]
    for one in fields:
        inputs += [_input("read", one.name, one.card), _input("record", one.name, one.record)]
        inputs.append(_input("agreement", one.name, one.agreement))
    return {
        "resourceType": "Task",
        "meta": {"tag": [ADMISSION]},
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": _KIND, "code": "identity-check"}]},
        "for": {"reference": patient},
        "encounter": {"reference": stay},
        "authoredOn": now,
        "requester": {"reference": owner},
        "input": [one for one in inputs if one["valueString"]],
    }


def read(task: Resource) -> Check:
    """The check of a Task."""
    said: dict[tuple[str, str], str] = {}
    for one in task.get("input", ()):
        coding = one["type"]["coding"][0]
        said[coding["system"].rpartition("/")[2], coding["code"]] = one["valueString"]
    names = [name for part, name in said if part == "agreement"]
    return Check(
        task["id"],
        task["meta"]["versionId"],
        str(task["for"]["reference"]),
        str(task["encounter"]["reference"]),
        said.get(("card", "kind"), ""),
        said.get(("card", "seal"), ""),
        said.get(("card", "authority"), ""),
        said.get(("card", "until"), ""),
        tuple(_compared(said, name) for name in names),
        next((str(one["valueCode"]) for one in task.get("output", ())), ""),
        str(task.get("authoredOn", "")),
    )


def decided(task: Resource, decision: Decision, *, by: str, now: str) -> Resource:
    """The Task once somebody decided."""
    output = {"type": {"coding": [{"system": _KIND, "code": "decision"}]}, "valueCode": decision}
    return {
        **task,
        "status": _STATUSES[decision],
        "owner": {"reference": by},
        "lastModified": now,
        "output": [output],
    }


def _compared(said: dict[tuple[str, str], str], name: str) -> Compared:
    agreement: Agreement = _AGREEMENTS.get(said["agreement", name], "none")
    return Compared(name, said.get(("read", name), ""), said.get(("record", name), ""), agreement)


def _input(part: str, name: str, value: str) -> dict[str, Any]:
    return {"type": {"coding": [{"system": f"{_KIND}/{part}", "code": name}]}, "valueString": value}
