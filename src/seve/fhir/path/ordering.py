"""Which collections have no order, and the complaint when an expression counts on one (FHIRPath N1, 5.8)."""

from __future__ import annotations

from seve.fhir.path.errors import NotOrderedError
from seve.fhir.path.syntax import Expression, Indexed, Invocation, Member, TypeOperation, walk

_WITHOUT_ORDER = frozenset(("children", "descendants"))
_COUNT_ON_ORDER = frozenset(("first", "last", "tail", "skip", "take"))
_KEEP_ORDER = frozenset(("where", "select", "ofType", "as", "trace", "distinct", "exclude", "extension", "resolve"))


def check_order(tree: Expression, *, source: str) -> None:
    """Raises NotOrderedError where the first, the last or the nth of `children()` or `descendants()` is asked for."""
    for part, _ in walk(tree):
        name = _counts_on_order(part)
        if name is not None and not _is_ordered(_input(part)):
            raise NotOrderedError(name=name).located(source, part.at)


def _counts_on_order(part: Expression) -> str | None:
    if isinstance(part, Indexed):
        return "[]"
    return f"{part.name}()" if isinstance(part, Invocation) and part.name in _COUNT_ON_ORDER else None


def _input(part: Expression) -> Expression | None:
    match part:
        case Indexed(source=source) | Invocation(source=source) | Member(source=source):
            return source
        case TypeOperation(operand=operand):
            return operand
        case _:
            return None


def _is_ordered(part: Expression | None) -> bool:
    while part is not None:
        if isinstance(part, Invocation) and part.name not in _KEEP_ORDER:
            return part.name not in _WITHOUT_ORDER
        part = _input(part)
    return True
