"""Keeping which records a professional opened, once an hour at most."""

from __future__ import annotations

from datetime import datetime

from seve.kernel.refusals import Refusal
from seve.sdk import Changed, Records
from seve.solutions.shared_record.model.openings import opened
from seve.solutions.shared_record.queries import openings

_HOUR = len("2026-01-01T08")
_FORBIDDEN = 403


async def keep_opening(records: Records, patient_id: str, *, by: str, now: datetime) -> None:
    """Notes it. A profession that may keep no lists opens records all the same; so does who opens one twice at once."""
    at = now.isoformat(timespec="seconds")
    known = await openings.opening_of(records, patient_id, by)
    if known and known.get("date", "")[:_HOUR] == at[:_HOUR]:
        return
    try:
        if known:
            await records.update({**known, "date": at})
        else:
            await records.create(opened(patient_id, by=by, at=at))
    except Changed:
        return
    except Refusal as refusal:
        if refusal.status != _FORBIDDEN:
            raise
