"""The register of functions: a name, how many arguments it takes, and what it does with a Call.

A module of functions registers its own when imported; `seve.fhir.path.functions` imports those of the standard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from seve.fhir.path.evaluation import Call
from seve.fhir.path.values import Items

Implementation: TypeAlias = Callable[[Call], Items]
FUNCTIONS: dict[str, Function] = {}


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language. `minimum` and `maximum` count its arguments."""

    name: str
    implementation: Implementation
    minimum: int
    maximum: int


def function(name: str, arguments: int | tuple[int, int] = 0) -> Callable[[Implementation], Implementation]:
    """Register the decorated implementation under `name`, taking that many arguments, or from so many to so many."""
    minimum, maximum = arguments if isinstance(arguments, tuple) else (arguments, arguments)

    def register(implementation: Implementation) -> Implementation:
        FUNCTIONS[name] = Function(name, implementation, minimum, maximum)
        return implementation

    return register
