"""How long things last and how many mistakes are free. Durations are in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A web session: how long it may lie idle, and how long it may last in all."""

    idle_seconds: int
    whole_seconds: int


_LIFETIMES = MappingProxyType(
    {
        "professional": Lifetime(20 * 60, 10 * 3_600),
        "patient": Lifetime(60 * 60, 12 * 3_600),
        "officer": Lifetime(15 * 60, 8 * 3_600),
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force. Documented in docs/reference/sign-in.md."""

    lifetimes: Mapping[str, Lifetime] = field(default_factory=lambda: _LIFETIMES)
    fresh_seconds: int = 5 * 60
    """How recent the proof must be for a change to keys, passwords and delegations."""
    ceremony_seconds: int = 5 * 60
    code_seconds: int = 60
    launch_seconds: int = 5 * 60
    access_token_seconds: int = 10 * 60
    machine_token_seconds: int = 5 * 60
    refresh_seconds: int = 30 * 86_400
    grant_seconds: int = 180 * 86_400
    help_seconds: int = 24 * 3_600
    delegation_most_seconds: int = 366 * 86_400
    free_failures: int = 4
    locked_from: int = 10
    locked_seconds: int = 15 * 60
    address_free_failures: int = 30
    address_locked_from: int = 100
    cache_seconds: float = 3.0
