"""Work in the background: answers that do not come, who is next, and what who asked must know."""

from __future__ import annotations

from seve.solutions.home_care.actions.following import FOLLOW

JOBS = (FOLLOW,)
