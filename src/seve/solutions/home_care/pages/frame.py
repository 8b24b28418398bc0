"""What pages share: words, moments, and requests as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seve.fhir import Resource
from seve.sdk import Visit, wording
from seve.solutions.home_care.model import asking, needs
from seve.solutions.home_care.model.asking import Standing

PACKAGE = "solutions/home_care"
_DONE = frozenset({"written", "asked", "withdrawn", "taken", "declined", "done"})


@dataclass(frozen=True, slots=True)
class Line:
    """A request in a list: whose ("" when the visitor may not know any more), what for, and how it stands."""

    id: str
    who: str
    kind: str
    city: str
    first_by: str
    standing: Standing
    starts: str


def line(visit: Visit, request: Resource, tasks: Sequence[Resource], names: Mapping[str, str]) -> Line:
    """One request."""
    wanted, start = needs.need_of(request), asking.starts(tasks)
    return Line(
        id=request["id"],
        who=names.get(request["subject"]["reference"], ""),
        kind=wanted.kind,
        city=wanted.city,
        first_by=when(visit, wanted.first_by),
        standing=asking.standing(request, tasks),
        starts=when(visit, start) if start else "",
    )


def when(visit: Visit, moment: datetime) -> str:
    """A day with its hour."""
    return wording.both(moment, visit.language)


def written(address: Mapping[str, Any]) -> str:
    """An address on one line."""
    town = f"{address.get('postalCode', '')} {address.get('city', '')}".strip()
    return ", ".join(filter(None, (*address.get("line", ()), town)))


def far(visit: Visit, km: float | None) -> str:
    """“à 3 km”, "" when nobody knows."""
    return "" if km is None else say(visit, "ask.km", km=max(round(km), 1))


def say(visit: Visit, key: str, **fields: object) -> str:
    """A sentence of this package."""
    return visit.say(f"{PACKAGE}.{key}", **fields)


def done(visit: Visit) -> str:
    """A word of success after what was done."""
    said = visit.query.get("done", "")
    return say(visit, f"done.{said}") if said in _DONE else ""


def moment(said: str) -> datetime | None:
    """An instant as forms carry it; None for what is none."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None and 2000 <= found.year <= 2199 else None
