"""Work in the background: reminders, the waiting list, and who has to be told that their professional left."""

from __future__ import annotations

from seve.solutions.booking.actions.freeing import REFILL
from seve.solutions.booking.actions.reminding import REMIND
from seve.solutions.booking.actions.stranding import TELL

JOBS = (REMIND, REFILL, TELL)
