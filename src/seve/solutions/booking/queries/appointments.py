"""Appointments: of a patient, of a day, of a line of those who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime

from seve.fhir import Resource
from seve.sdk import Records

_CAME = "arrived,checked-in,fulfilled"
_MET = "arrived,triaged,in-progress,onleave,finished"


async def of_patient(records: Records, reference: str, *, since: datetime) -> tuple[Resource, ...]:
    """Those that begin later, in order; also those without a time (who wait)."""
    timed, waiting = await asyncio.gather(
        records.every("Appointment", ("patient", reference), ("date", f"ge{_said(since)}"), ("_sort", "date")),
        records.every("Appointment", ("patient", reference), ("status", "waitlist")),
    )
    return (*timed, *waiting)


async def between(records: Records, actors: Iterable[str], since: datetime, until: datetime) -> tuple[Resource, ...]:
    """Those of some actors that begin in a time, in order."""
    return await records.every(
        "Appointment",
        ("actor", ",".join(actors)),
        ("date", f"ge{_said(since)}"),
        ("date", f"lt{_said(until)}"),
        ("_sort", "date"),
    )


async def waiting_for(records: Records, actors: Iterable[str]) -> tuple[Resource, ...]:
    """Who waits for a time of some actors, first come first."""
    found = await records.every("Appointment", ("actor", ",".join(actors)), ("status", "waitlist"))
    return tuple(sorted(found, key=lambda one: (one.get("created", ""), one["id"])))


async def has_met(records: Records, patient: str, actors: Iterable[str]) -> bool:
    """Whether a patient was seen by one of these: an appointment they came to, or an encounter."""
    people = ",".join(one for one in actors if one.startswith(("PractitionerRole/", "Practitioner/")))
    if not people:
        return False
    came, met = await asyncio.gather(
        records.search("Appointment", ("patient", patient), ("actor", people), ("status", _CAME), ("_count", "1")),
        records.search("Encounter", ("patient", patient), ("participant", people), ("status", _MET), ("_count", "1")),
    )
    return bool(came.matches or met.matches)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
