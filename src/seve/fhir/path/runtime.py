"""What generated code calls: the same answers as the general engine, on bare JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from seve.fhir.narrative import is_narrative
from seve.fhir.path.equality import distinct, equal_values
from seve.fhir.path.equality import order as order_of
from seve.fhir.path.functions.keys import reference_key, resource_key
from seve.fhir.path.functions.references import local_resource
from seve.fhir.path.model import is_subtype
from seve.fhir.path.values import Node, system

_MOMENTS = ("dateTime", "dateTime")
# No leap day, no leap second, no year near the ends of the calendar: nothing that needs more than a look.
_USUAL_MOMENT = re.compile(
    r"(?:19|20)[0-9]{2}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{3})?(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
)

DEFER = object()
"""What generated code answers when the input needs the general engine."""


def present(values: Any) -> Any:
    """The values of a list of primitives that aren't null."""
    if not values:
        return ()
    return [value for value in values if value is not None] if None in values else values


def pick(parent: Any, keys: Iterable[str]) -> Any:
    """The value of a choice."""
    for key in keys:
        if key in parent:
            return parent[key]
    return None


def each(parents: Iterable[Any], key: str) -> list[Any]:
    """A single element of many parents."""
    return [value for parent in parents if (value := parent.get(key)) is not None]


def each_list(parents: Iterable[Any], key: str) -> list[Any]:
    """A list element of many parents."""
    return [value for parent in parents for value in parent.get(key, ()) if value is not None]


def each_choice(parents: Iterable[Any], keys: Iterable[str]) -> list[Any]:
    """A choice element of many parents."""
    return [value for parent in parents if (value := pick(parent, keys)) is not None]


def any_has(parents: Iterable[Any], keys: frozenset[str]) -> bool:
    """Whether any parent has one of the keys."""
    return any(not keys.isdisjoint(parent) for parent in parents)


def tally(parent: Any, key: str, sibling: str) -> int:
    """How many items a list of primitives has, those without a value included."""
    values, extras = parent.get(key) or (), parent.get(sibling) or ()
    return max(len(values), len(extras))


def tally_all(parents: Iterable[Any], key: str, sibling: str) -> int:
    """The same over many parents."""
    return sum(tally(parent, key, sibling) for parent in parents)


def children_count(value: Any, sibling: Any) -> int:
    """How many children an element has."""
    parent = value if type(value) is dict else sibling
    if type(parent) is not dict:
        return 0
    total = 0
    for key, found in parent.items():
        if key == "resourceType" or (key[0] == "_" and key[1:] in parent):
            continue
        total += len(found) if type(found) is list else 1
    return total


def wrapped(values: Iterable[Any], type_name: str) -> list[Node]:
    """Bare values as nodes of one type."""
    return [Node(value, type_name) for value in values]


def unique(values: Sequence[Any], type_name: str) -> list[Any]:
    """The values without those equal to an earlier one."""
    if len(values) < 2:
        return list(values)
    return [node.value for node in distinct(wrapped(values, type_name))]


def unique_of(parts: Sequence[tuple[Iterable[Any], str]]) -> list[Any]:
    """The union of collections of different types."""
    nodes = [node for values, type_name in parts for node in wrapped(values, type_name)]
    return [node.value for node in (distinct(nodes) if len(nodes) > 1 else nodes)]


def equals(left: Any, right: Any) -> bool | None:
    """Equality of two values of the same kind of primitive, None when one is missing."""
    return None if left is None or right is None else left == right


def differs(left: Any, right: Any) -> bool | None:
    """The opposite of equality."""
    return None if left is None or right is None else left != right


def equals_only(values: Sequence[Any], other: Any) -> bool | None:
    """Equality of a collection with one value."""
    if not values or other is None:
        return None
    return len(values) == 1 and values[0] == other


def same_moment(left: Any, right: Any, *, types: tuple[str, str]) -> bool | None:
    """Equality of dates and quantities."""
    if left is None or right is None:
        return None
    return equal_values(_system(left, types[0]), _system(right, types[1]))


def compared(left: Any, right: Any, types: tuple[str, str], test: Callable[[int], bool]) -> bool | None:
    """An ordering of two values, None when one is missing or precision doesn't tell."""
    if left is None or right is None:
        return None
    found = _order_as_written(left, right) if types == _MOMENTS else None
    if found is None:
        found = order_of(_system(left, types[0]), _system(right, types[1]))
    return None if found is None else test(found)


def _order_as_written(left: str, right: str) -> int | None:
    """The order of usual moments of one form and zone, which is that of their texts; None for others."""
    if len(left) != len(right):
        return None
    one, other = _USUAL_MOMENT.fullmatch(left), _USUAL_MOMENT.fullmatch(right)
    if one is None or other is None or one[1] != other[1]:
        return None
    return (left > right) - (left < right)


def _system(value: Any, type_name: str) -> Any:
    return system(Node(value, type_name)) if type_name else value


def negated(value: bool | None) -> bool | None:
    """Three-valued not."""
    return None if value is None else not value


def both(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued and."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued or."""
    if left or right:
        return True
    return None if left is None or right is None else False


def exactly_one(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued xor."""
    return None if left is None or right is None else left is not right


def within(value: Any, values: frozenset[Any]) -> bool | None:
    """Membership, None when the value is missing."""
    return None if value is None else value in values


def tested(value: Any, test: Callable[[Any], bool]) -> bool | None:
    """A test of a value, None when it's missing."""
    return None if value is None else test(value)


def are_distinct(values: Sequence[Any]) -> bool:
    """Whether texts are all different."""
    return len(values) < 2 or len(set(values)) == len(values)


def with_url(extensions: Iterable[Any] | None, url: str) -> list[Any]:
    """The extensions of one URL."""
    return [extension for extension in extensions or () if extension.get("url") == url]


def refers_to(reference: Any, type_name: str, resource: Any) -> bool | None:
    """`resolve() is T` for a Reference, as the default Context answers it."""
    found = local_resource(reference, resource)
    return None if found is None else is_subtype(found["resourceType"], type_name)


def joined(values: Iterable[Any], separator: str) -> str | None:
    """The texts in one, None when there are none."""
    found = list(values)
    return separator.join(found) if found else None


def reference_keys(references: Iterable[Any], expected: str | None) -> list[str]:
    """The keys of what References point to."""
    return [key for reference in references if (key := reference_key(reference, expected)) is not None]


RUNTIME: Mapping[str, Any] = {
    function.__name__: function
    for function in (
        present, pick, each, each_list, each_choice, any_has, tally, tally_all, children_count, unique, unique_of, equals,
        differs, equals_only, same_moment, compared, negated, both, either, exactly_one, within, tested, are_distinct,
        with_url, refers_to, is_narrative, joined, resource_key, reference_key, reference_keys,
    )
} | {"DEFER": DEFER, "E": {}}  # fmt: skip
