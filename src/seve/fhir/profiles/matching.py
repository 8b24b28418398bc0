"""Fixed values and patterns (FHIR R4, ElementDefinition.fixed[x] and pattern[x])."""

from __future__ import annotations

from typing import Any


def is_fixed(value: Any, fixed: Any) -> bool:
    """Whether a value is exactly the fixed one, in all its parts."""
    if isinstance(value, bool) != isinstance(fixed, bool):
        return False
    return value == fixed


def fits(value: Any, pattern: Any) -> bool:
    """Whether a value holds all that the pattern does: each member, and for each item of an array one that fits it."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(key in value and fits(value[key], part) for key, part in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(fits(item, part) for item in value) for part in pattern)
    return is_fixed(value, pattern)
