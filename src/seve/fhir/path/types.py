"""Type specifiers: `is`, `as`, `ofType` and `type()` (FHIRPath N1, 6.3; FHIR R4, 2.9.0)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seve.fhir.definitions import core
from seve.fhir.path.errors import UnknownNameError
from seve.fhir.path.model import SYSTEM_STRING, SYSTEM_TYPES, is_given, is_known, is_subtype
from seve.fhir.path.values import Item, Node, TypeInfo, system_name

# An `id` or `Extension.url` is System.String by its definition, and has a FHIR type by its description.
_NAMES_OF_SYSTEM_STRINGS = frozenset(("String", "string", "id", "uri"))


@dataclass(frozen=True, slots=True)
class TypeSpecifier:
    """A type by name, in the FHIR namespace, in System, or in whichever knows it when it was written without one."""

    name: str
    in_fhir: bool
    in_system: bool

    def matches(self, item: Item) -> bool:
        """Whether an item is of this type or of one that descends from it: `is`."""
        if type(item) is Node:
            return self._matches_node(item, is_subtype)
        return self._matches_value(item)

    def gives(self, item: Item) -> bool:
        """Whether `as` and `ofType` give an item."""
        if type(item) is Node:
            return self._matches_node(item, is_given)
        return self._matches_value(item)

    def _matches_value(self, value: Item) -> bool:
        return self.in_system and (system_name(value) == self.name or self.name == "Any")

    def _matches_node(self, node: Node, is_of: Callable[[str, str], bool]) -> bool:
        if node.type == SYSTEM_STRING:
            return self.name in _NAMES_OF_SYSTEM_STRINGS
        if node.type:
            return self.in_fhir and is_of(node.type, self.name)
        # A node that the data model doesn't know is what its JSON says.
        return self.in_system and system_name(node.value) == self.name


def type_specifier(name: str) -> TypeSpecifier:
    """The specifier for a name as written (`Patient`, `FHIR.Patient`, `System.String`). Raises UnknownNameError.

    A type of FHIR's that was looked for in System (`System.Patient`) is one that nothing is of.
    """
    namespace, _, local = name.rpartition(".")
    found = TypeSpecifier(
        local,
        in_fhir=namespace in {"", "FHIR"} and is_known(local),
        in_system=namespace in {"", "System"} and local in SYSTEM_TYPES,
    )
    if not found.in_fhir and not found.in_system and not (namespace == "System" and is_known(local)):
        raise UnknownNameError(kind="type", name=name)
    return found


def type_info(item: Item) -> TypeInfo:
    """What `type()` says of an item."""
    if type(item) is not Node:
        return TypeInfo("System", system_name(item), "System.Any")
    schema = core().type(item.type)
    if schema is None:
        return TypeInfo("System", system_name(item.value) or "Any", "System.Any")
    return TypeInfo("FHIR", item.type, f"FHIR.{schema.base}" if schema.base else "")
