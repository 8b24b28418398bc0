"""Pieces of generated Python: what stands for a collection, a condition or a number in the code being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seve.fhir.path.model import Place, is_primitive, places

TEXTS = frozenset(
    (
        "string",
        "code",
        "uri",
        "url",
        "canonical",
        "id",
        "markdown",
        "oid",
        "uuid",
        "base64Binary",
        "xhtml",
        "System.String",
    )
)
WHOLE_NUMBERS = frozenset(("integer", "positiveInt", "unsignedInt"))
KEY_SETS: dict[str, frozenset[str]] = {}
_NAMES_OF_KEY_SETS: dict[frozenset[str], str] = {}


class Unsupported(Exception):  # noqa: N818 - not an error: the general engine takes over
    """The expression is outside the subset that code is generated for."""


@dataclass(frozen=True, slots=True)
class Values:
    """A collection of elements.

    `text` is an expression: a value or None when `is_one`, otherwise an iterable of values. `exists` and `count` are
    expressions too; `is_root` marks the input itself, which is never None unless it is a primitive.
    """

    text: str
    types: frozenset[str]
    is_one: bool
    exists: str
    count: str
    is_root: bool = False

    @property
    def parent(self) -> str:
        """The value as a dict that can be asked for keys; of a primitive, its sibling."""
        if self.has_primitives:
            return "(S or E)"
        return self.text if self.is_root else f"({self.text} or E)"

    @property
    def has_primitives(self) -> bool:
        """Whether some of the values may be primitives."""
        return any(is_primitive(type_name) for type_name in self.types)

    @property
    def each(self) -> str:
        """The values as an iterable."""
        if not self.is_one:
            return self.text
        return f"({self.text},)" if self.is_root else f"[v for v in ({self.text},) if v is not None]"

    @property
    def only_type(self) -> str:
        """The one type that the values have. Raises Unsupported."""
        if len(self.types) != 1:
            raise Unsupported
        return next(iter(self.types))


@dataclass(frozen=True, slots=True)
class Condition:
    """A Boolean. `truth` is a Python condition, true only for true; `three` gives True, False or None."""

    truth: str
    three: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Number:
    """An Integer that is always there, such as a count."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: `name` is what the code calls it."""

    name: str
    value: object


NEVER = Values("()", frozenset(), is_one=False, exists="False", count="0")


def certain(text: str) -> Condition:
    """A condition that is never empty."""
    return Condition(text, text, is_certain=True)


def uncertain(three: str) -> Condition:
    """A condition that may be empty."""
    return Condition(f"({three} is True)", three, is_certain=False)


def element(source: Values, name: str) -> Values:
    """The element `name` of a collection. Raises Unsupported."""
    found = _common_places(source.types, name)
    return located(source, found)


def located(source: Values, found: Sequence[Place]) -> Values:
    """What stands at `found` in each value of a collection. Raises Unsupported."""
    if not found or not source.types:
        return NEVER
    if source.has_primitives and source.text != "V":
        raise Unsupported  # the siblings of primitives are at hand for the input only
    types = frozenset(place.type for place in found)
    if found[0].is_list:
        return _list(source, found[0], types) if len(found) == 1 else _unsupported()
    return _one(source, found, types) if source.is_one else _one_of_each(source, found, types)


def _unsupported() -> Values:
    raise Unsupported


def _common_places(types: frozenset[str], name: str) -> list[Place]:
    by_key: dict[str, Place] = {}
    for type_name in types:
        # A resource in a resource is of any type; what they all share, and `contained`, is known all the same.
        holder = "DomainResource" if type_name == "Resource" and name in {"contained", "text"} else type_name
        for place in places(holder).get(name, ()):
            if by_key.setdefault(place.key, place).is_list != place.is_list:
                raise Unsupported
    if not by_key:
        raise Unsupported
    return list(by_key.values())


def _keys(found: Sequence[Place]) -> list[str]:
    keys = [place.key for place in found]
    return keys + [place.sibling for place in found if is_primitive(place.type)]


def _list(source: Values, place: Place, types: frozenset[str]) -> Values:
    has_siblings = is_primitive(place.type)
    if source.is_one:
        text = f"({source.parent}.get({place.key!r}) or ())"
        text = f"present({source.parent}.get({place.key!r}))" if has_siblings else text
        count = f"tally({source.parent}, {place.key!r}, {place.sibling!r})" if has_siblings else f"len{text}"
    else:
        text = f"each_list({source.text}, {place.key!r})"
        count = f"tally_all({source.text}, {place.key!r}, {place.sibling!r})" if has_siblings else f"len({text})"
    return Values(text, types, is_one=False, exists=_exists(source, _keys([place])), count=count)


def _one(source: Values, found: Sequence[Place], types: frozenset[str]) -> Values:
    keys = tuple(place.key for place in found)
    text = f"{source.parent}.get({keys[0]!r})" if len(keys) == 1 else f"pick({source.parent}, {keys!r})"
    exists = _exists(source, _keys(found))
    return Values(text, types, is_one=True, exists=exists, count=f"int({exists})")


def _one_of_each(source: Values, found: Sequence[Place], types: frozenset[str]) -> Values:
    keys = tuple(place.key for place in found)
    text = f"each({source.text}, {keys[0]!r})" if len(keys) == 1 else f"each_choice({source.text}, {keys!r})"
    is_plain = not any(is_primitive(place.type) for place in found)
    return Values(
        text,
        types,
        is_one=False,
        exists=_exists(source, _keys(found)),
        count=f"len({text})" if is_plain else "",
    )


def _exists(source: Values, keys: list[str]) -> str:
    if not source.is_one:
        return f"any_has({source.text}, {_key_set(keys)})"
    if len(keys) == 1:
        return f"({keys[0]!r} in {source.parent})"
    if source.is_root and len(keys) == 2:
        return f"({keys[0]!r} in {source.text} or {keys[1]!r} in {source.text})"
    return f"(not {_key_set(keys)}.isdisjoint({source.parent}))"


def _key_set(keys: list[str]) -> str:
    """The name of a set of keys. They come from R4's definitions, so that there's an end to them."""
    found = frozenset(keys)
    name = _NAMES_OF_KEY_SETS.setdefault(found, f"K{len(_NAMES_OF_KEY_SETS)}")
    KEY_SETS[name] = found
    return name
