"""Asking: the Tasks of a request, who comes next, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.asks import deadline, inputs, outputs, part
from seve.fhir.extensions import replaced, simple, value
from seve.solutions.home_care.model.needs import CATEGORY, SYSTEM, Need, need_of

Way: TypeAlias = Literal["once", "turn"]
Standing: TypeAlias = Literal["new", "asked", "taken", "done", "nobody", "lost", "cancelled"]
WAYS: Final[tuple[Way, ...]] = ("turn", "once")
HOURS: Final = ("1", "2", "4", "12", "24")
_TOLD: Final = "home-care-told"
_LIVE: Final = ("draft", "requested", "received")
_ALERT: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody to ask: their role and how far away they are (None: not known)."""

    role: str
    name: str
    km: float | None


def tasks(
    request: Resource, people: Iterable[Whom], *, way: Way, hours: int, requester: str, now: datetime
) -> list[Resource]:
    """A Task each. In turn only the first is asked at once; the others wait as drafts, in this order."""
    made = list[Resource]()
    for place, one in enumerate(people, 1):
        task = _task(request, one, place=place, hours=hours, requester=requester, now=now)
        made.append(asked(task, now=now) if way == "once" or place == 1 else task)
    return made


def asked(task: Resource, *, now: datetime) -> Resource:
    """The Task as it is asked now, with the deadline for the answer."""
    facts = inputs(task)
    until = min(now + timedelta(hours=facts["hours"]), datetime.fromisoformat(facts["first-by"]))
    period = {"start": _said(now), "end": _said(until)}
    return {**task, "status": "requested", "lastModified": _said(now), "restriction": {"period": period}}


def next_steps(request: Resource, found: Iterable[Resource], *, now: datetime) -> list[Resource]:
    """What changes of the Tasks now: those without an answer in time are over, and the next in turn is asked."""
    held = in_order(found)
    late = [one for one in held if one["status"] in ("requested", "received") and _is_late(one, now)]
    changed = [{**one, "status": "failed", "lastModified": _said(now)} for one in late]
    waits = [one for one in held if one["status"] == "draft"]
    is_open = any(one["status"] in ("requested", "received") and one not in late for one in held)
    if request["status"] == "active" and waits and not is_open and need_of(request).first_by > now:
        changed.append(asked(waits[0], now=now))
    return changed


def in_order(found: Iterable[Resource]) -> list[Resource]:
    """As they are asked: round by round, each from the nearest on."""
    return sorted(found, key=lambda one: (one["authoredOn"], inputs(one)["place"], one["id"]))


def standing(request: Resource, found: Iterable[Resource]) -> Standing:
    """How a request stands."""
    states = {one["status"] for one in found}
    if request["status"] in ("revoked", "entered-in-error"):
        return "cancelled"
    if request["status"] == "completed":
        return "done"
    if "performer" in request:
        return "taken"
    if states & {"draft", "requested", "received"}:
        return "asked"
    if told(request) == "lost":
        return "lost"
    return "nobody" if states else "new"


def news(request: Resource, found: Iterable[Resource], *, now: datetime) -> str:
    """What who asked is to be told now and was not yet: "nobody" when no answer can come any more, "alert" when the first visit is near and
    nobody accepted; "" for nothing.
    """
    state, said = standing(request, found), told(request)
    if state == "nobody" and said != "nobody":
        return "nobody"
    first_by, made = need_of(request).first_by, datetime.fromisoformat(request["authoredOn"])
    near = first_by - min(_ALERT, (first_by - made) / 2)
    is_near = near <= now < first_by
    return "alert" if state in ("new", "asked") and is_near and not said else ""


def told(request: Resource) -> str:
    """What who asked was told last, "" for nothing."""
    return value(request, _TOLD, "Code") or ""


def with_told(request: Resource, what: str) -> Resource:
    """The request that remembers what who asked was told; "" forgets it."""
    return replaced(request, (_TOLD,), [simple(_TOLD, "Code", what)] if what else [])


def is_live(task: Resource) -> bool:
    """Whether an answer may still come of it."""
    return task["status"] in _LIVE


def starts(found: Iterable[Resource]) -> datetime | None:
    """When the first visit is, of the Tasks of a request; None when nobody took it over."""
    for one in found:
        if one["status"] in ("accepted", "completed") and (said := outputs(one).get("start")):
            return datetime.fromisoformat(said)
    return None


def appointment_of(task: Resource) -> str:
    """The id of the Appointment that came of it, "" without."""
    return str(outputs(task).get("appointment", "")).partition("/")[2]


def _task(request: Resource, one: Whom, *, place: int, hours: int, requester: str, now: datetime) -> Resource:
    wanted = need_of(request)
    return {
        "resourceType": "Task",
        "status": "draft",
        "intent": "order",
        "code": {"coding": [{"system": SYSTEM, "code": CATEGORY}]},
        "focus": {"reference": f"ServiceRequest/{request['id']}"},
        "for": {"reference": request["subject"]["reference"]},
        "authoredOn": _said(now),
        "lastModified": _said(now),
        "requester": {"reference": requester},
        "owner": {"reference": one.role, "display": one.name},
        "input": [part(*fact) for fact in _facts(wanted, one, place=place, hours=hours)],
    }


def _facts(wanted: Need, one: Whom, *, place: int, hours: int) -> Iterable[tuple[str, str, Any]]:
    """All that somebody knows before they accept: no name, no street, no words of anybody."""
    yield "kind", "Code", wanted.kind
    yield "city", "String", wanted.city
    yield "first-by", "DateTime", _said(wanted.first_by)
    yield "frequency", "Code", wanted.frequency
    yield "days", "PositiveInt", wanted.days
    yield "hours", "PositiveInt", hours
    yield "place", "PositiveInt", place
    if one.km is not None:
        yield "km", "PositiveInt", max(round(one.km), 1)


def _is_late(task: Resource, now: datetime) -> bool:
    until = deadline(task)
    return until is not None and until <= now


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
