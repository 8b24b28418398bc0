"""A view as data: what a ViewDefinition says, parsed and typed (SQL on FHIR v2, ViewDefinition)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from seve.fhir.path import Compiled

Iteration: TypeAlias = Literal["forEach", "forEachOrNull", "repeat"]
Kind: TypeAlias = Literal["text", "integer", "decimal", "boolean", "complex"]
"""What the values of a column are in memory: str, int, Decimal, bool, or the JSON of a complex element."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `type` is a FHIR type, stated or inferred; `is_assumed` says that neither told it, so that values become text.

    `tags` are the definition's own, such as `ansi/type`; `place` is where the definition has the column.
    """

    name: str
    path: str
    type: str
    kind: Kind
    is_collection: bool = False
    is_assumed: bool = False
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    place: str = ""
    expression: Compiled | None = field(default=None, repr=False, compare=False)

    @property
    def compiled(self) -> Compiled:
        """The path, compiled."""
        assert self.expression is not None
        return self.expression


@dataclass(frozen=True, slots=True)
class Select:
    """A selection structure: what it iterates over, and what stands beside each other in its rows.

    `focus` is the FHIR type of what its paths are evaluated on, None when it can't be told. `paths` holds one expression for
    `forEach` and `forEachOrNull`, one or more for `repeat`, none without iteration.
    """

    columns: tuple[Column, ...]
    selects: tuple[Select, ...]
    union: tuple[Select, ...]
    iteration: Iteration | None
    paths: tuple[Compiled, ...]
    focus: str | None
    place: str

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Its columns in the order of the output: its own, those of nested selects, those of the union."""
        found = list(self.columns)
        for select in self.selects:
            found += select.all_columns
        return (*found, *(self.union[0].all_columns if self.union else ()))


@dataclass(frozen=True, slots=True)
class View:
    """A ViewDefinition, checked. `constants` are FHIRPath values by name; `definition` is the JSON it was made from."""

    name: str
    resource: str
    selects: tuple[Select, ...]
    where: tuple[Compiled, ...]
    constants: Mapping[str, Any]
    definition: Mapping[str, Any]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the output."""
        return tuple(column for select in self.selects for column in select.all_columns)
