"""In the background: who does not answer in time is asked no more, the next in turn is, and who asked is told what they must know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from seve.fhir import Resource
from seve.fhir.asks import SYSTEM, deadline
from seve.sdk import Changed, Chores, Job, NotFound
from seve.solutions.home_care.model import asking, needs
from seve.solutions.home_care.queries import requests

_MOST: Final = 10_000


class Nothing(msgspec.Struct, frozen=True):
    """No payload: what is due is looked for."""


async def follow(chores: Chores, nothing: Nothing) -> None:
    """One step of every request that is open. What somebody changed meanwhile is looked at in the next round."""
    del nothing
    found = await requests.all_seen(chores.records, ("status", "active"), most=_MOST)
    held = await requests.tasks_of(chores.records, [one["id"] for one in found])
    for one in found:
        try:
            if "performer" in one:
                await _follow_visit(chores, one, held[one["id"]])
            else:
                await _press(chores, one, held[one["id"]])
        except Changed:
            continue


async def _press(chores: Chores, request: Resource, tasks: Sequence[Resource]) -> None:
    changed = asking.next_steps(request, tasks, now=chores.now)
    if changed:
        await chores.asks.keep(request, changed)
        for one in changed:
            if one["status"] == "requested" and (until := deadline(one)):
                await chores.notify_practice(one["owner"]["reference"], "home_care_asked", at=until)
        request = await requests.one(chores.records, request["id"])
    by_id = {one["id"]: one for one in (*tasks, *changed)}
    what = asking.news(request, by_id.values(), now=chores.now)
    if what:
        await chores.asks.keep(asking.with_told(request, what))
        await _tell(chores, request, f"home_care_{what}")


async def _follow_visit(chores: Chores, request: Resource, tasks: Sequence[Resource]) -> None:
    """What became of the first visit in the agenda: made, cancelled, or still to come."""
    task = next((one for one in tasks if one["status"] == "accepted"), None)
    if task is None:
        return
    try:
        appointment = await chores.records.read("Appointment", asking.appointment_of(task))
    except NotFound:
        return
    if appointment["status"] == "fulfilled":
        await chores.asks.keep({**request, "status": "completed"}, [{**task, "status": "completed"}])
    elif appointment["status"] in ("cancelled", "noshow"):
        again = {name: said for name, said in asking.with_told(request, "lost").items() if name != "performer"}
        await chores.asks.keep(again, [{**task, "status": "failed"}])
        await _close_team(chores, task)
        if at := asking.starts(tasks):
            await _tell(chores, request, "home_care_lost", at=at)
    elif asking.told(request) != "taken":
        await chores.asks.keep(asking.with_told(request, "taken"))
        if at := asking.starts(tasks):
            await _tell(chores, request, "home_care_taken", at=at)


async def _close_team(chores: Chores, task: Resource) -> None:
    """Who does not come does not reach the patient any more."""
    for one in (await chores.records.search("CareTeam", ("identifier", f"{SYSTEM}|{task['id']}"))).matches:
        await chores.records.update({**one, "status": "inactive"})


async def _tell(chores: Chores, request: Resource, template: str, *, at: datetime | None = None) -> None:
    """Who asked, and the patient."""
    at = at or needs.need_of(request).first_by
    requester = str(request.get("requester", {}).get("reference", ""))
    if requester.startswith("PractitionerRole/"):
        await chores.notify_practice(requester, template, at=at)
    elif requester:
        await chores.notify(requester, template, at=at)
    patient = str(request["subject"]["reference"])
    if template in ("home_care_taken", "home_care_lost") and patient != requester:
        await chores.notify(patient, template, at=at)


FOLLOW = Job("follow", Nothing, follow, schedule="* * * * *")
