"""Making and withdrawing the link of a calendar."""

from __future__ import annotations

from datetime import datetime, timedelta

from seve.fhir import Resource
from seve.fhir.extensions import simple
from seve.sdk import Visit
from seve.solutions.booking.queries.feeds import CODE, SYSTEM

PURPOSE = "feed"
INITIALS = "calendar-initials"
_LASTS = timedelta(days=400)
"""A link that nobody withdraws ends all the same."""


async def make(visit: Visit, patient: str) -> Resource:
    """A link of a patient's."""
    return await visit.records.create(
        {
            "resourceType": "Communication",
            "status": "in-progress",
            "category": [{"coding": [{"system": SYSTEM, "code": CODE}]}],
            "subject": {"reference": patient},
            "sent": visit.now.isoformat(timespec="seconds"),
        }
    )


async def make_for_practice(visit: Visit, *, has_initials: bool) -> Resource:
    """A link of whom the visitor acts for. Whose time it is stands in the link; who comes, as initials at most."""
    made: Resource = {
        "resourceType": "Communication",
        "status": "in-progress",
        "category": [{"coding": [{"system": SYSTEM, "code": CODE}]}],
        "sender": {"reference": visit.visitor.acts_as},
        "sent": visit.now.isoformat(timespec="seconds"),
    }
    if has_initials:
        made["extension"] = [simple(INITIALS, "Boolean", said=True)]
    return await visit.records.create(made)


async def withdraw(visit: Visit, found: Resource) -> Resource:
    """It leads nowhere any more. Raises Changed."""
    return await visit.records.update({**found, "status": "stopped"})


def link(visit: Visit, found: Resource) -> str:
    """The same each time: it is made of the Communication, and ends with it."""
    until = datetime.fromisoformat(found["sent"]) + _LASTS
    return visit.doors.links.sign(PURPOSE, f"Communication/{found['id']}", until=until)
