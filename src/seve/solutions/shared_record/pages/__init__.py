"""The pages."""

from __future__ import annotations

from seve.sdk import Page

from seve.solutions.shared_record.pages import home, timeline

_BOTH = frozenset({"patient", "professional"})
_ALL = frozenset({"patient", "professional", "officer"})
PAGES = (
    Page("/", home.door, _ALL),
    Page("/{patient}", home.home, _BOTH),
    Page("/{patient}/timeline", timeline.show, _BOTH),
)
