"""Answering an ask. Who is asked sees what the Task tells as its inputs, and who it is for only once they accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from seve.engine.agendas.booking import choices, placed
from seve.engine.agendas.refusals import NoAgenda, NotFree, NotTheirTime
from seve.engine.agendas.stored import elevated, people, read, written
from seve.engine.asks.refusals import AskIsOver, TooLate
from seve.engine.dispatch import perform
from seve.engine.refusals import NotFound, VersionMismatch
from seve.engine.requests import Request
from seve.engine.rights.people import name_of
from seve.fhir import Resource
from seve.fhir.asks import FIRST_BY, SYSTEM, deadline, inputs, outputs, part
from seve.fhir.extensions import value
from seve.fhir.scheduling import Asked, with_asked
from seve.fhir.search.keys import value_key
from seve.kernel.identifiers import new_id
from seve.store.writing import Taken

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant

_ATTEMPTS: Final = 5
_OPEN: Final = ("requested", "received")
_STATUSES: Final = "requested,accepted,in-progress,completed,failed,cancelled,rejected"
_TO_COME: Final = ("booked", "arrived", "checked-in")
_MOST: Final = "100"
_CARE_DAYS: Final = 30
"""How long who took it over belongs to the care team, when the request does not say how long it lasts."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody who is asked may know: the Task's id, version, status and deadline, its inputs by name, and of whose agenda. `request`
    and `appointment` are references once they accepted, "" before.
    """

    id: str
    status: str
    owner: str
    until: datetime | None
    facts: Mapping[str, Any]
    request: str = ""
    appointment: str = ""


@dataclass(frozen=True, slots=True)
class Taking:
    """How an ask is taken over: a time of an agenda of the owner's, for a reason that it has."""

    schedule: str
    start: datetime
    minutes: int
    reason: str
    mode: str
    words: str


async def mine(engine: Engine, grant: Grant, code: str, roles: Iterable[str]) -> tuple[Ask, ...]:
    """The asks of a code whose owner is one of these roles of the caller's, or of whom the caller acts for; the latest first."""
    found = list[Ask]()
    for role in dict.fromkeys(roles):
        if not await _acts_as(engine, grant, role):
            continue
        query = (("owner", role), ("code", code), ("status", _STATUSES), ("_sort", "-_lastUpdated"), ("_count", _MOST))
        answer = await perform(engine, elevated(grant), Request("GET", "Task", query=query))
        found += [_shown(entry["resource"]) for entry in answer.resource.get("entry", ())]
    return tuple(found)


async def decline(engine: Engine, grant: Grant, id_: str) -> None:
    """They do not take it over. Raises NotFound, AskIsOver."""
    task = await _own(engine, grant, id_)
    try:
        await written(engine, grant, {**task, "status": "rejected", "lastModified": _now()})
    except VersionMismatch as error:
        raise AskIsOver from error


async def take(engine: Engine, grant: Grant, id_: str, taking: Taking) -> Resource:
    """They take it over: the Appointment as stored. In the same commit the Task is accepted, the others are cancelled, the request has
    its performer, and a CareTeam lets them reach the patient. Of several at once one is first, and the others are told so.

    Raises NotFound, AskIsOver, TooLate, NoAgenda, NotTheirTime, NotFree.
    """
    for _ in range(_ATTEMPTS):
        task = await _own(engine, grant, id_)
        request = await _asked(engine, grant, task)
        if request["status"] != "active" or "performer" in request:
            raise AskIsOver
        unit = await _unit(engine, grant, task, request, taking)
        try:
            return await written(engine, grant, *unit)
        except VersionMismatch:
            continue  # somebody answered another ask meanwhile: what stands is looked at again
        except Taken as error:
            schedule = await _agenda(engine, grant, task, taking)
            raise NotFree(await choices(engine, unit[-1], schedule, is_public=False)) from error
    raise AskIsOver


async def finish(engine: Engine, grant: Grant, id_: str) -> None:
    """The first visit was made: appointment, request and Task say so at once. Raises NotFound, AskIsOver."""
    task = await _own(engine, grant, id_, statuses=("accepted",))
    request = await _asked(engine, grant, task)
    appointment = await read(engine, elevated(grant), *_split(str(outputs(task).get("appointment", ""))))
    if appointment is None or not _is_of(appointment, task) or appointment["status"] not in _TO_COME:
        raise AskIsOver
    if datetime.fromisoformat(appointment["start"]) > datetime.now(UTC):
        raise AskIsOver
    changed = (
        {**appointment, "status": "fulfilled"},
        {**task, "status": "completed", "lastModified": _now()},
        {**request, "status": "completed"},
    )
    try:
        await written(engine, grant, *changed)
    except VersionMismatch as error:
        raise AskIsOver from error


async def _own(engine: Engine, grant: Grant, id_: str, *, statuses: tuple[str, ...] = _OPEN) -> Resource:
    """Raises NotFound for an ask of somebody else, AskIsOver for one that is answered or too old."""
    task = await read(engine, elevated(grant), "Task", id_)
    owner = str(task.get("owner", {}).get("reference", "")) if task else ""
    if task is None or not await _acts_as(engine, grant, owner):
        raise NotFound(type="Task", id=id_)
    until = deadline(task)
    if task["status"] not in statuses or (statuses == _OPEN and until is not None and until <= datetime.now(UTC)):
        raise AskIsOver
    return task


