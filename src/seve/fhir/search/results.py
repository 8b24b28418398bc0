"""Parameters that shape the answer: `_sort`, `_count`, `_total`, `_summary`, `_elements`, `_include`, `_contained` … (R4, 3.1.1.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from seve.fhir.search.parameters import SearchParameter
from seve.fhir.search.query import Include, Sort, SortKind
from seve.fhir.search.refusals import Contradiction, NotSortable, TooLarge, UnknownInclude, WrongModifier, WrongValue
from seve.fhir.search.scope import Scope, subject

SHAPING = frozenset({"_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude", "_contained"})
IGNORED = frozenset({"_format", "_pretty"})
_CHOICES = {
    "_total": ("total", ("none", "estimate", "accurate")),
    "_summary": ("summary", ("true", "text", "data", "count", "false")),
}
_PLAIN_PATH = re.compile(r"[A-Z][A-Za-z]*\.([a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)*)")
_IS_PATIENT = ".where(resolve() is Patient)"
_SORTED_TYPES = frozenset({"string", "date", "number", "quantity", "uri", "token"})
_WITH_DISPLAY = frozenset({"CodeableConcept", "Coding", "Identifier"})
_OWN_ORDERS: dict[str, SortKind] = {"_id": "id", "_lastUpdated": "last_updated"}


def _check_contained(value: str) -> None:
    """Contained resources are found through what contains them, by chains alone; asking for more must not look answered."""
    if value != "false":
        raise WrongValue(parameter="_contained", value=value, expected="false")


class Shape:
    """The shaping parameters of one search as they come: fields of the Query by name."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._seen: dict[str, str] = {}
        self.fields: dict[str, Any] = {}
        self.includes: list[Include] = []
        self.revincludes: list[Include] = []

    def add(self, name: str, value: str) -> None:
        """Take one shaping parameter. Raises SearchRefusal."""
        code, _, modifier = name.partition(":")
        if code in ("_include", "_revinclude"):
            self._include(name, value)
            return
        if modifier:
            raise WrongModifier(parameter=code, modifier=modifier, type="special")
        if self._seen.setdefault(code, value) != value:
            raise Contradiction(parameter=code, value=value)
        self._set(code, value)

    def _set(self, code: str, value: str) -> None:
        if code == "_contained":
            _check_contained(value)
        elif code in _CHOICES:
            field, choices = _CHOICES[code]
            if value not in choices:
                raise WrongValue(parameter=code, value=value, expected=", ".join(choices))
            self.fields[field] = value
        elif code == "_count":
            self.fields["count"] = _count(value)
        elif code == "_elements":
            self.fields["elements"] = tuple(_elements(value))
        else:
            self.fields["sort"] = tuple(_sorts(value, self._scope))

    def _include(self, name: str, value: str) -> None:
        found = includes(name, value, scope=self._scope)
        kept = self.includes if name.startswith("_include") else self.revincludes
        kept.extend(i for i in found if i not in kept)
        limit = self._scope.limits.includes
        if len({i.text for i in (*self.includes, *self.revincludes)}) > limit:
            raise TooLarge(parameter=name, limit=limit, what="includes")


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise WrongValue(parameter="_count", value=value, expected="0, 1, 2 …")
    return int(value)


def _elements(value: str) -> Iterator[str]:
    for name in value.split(","):
        bare = name.rpartition(".")[2].strip()
        if not bare.isidentifier():
            raise WrongValue(parameter="_elements", value=value, expected="element,element")
        yield bare


def _sorts(value: str, scope: Scope) -> Iterator[Sort]:
    seen: set[str] = set()
    for piece in value.split(","):
        code = piece.strip().removeprefix("-")
        if code in seen:
            raise Contradiction(parameter="_sort", value=value)
        seen.add(code)
        yield _sort(code, piece.strip().startswith("-"), scope=scope)


def _sort_by_document(code: str, is_descending: bool, *, scope: Scope) -> Sort:
    """An order that no index has, by the members that the parameter's expression names. Raises NotSortable."""
    parameter = scope.found(code)[0]
    path = _PLAIN_PATH.fullmatch(parameter.expression.removesuffix(_IS_PATIENT))
    if path is None or parameter.type not in ("token", "reference"):
        raise NotSortable(parameter="_sort", value=code)
    members = tuple(path[1].split("."))
    return Sort(
        code, "document", (), is_descending, (*members, "reference") if parameter.type == "reference" else members
    )


def _sort(code: str, is_descending: bool, *, scope: Scope) -> Sort:
    own = _OWN_ORDERS.get(code)
    if own is not None:
        return Sort(code, own, (), is_descending=is_descending)
    found = subject(code, scope.found(code))
    has_order = found.type in _SORTED_TYPES and bool(found.datatypes)
    if not has_order or (found.type == "token" and not found.datatypes & _WITH_DISPLAY):
        return _sort_by_document(code, is_descending, scope=scope)
    return Sort(code, found.type, found.keys, is_descending=is_descending)


def includes(name: str, value: str, *, scope: Scope) -> list[Include]:
    """The includes of one `_include` or `_revinclude`. Raises UnknownInclude, WrongModifier, UnknownType."""
    code, _, modifier = name.partition(":")
    if modifier not in ("", "iterate"):
        raise WrongModifier(parameter=code, modifier=modifier, type="special")
    is_iterated = modifier == "iterate"
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    if target:
        scope.known_type(target, parameter=name)
    if source == "*":
        return [_wildcard(name, value, source="*", target=target, is_iterated=is_iterated)]
    scope.known_type(source, parameter=name)
    found = _followed(source, parameter, scope=scope)
    if not found or (target and not any(target in p.targets or not p.targets for p in found)):
        raise UnknownInclude(parameter=name, value=value)
    keys = tuple(dict.fromkeys(k for p in found for k in p.keys))
    return [Include(f"{name}={value}", source, found, keys, target, is_iterated=is_iterated)]


def _wildcard(name: str, value: str, *, source: str, target: str, is_iterated: bool) -> Include:
    return Include(f"{name}={value}", source, (), (), target, is_iterated=is_iterated)


def _followed(source: str, code: str, *, scope: Scope) -> tuple[SearchParameter, ...]:
    if code in ("*", ""):
        return tuple(p for p in scope.parameters.of(source).values() if p.type == "reference" and code == "*")
    found = scope.parameters.get(source, code)
    return (found,) if found is not None and found.type == "reference" else ()
