"""How large a search may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one search; what goes beyond is refused. `branches` bounds the types that untyped chains fan out to."""

    parameters: int = 200
    alternatives: int = 1_000
    value_length: int = 8_192
    chain_depth: int = 8
    branches: int = 2_000
    includes: int = 50
