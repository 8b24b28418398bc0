"""Which parameters need no rows of their own, because other parameters of the type store the same values.

`combo-code` is `Observation.code | Observation.component.code`: the union of `code` and `component-code`. `patient` is
`Observation.subject.where(resolve() is Patient)`: the links of `subject`, of which a search for a Patient finds the right ones.
Storing each value once nearly halves the rows of an Observation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

IS_TYPE = ".where(resolve() is "


@dataclass(frozen=True, slots=True)
class Branched:
    """What decides sharing: search type, branches of the expression, expressions of the components, target types."""

    type: str
    branches: frozenset[str]
    components: tuple[str, ...]
    targets: tuple[str, ...]


def shared(parameters: Mapping[str, Branched]) -> dict[str, tuple[str, ...]]:
    """The codes under which the values of a parameter are stored, for those that aren't stored under their own."""
    found: dict[str, tuple[str, ...]] = {}
    for code, own in parameters.items():
        if codes := _covering(code, own, parameters=parameters):
            found[code] = codes
    return {code: tuple(_stored(codes, found)) for code, codes in found.items()}


def _stored(codes: tuple[str, ...], found: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for code in codes:
        yield from _stored(found[code], found) if code in found else (code,)


def _covering(code: str, own: Branched, *, parameters: Mapping[str, Branched]) -> tuple[str, ...]:
    wanted = _untyped(own)
    if not wanted:
        return ()
    first = min(c for c, other in parameters.items() if _is_twin(other, own))
    if first != code:
        return (first,)
    smaller = {
        other: candidate.branches
        for other, candidate in parameters.items()
        if other != code and _is_like(candidate, own) and candidate.branches and candidate.branches <= wanted
        if candidate.branches != own.branches
    }
    covered = frozenset[str]().union(*smaller.values())
    return tuple(smaller) if covered == wanted else ()


def _is_like(one: Branched, other: Branched) -> bool:
    return one.type == other.type and one.components == other.components


def _is_twin(one: Branched, other: Branched) -> bool:
    return _is_like(one, other) and one.branches == other.branches and one.targets == other.targets


def _untyped(own: Branched) -> frozenset[str]:
    if own.type != "reference":
        return own.branches
    return frozenset(b.partition(IS_TYPE)[0] if b.endswith(")") else b for b in own.branches)
