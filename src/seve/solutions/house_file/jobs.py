"""What the rule hears of: documents that are kept, by pages and by the API alike, and records that open."""

from __future__ import annotations

from seve.sdk import Event
from seve.solutions.house_file.actions import carry_out, opened

EVENTS = (Event("DocumentReference", carry_out), Event("Consent", opened))
