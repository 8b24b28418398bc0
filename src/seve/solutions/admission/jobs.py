"""Work in the background: who is expected is made known to the office, and papers of identity go once they are not needed."""

from __future__ import annotations

from seve.solutions.admission.actions.keeping_watch import EXPECT, FORGET

JOBS = (EXPECT, FORGET)
