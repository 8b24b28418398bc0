"""Types, elements and their rules as frozen data, read from StructureDefinition snapshots (FHIR R4, ElementDefinition)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["resource", "complex-type", "primitive-type", "backbone"]
Strength: TypeAlias = Literal["required", "extensible", "preferred", "example"]


@dataclass(frozen=True, slots=True)
class TypeRef:
    """One allowed type of an element: its code, profiles on it, and target profiles for Reference and canonical."""

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """A value set and how strongly it binds."""

    strength: Strength
    value_set: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """An invariant: `expression` is FHIRPath, true when the element obeys. `source` is the URL of the type that states it."""

    key: str
    severity: Literal["error", "warning"]
    human: str
    expression: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a type. `keys` maps each JSON key it may stand under to the name of the type found there.

    `value[x]` gives `{"valueQuantity": "Quantity", …}`; `component` gives `{"component": "Observation.component"}`;
    an element defined by contentReference gives the type name it refers to. `max` is None for `*`.
    """

    name: str
    path: str
    min: int
    max: int | None
    types: tuple[TypeRef, ...]
    keys: Mapping[str, str]
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    is_summary: bool = False
    is_modifier: bool = False
    is_xml_attribute: bool = False

    @property
    def is_list(self) -> bool:
        """Whether JSON shows the element as an array."""
        return self.max is None or self.max > 1

    @property
    def is_choice(self) -> bool:
        """Whether the element is a `[x]`."""
        return self.path.endswith("[x]")


@dataclass(frozen=True, slots=True)
class TypeSchema:
    """A type: a resource, datatype, primitive, or a backbone named by its path (`Observation.component`).

    `elements` holds every element, the inherited ones first, by name without `[x]`. For a primitive it is empty;
    `regex` then bounds the text of its value. `constraints` are those on the type itself.
    """

    name: str
    kind: Kind
    base: str
    url: str
    is_abstract: bool
    elements: Mapping[str, Element]
    constraints: tuple[Constraint, ...] = ()
    regex: str = ""
