"""The operations there are: what the modules of this package list in `OPERATIONS`."""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from seve.engine.requests import Answer, Request
from seve.fhir import Resource

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.store.grant import Grant


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation: where (`type` and `id` are "" at higher levels), and the parameters by name, each a list of values.

    A value is a resource, a datatype, a primitive, or for a parameter with parts a mapping like this one.
    """

    engine: Engine
    grant: Grant
    request: Request
    type: str
    id: str
    parameters: Mapping[str, list[Any]]

    def one(self, name: str, default: Any = None) -> Any:
        """The value of a parameter that has at most one."""
        values = self.parameters.get(name)
        return values[0] if values else default


Outcome: TypeAlias = Answer | Resource
Run: TypeAlias = Callable[[Call], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation by the canonical url of its OperationDefinition, which says its name, levels and parameters.

    `takes_search`: search parameters may stand beside its own (`$lastn`).
    """

    definition: str
    run: Run
    takes_search: bool = False


@cache
def operations() -> Mapping[str, Operation]:
    """All operations by the canonical url of their definition."""
    found = dict[str, Operation]()
    package = import_module("seve.engine.operations")
    for module in pkgutil.iter_modules(package.__path__):
        content = import_module(f"{package.__name__}.{module.name}")
        for operation in getattr(content, "OPERATIONS", ()):
            found[operation.definition] = operation
    return found
