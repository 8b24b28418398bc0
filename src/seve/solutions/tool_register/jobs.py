"""Work in the background: who declared a tool is told what runs out."""

from __future__ import annotations

from seve.solutions.tool_register.actions.reminding import REMIND

JOBS = (REMIND,)
