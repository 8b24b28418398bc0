"""Writing a request, asking for it, and withdrawing it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from seve.fhir import Resource
from seve.fhir.asks import deadline
from seve.france.documents import inspect
from seve.sdk import Sent, Visit
from seve.solutions.home_care.actions.refusals import Nobody, NotNow
from seve.solutions.home_care.model import asking, needs
from seve.solutions.home_care.model.asking import Way, Whom
from seve.solutions.home_care.model.needs import Need
from seve.solutions.home_care.queries import requests
from seve.solutions.home_care.queries.nearest import nearest

_MOST_BYTES: Final = 3 * 2**20
_ACCEPTED: Final = frozenset(("pdf", "jpeg", "png"))


async def write(visit: Visit, need: Need, *, patient: str, sent: Sent | None) -> Resource:
    """A request; the patient's side proposes, who cares orders. Raises DocumentRefused, NotAsked, Forbidden."""
    paper = None
    if sent is not None and sent.data:
        kind = inspect(
            sent.data, declared_type=sent.content_type, name=sent.name, limit_bytes=_MOST_BYTES, accepted=_ACCEPTED
        )
        data = b64encode(sent.data).decode()
        paper = needs.paper(content_type=kind.media_type, data=data, name=sent.name, now=visit.now)
    intent = "proposal" if visit.visitor.role == "patient" else "order"
    made = needs.request(
        need, patient=patient, requester=visit.visitor.acts_as, intent=intent, now=visit.now, paper=paper
    )
    return await visit.asks.keep(made)


async def ask(visit: Visit, request: Resource, roles: Sequence[str], *, way: Way, hours: int) -> Resource:
    """Asks these, nearest first. Raises Nobody, NotNow, Changed."""
    held = (await requests.tasks_of(visit.records, [request["id"]]))[request["id"]]
    if request["status"] != "active" or "performer" in request or any(map(asking.is_live, held)):
        raise NotNow
    known = await nearest(visit, needs.need_of(request))
    chosen = [Whom(one.role, one.name, one.km) for one in known if one.role in roles]
    if not chosen or len(chosen) != len(set(roles)):
        raise Nobody(expression="who")
    made = asking.tasks(request, chosen, way=way, hours=hours, requester=visit.visitor.acts_as, now=visit.now)
    kept = await visit.asks.keep(asking.with_told(request, ""), made)
    for task in made:
        if until := deadline(task):
            await visit.doors.notify_practice(task["owner"]["reference"], "home_care_asked", at=until)
    return kept


async def withdraw(visit: Visit, request: Resource) -> Resource:
    """The request is over, and whoever is asked is asked no more. Raises NotNow, Changed."""
    if request["status"] != "active" or "performer" in request:
        raise NotNow
    held = (await requests.tasks_of(visit.records, [request["id"]]))[request["id"]]
    over = [{**one, "status": "cancelled", "lastModified": _now(visit)} for one in held if asking.is_live(one)]
    return await visit.asks.keep({**request, "status": "revoked"}, over)


def _now(visit: Visit) -> str:
    return visit.now.isoformat(timespec="seconds")
