"""Acts in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seve.kernel.identifiers import instant_of
from seve.kernel.texts import Language, text

if TYPE_CHECKING:
    from seve.store.audit.acts import Act

_TOLD = frozenset(
    {
        "read", "vread", "search", "history", "create", "update", "patch", "delete", "sign-in", "sign-out",
        "break-glass", "policy", "export", "decision", "purge", "abandoned", "set-back", "received", "present",
    }
)  # fmt: skip
_REASONS = frozenset(
    {"TREAT", "ETREAT", "BTG", "PATRQT", "HRESCH", "HQUALIMP", "HPAYMT", "HOPERAT", "PUBHLTH", "PATADMIN"}
)


def deed(act: Act, language: Language = "en") -> str:
    """What was done, in a few words: “read”, “searched”, an operation by its name."""
    if act.interaction in _TOLD:
        return text(f"engine.audit.deed_{act.interaction.replace('-', '_')}", {}, language)
    return text("engine.audit.deed_other", {"name": act.interaction}, language)


def reason(act: Act, language: Language = "en") -> str:
    """Why, in a few words; empty when no purpose was stated."""
    if act.purpose in _REASONS:
        return text(f"engine.audit.reason_{act.purpose.lower()}", {}, language)
    return act.purpose


def told_to_outsiders(vid: int, act: Act, language: Language = "en") -> str:
    """One line about an entry, with references only."""
    fields = {
        "when": instant_of(vid),
        "who": act.agent or act.client or "—",
        "deed": deed(act, language),
        "what": ", ".join(act.entities or act.patients) or act.query or "—",
        "why": reason(act, language) or "—",
    }
    return text("engine.audit.line", fields, language)
