"""Which elements of a resource a query touches: the structure that DuckDB reads from its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seve.fhir.path.model import Place, is_primitive

_LEAVES = {"boolean": "BOOLEAN", "integer": "BIGINT", "positiveInt": "BIGINT", "unsignedInt": "BIGINT"}
# A double, which DuckDB makes of a number on its way, keeps fifteen digits; a DECIMAL here has nine places.
_SHORT_NUMBER = r"-?[0-9]{1,6}(?:\.[0-9]{1,9})?"


_LONG_NUMBER = f"(NOT regexp_full_match({{}}, '{_SHORT_NUMBER.replace('{', '{{').replace('}', '}}')}'))"


class Touched:
    """An element and those of its children that are touched. `type` is its FHIR type.

    `needs_digits`: a decimal whose digits count as they were written, with the zeros at its end.
    """

    def __init__(self, type_name: str) -> None:
        self.type = type_name
        self.needs_digits = False
        self._children: dict[str, tuple[Touched, bool]] = {}
        self._shared: list[Touched] = []
        self._doubts: list[str] = []

    def child(self, place: Place) -> Touched:
        """Touch a child."""
        found, _ = self._children.setdefault(place.key, (Touched(place.type), place.is_list))
        return found

    def share(self, other: Touched) -> None:
        """Touch what another of the same type touches, now and later."""
        if other not in self._shared:
            self._shared.append(other)

    def doubt(self, condition: str) -> None:
        """A condition under which Python judges the document; `{}` stands in it for the element."""
        if condition not in self._doubts:
            self._doubts.append(condition)

    def type_sql(self) -> str:
        """The type that `from_json` gives the element."""
        return _type_sql(self.fields())

    def doubts(self, sql: str, depth: int = 0) -> list[str]:
        """The conditions below `sql`: those said of elements, and decimals of more digits than DuckDB reads and a DECIMAL keeps."""
        found: list[str] = []
        for key, (child, is_list) in self._children.items():
            at, item = f'({sql})."{key}"', f"n{depth}"
            if not is_list:
                found += [*child.own_doubts(at), *child.doubts(at, depth)]
            elif inner := [*child.own_doubts(item), *child.doubts(item, depth + 1)]:
                any_ = " OR ".join(f"coalesce({condition}, FALSE)" for condition in inner)
                found.append(f"(len(list_filter({at}, lambda {item}: {any_})) > 0)")
        for shared in self._shared:
            found += shared.doubts(sql, depth)
        return found

    def own_doubts(self, sql: str) -> list[str]:
        """The conditions on the element itself."""
        conditions = [*self._doubts, _LONG_NUMBER] if self.type == "decimal" else self._doubts
        return [condition.format(sql) for condition in conditions]

    def all(self) -> Iterator[tuple[str, Touched]]:
        """Every element touched, with its name."""
        for key, (child, _) in self._children.items():
            yield key, child
            yield from child.all()
        for shared in self._shared:
            yield from shared.all()

    def primitives(self) -> set[str]:
        """The names of the primitives touched."""
        return {key for key, found in self.all() if is_primitive(found.type)}

    def fields(self) -> Any:
        """The same as data: a type for a leaf, an object for what has children, an array for a list."""
        found: dict[str, Any] = {}
        for key, (child, is_list) in self._children.items():
            found[key] = [child.fields()] if is_list else child.fields()
        for shared in self._shared:
            found = _merged(found, shared.fields())
        return found or _LEAVES.get(self.type, "VARCHAR")


def _merged(one: Any, other: Any) -> Any:
    """Two structures of the same element as one: what one of them looks into is looked into."""
    if isinstance(one, list) and isinstance(other, list):
        return [_merged(one[0], other[0])]
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one if isinstance(one, dict) else other
    keys = dict.fromkeys((*one, *other))
    return {
        key: _merged(one[key], other[key]) if key in one and key in other else {**one, **other}[key] for key in keys
    }


def _type_sql(fields: Any) -> str:
    if isinstance(fields, str):
        return fields
    if isinstance(fields, list):
        return f"{_type_sql(fields[0])}[]"
    inside = ", ".join(f'"{key}" {_type_sql(inner)}' for key, inner in fields.items())
    return f"STRUCT({inside})"
