"""Parameters with rules of their own: `_id`, `_list`, `_text`, `_content`, Location's `near`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from seve.fhir.search.criteria.composites import Build
from seve.fhir.search.fulltext import fulltext
from seve.fhir.search.keys import param_key, value_key
from seve.fhir.search.query import Criterion, IdMatch, ListMatch, Near, Not, Place
from seve.fhir.search.refusals import NotUsable
from seve.fhir.search.scope import Asked
from seve.fhir.search.separation import separated, unescaped

_POSITION = frozenset({"Location.position"})
_DEFAULT_METRES = 50_000.0
_METRES: Mapping[str, float] = MappingProxyType(
    {"m": 1.0, "km": 1_000.0, "cm": 0.01, "[mi_i]": 1_609.344, "mi": 1_609.344, "[ft_i]": 0.3048, "": 1_000.0}
)


def near(asked: Asked) -> Criterion:
    """`near=latitude|longitude|distance|unit`; 50 km when the distance isn't said, kilometres when the unit isn't.

    Raises WrongModifier, WrongValue, NotUsable.
    """
    if asked.subject.datatypes != _POSITION:
        raise NotUsable(parameter=asked.subject.name)
    if asked.modifier:
        raise asked.wrong_modifier()
    return Near(asked.text, asked.subject.keys, tuple(_place(asked, value) for value in asked.values))


def _place(asked: Asked, value: str) -> Place:
    pieces = [*separated(value, "|"), "", ""]
    try:
        latitude, longitude = float(pieces[0]), float(pieces[1])
        metres = float(pieces[2]) * _METRES[unescaped(pieces[3])] if pieces[2] else _DEFAULT_METRES
    except (ValueError, KeyError, IndexError) as error:
        raise asked.wrong_value(value, "latitude|longitude|distance|unit") from error
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= metres < float("inf")):
        raise asked.wrong_value(value, "latitude|longitude|distance|unit")
    return Place(latitude, longitude, metres)


def _id(asked: Asked) -> Criterion:
    if asked.modifier not in ("", "not"):
        raise asked.wrong_modifier()
    ids = tuple(unescaped(v) for v in asked.values)
    refs = tuple(value_key(f"{type_}/{id_}") for type_ in asked.scope.searched_types for id_ in ids)
    return IdMatch(asked.text, ids, refs, is_negated=asked.modifier == "not")


def _list(asked: Asked) -> Criterion:
    if asked.modifier not in ("", "not"):
        raise asked.wrong_modifier()
    ids = tuple(unescaped(value).removeprefix("List/") for value in asked.values)
    if functional := next(
        (id_ for id_ in ids if id_.startswith("$")), None
    ):  # $current-problems and the like (R4, 2.41.4)
        raise NotUsable(parameter=f"_list={functional}")
    found = ListMatch(asked.text, ids, (param_key("List", "item"),))
    return Not(found) if asked.modifier else found


def _fulltext(asked: Asked) -> Criterion:
    if asked.modifier:
        raise asked.wrong_modifier()
    return fulltext(asked.subject.code, ",".join(asked.values))


BUILDERS: Mapping[str, Build] = MappingProxyType(
    {"_id": _id, "_list": _list, "_text": _fulltext, "_content": _fulltext}
)
"""By parameter code."""