async def _asked(engine: Engine, grant: Grant, task: Resource) -> Resource:
    """The request, of the patient whom the Task is for: who writes a Task about one patient is let in to no other by it. Raises AskIsOver."""
    request = await read(engine, elevated(grant), *_split(task["focus"]["reference"]))
    if request is None or request["subject"].get("reference") != task.get("for", {}).get("reference"):
        raise AskIsOver
    return request


def _is_of(appointment: Resource, task: Resource) -> bool:
    """Whether an appointment came of a Task: it is based on its request."""
    return task["focus"]["reference"] in [one.get("reference") for one in appointment.get("basedOn", ())]


async def _unit(engine: Engine, grant: Grant, task: Resource, request: Resource, taking: Taking) -> list[Resource]:
    """All that is written when it is taken over, the appointment last."""
    latest = value(request, FIRST_BY, "DateTime")
    if latest and taking.start > datetime.fromisoformat(latest):
        raise TooLate(expression="start")
    patient = await read(engine, elevated(grant), *_split(request["subject"]["reference"]))
    assert patient is not None  # a request is about somebody
    schedule = await _agenda(engine, grant, task, taking)
    made = _appointment(task, request, patient, taking)
    [appointment, *_] = await placed(engine, made, schedule, is_public=False)
    others = await _others(engine, grant, request, task)
    at = appointment["start"]
    results = [
        ("appointment", "Reference", {"reference": f"Appointment/{appointment['id']}"}),
        ("start", "DateTime", at),
    ]
    accepted = {**task, "status": "accepted", "lastModified": _now(), "output": [part(*one) for one in results]}
    owner = {"reference": task["owner"]["reference"]}
    return [
        accepted,
        *({**one, "status": "cancelled", "lastModified": _now()} for one in others),
        {**request, "performer": [owner]},
        _team(request, task, owner),
        appointment,
    ]


async def _agenda(engine: Engine, grant: Grant, task: Resource, taking: Taking) -> Resource:
    """Raises NoAgenda, NotTheirTime."""
    schedule = await read(engine, grant, "Schedule", taking.schedule)
    if schedule is None or not schedule.get("active", True):
        raise NoAgenda(expression="schedule")
    if task["owner"]["reference"] not in people(schedule) or taking.start <= datetime.now(UTC):
        raise NotTheirTime
    return schedule


async def _others(engine: Engine, grant: Grant, request: Resource, task: Resource) -> list[Resource]:
    query = (("focus", f"ServiceRequest/{request['id']}"), ("status", "draft,requested,received"), ("_count", _MOST))
    answer = await perform(engine, elevated(grant), Request("GET", "Task", query=query))
    found = [entry["resource"] for entry in answer.resource.get("entry", ())]
    return [one for one in found if one["id"] != task["id"]]


async def _acts_as(engine: Engine, grant: Grant, role: str) -> bool:
    """Whether the caller acts in this role, in a session that is in force and with a standing that is."""
    if not role.startswith("PractitionerRole/"):
        return False
    is_theirs = grant.sight is None or value_key(role) in grant.sight.readers
    return is_theirs and await read(engine, grant, *_split(role)) is not None


def _appointment(task: Resource, request: Resource, patient: Resource, taking: Taking) -> Resource:
    display = " · ".join(filter(None, (name_of(patient), patient.get("birthDate", ""))))
    who = {"reference": request["subject"]["reference"], "display": display}
    made: Resource = {
        "resourceType": "Appointment",
        "id": new_id(),
        "status": "booked",
        "description": taking.words,
        "start": taking.start.isoformat(timespec="seconds"),
        "end": (taking.start + timedelta(minutes=taking.minutes)).isoformat(timespec="seconds"),
        "minutesDuration": taking.minutes,
        "created": _now(),
        "basedOn": [{"reference": task["focus"]["reference"]}],
        "participant": [{"actor": who, "required": "required", "status": "accepted"}],
    }
    return with_asked(made, Asked(f"Schedule/{taking.schedule}", taking.reason, taking.mode))


def _team(request: Resource, task: Resource, owner: Mapping[str, str]) -> Resource:
    """Who took it over takes care of the patient for as long as the request lasts."""
    until = request.get("occurrencePeriod", {}).get("end") or (
        datetime.now(UTC) + timedelta(days=_CARE_DAYS)
    ).isoformat(timespec="seconds")
    return {
        "resourceType": "CareTeam",
        "identifier": [{"system": SYSTEM, "value": task["id"]}],
        "status": "active",
        "subject": {"reference": request["subject"]["reference"]},
        "period": {"start": _now(), "end": until},
        "participant": [{"member": dict(owner)}],
    }


def _shown(task: Resource) -> Ask:
    is_theirs = task["status"] in ("accepted", "in-progress", "completed")
    return Ask(
        task["id"],
        task["status"],
        task["owner"]["reference"],
        deadline(task),
        inputs(task),
        task["focus"]["reference"] if is_theirs else "",
        str(outputs(task).get("appointment", "")) if is_theirs else "",
    )


def _split(reference: str) -> tuple[str, str]:
    type_, _, id_ = reference.partition("/")
    return type_, id_


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
