"""The pages."""

from __future__ import annotations

from seve.sdk import Page

from seve.solutions.shared_record.pages import entry, home, timeline, trends

_BOTH = frozenset({"patient", "professional"})
_PATIENTS = frozenset({"patient"})
_ALL = frozenset({"patient", "professional", "officer"})
PAGES = (
    Page("/", home.door, _ALL),
    Page("/{patient}", home.home, _BOTH),
    Page("/{patient}/timeline", timeline.show, _BOTH),
    Page("/{patient}/entry/{type}/{id}", entry.show, _BOTH),
    Page("/{patient}/trends", trends.show, _BOTH),
    Page("/{patient}/trends", trends.measure, _PATIENTS, method="POST"),
    Page("/{patient}/smoking", trends.note_smoking, _BOTH, method="POST"),
)
