"""Which elements of a resource a query touches: the structure that DuckDB reads from its JSON."""

from __future__ import annotations

import json
from typing import Any

from seve.fhir.path.model import Place, is_primitive

_LEAVES = {"boolean": "BOOLEAN", "integer": "BIGINT", "positiveInt": "BIGINT", "unsignedInt": "BIGINT"}


class Touched:
    """An element and those of its children that are touched. `type` is its FHIR type."""

    def __init__(self, type_name: str) -> None:
        self.type = type_name
        self._children: dict[str, tuple[Touched, bool]] = {}

    def child(self, place: Place) -> Touched:
        """Touch a child."""
        found, _ = self._children.setdefault(place.key, (Touched(place.type), place.is_list))
        return found

    def structure(self) -> str:
        """The structure of the root as `from_json` takes it."""
        return json.dumps(self._structure())

    def types(self) -> set[str]:
        """The FHIR types of everything touched."""
        return {self.type}.union(*(found.types() for found, _ in self._children.values()))

    def primitives(self) -> set[str]:
        """The names of the primitives touched."""
        own = {key for key, (found, _) in self._children.items() if is_primitive(found.type)}
        return own.union(*(found.primitives() for found, _ in self._children.values()))

    def _structure(self) -> Any:
        if not self._children:
            return _LEAVES.get(self.type, "VARCHAR")
        found = {key: (child._structure(), is_list) for key, (child, is_list) in self._children.items()}
        return {key: [inner] if is_list else inner for key, (inner, is_list) in found.items()}
