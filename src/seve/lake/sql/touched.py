"""Which elements of a resource a query touches: the structure that DuckDB reads from its JSON."""

from __future__ import annotations

import json
from typing import Any

from seve.fhir.path.model import Place, is_primitive

_LEAVES = {"boolean": "BOOLEAN", "integer": "BIGINT", "positiveInt": "BIGINT", "unsignedInt": "BIGINT"}
# A double, which DuckDB makes of a number on its way, keeps fifteen digits; a DECIMAL here has nine places.
_SHORT_NUMBER = r"-?[0-9]{1,6}(?:\.[0-9]{1,9})?"


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
        return json.dumps(self.fields())

    def long_numbers(self, sql: str, depth: int = 0) -> list[str]:
        """Conditions that a decimal touched below `sql` has more digits than DuckDB reads and a DECIMAL keeps."""
        found: list[str] = []
        for key, (child, is_list) in self._children.items():
            at, item = f'({sql})."{key}"', f"n{depth}"
            if child.type == "decimal" and not is_list:
                found.append(f"(NOT regexp_full_match({at}, '{_SHORT_NUMBER}'))")
            elif not is_list:
                found += child.long_numbers(at, depth)
            elif inner := child.long_numbers(item, depth + 1):
                any_ = " OR ".join(f"coalesce({condition}, FALSE)" for condition in inner)
                found.append(f"(len(list_filter({at}, lambda {item}: {any_})) > 0)")
        return found

    def primitives(self) -> set[str]:
        """The names of the primitives touched."""
        own = {key for key, (found, _) in self._children.items() if is_primitive(found.type)}
        return own.union(*(found.primitives() for found, _ in self._children.values()))

    def fields(self) -> Any:
        """The same as data: a type for a leaf, an object for what has children, an array for a list."""
        if not self._children:
            return _LEAVES.get(self.type, "VARCHAR")
        found = {key: (child.fields(), is_list) for key, (child, is_list) in self._children.items()}
        return {key: [inner] if is_list else inner for key, (inner, is_list) in found.items()}
