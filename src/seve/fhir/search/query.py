"""A parsed search: what the store compiles to SQL. Frozen data, keys as integers, the searcher's own text beside them.

Every criterion stands for one predicate on a resource version. A leaf's `text` is the parameter as it was written
(`code:not=http://loinc.org|1234-5`), for messages. Keys always come in tuples of alternatives: a parameter that is searched
on several types at once, or that is stored under other parameters (`combo-code` = `code` or `component-code`), has several.
`Or(())` matches nothing, `And(())` everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from seve.fhir.search.keys import value_key
from seve.fhir.search.parameters import SearchParameter, SearchType
from seve.kernel.refusals import Issue

Prefix: TypeAlias = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
PREFIXES: tuple[Prefix, ...] = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """The version has a posting under any of `keys`; none of them when `is_negated`.

    Serves tokens, uris, exact strings, `:identifier`, `:of-type`, `uri:above` and composites of these.
    """

    text: str
    keys: tuple[int, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class PresentMatch:
    """Any of the parameters with these keys has a value in the version (`:missing=false`); none when `is_negated`."""

    text: str
    keys: tuple[int, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class StringMatch:
    """The version has a string under any of `keys` that begins with (`prefix`) or contains any of `values`.

    `values` are folded as the stored strings are (uris for `:below` are not, on either side). Those longer than 200
    characters are cut as the stored ones.
    """

    text: str
    keys: tuple[int, ...]
    values: tuple[str, ...]
    operator: Literal["prefix", "contains"] = "prefix"


@dataclass(frozen=True, slots=True)
class ReferenceMatch:
    """The version has a link under any of `params` to any of `targets`; none when `is_negated`."""

    text: str
    params: tuple[int, ...]
    targets: tuple[int, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class HierarchyMatch:
    """A reference into a strict hierarchy (`location:below=Location/1`): the target itself or one below (or above) it.

    `types` are the types of the targets, `parents` the parameter keys by which each of their resources links to its parent
    (`Location.partof`).
    """

    text: str
    params: tuple[int, ...]
    targets: tuple[int, ...]
    operator: Literal["above", "below"]
    parents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DateRange:
    """One date that is searched: the half-open range [lo, hi) of the value as written, microseconds since 1970 UTC.

    Against a stored [l, h): `eq` lo <= l and h <= hi; `ne` not eq; `gt` h > hi; `lt` l < lo; `ge` gt or eq; `le` lt or eq;
    `sa` l >= hi; `eb` h <= lo; `ap` l < hi and h > lo (the range is already widened). R4, 3.1.1.4.6.
    """

    prefix: Prefix
    lo: int
    hi: int


@dataclass(frozen=True, slots=True)
class DateMatch:
    """The version has a moment under any of `keys` (narrow) or any `key ^ WIDE` that satisfies any of `ranges`."""

    text: str
    keys: tuple[int, ...]
    ranges: tuple[DateRange, ...]


@dataclass(frozen=True, slots=True)
class LastUpdatedMatch:
    """`_lastUpdated` satisfies any of `ranges`; the stored value is the point t, as [t, t + 1)."""

    text: str
    ranges: tuple[DateRange, ...]


@dataclass(frozen=True, slots=True)
class QuantityRange:
    """One number or quantity that is searched, under any of `keys`; `value` as written, [lo, hi) by its precision.

    Against a stored point v: `eq` lo <= v < hi; `ne` not eq; `gt` v > value; `lt` v < value; `ge` v >= value;
    `le` v <= value; `sa` as gt; `eb` as lt; `ap` lo <= v <= hi (10 % around). Against a stored range l..h (both included,
    under `key ^ WIDE`): `eq` l >= lo and h < hi; `ne` not eq; `gt` h > value; `lt` l < value; `ge` h >= value;
    `le` l <= value; `sa` l > value; `eb` h < value; `ap` l <= hi and h >= lo. R4, 3.1.1.4.7.
    """

    keys: tuple[int, ...]
    prefix: Prefix
    value: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class QuantityMatch:
    """The version has a quantity that satisfies any of `ranges` (numbers too)."""

    text: str
    ranges: tuple[QuantityRange, ...]


@dataclass(frozen=True, slots=True)
class PairMatch:
    """The version has a quantity row under `keys ^ WIDE` whose lo satisfies `first` and whose hi satisfies `second`, as points.

    Composites of a token and two numbers (MolecularSequence coordinates); the keys in the ranges are empty.
    """

    text: str
    keys: tuple[int, ...]
    first: QuantityRange
    second: QuantityRange


@dataclass(frozen=True, slots=True)
class IdMatch:
    """The logical id is one of `ids`; none of them when `is_negated`. `refs` are the keys of these ids with each type searched."""

    text: str
    ids: tuple[str, ...]
    refs: tuple[int, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A circle on the Earth."""

    latitude: float
    longitude: float
    distance_metres: float


@dataclass(frozen=True, slots=True)
class Near:
    """The version has a position under any of `keys` in any of `places`."""

    text: str
    keys: tuple[int, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class TextMatch:
    """The narrative (`_text`) or the whole content (`_content`) holds all of `words` (folded)."""

    text: str
    field: Literal["narrative", "content"]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListMatch:
    """The resource is an item of any of these Lists; `params` is the key of `List.item`.

    `lists` are the target keys of the List resources (`value_key("List/42")`), `ids` their ids. An id that begins with `$`
    is the name of a functional list, which the engine resolves.
    """

    text: str
    ids: tuple[str, ...]
    params: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CompartmentMatch:
    """The resource is in the compartment: for Patient by `Entries.patients`, else by a link under `params` to `targets`."""

    text: str
    kind: str
    id: str
    params: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ValueSetMatch:
    """A token that a terminology decides: `:in`, `:not-in` (values are value sets), `:above`, `:below` (values `system|code`).

    Never reaches SQL: the engine asks the terminology for the codes of each value and puts `matched(codings)` in its place.
    """

    text: str
    params: tuple[int, ...]
    operator: Literal["in", "not-in", "above", "below"]
    values: tuple[str, ...]
    is_system_implied: bool = False

    def matched(self, codings: Iterable[tuple[str, str]]) -> TokenMatch:
        """The criterion once the (system, code) pairs are known. Elements of type `code` are compared by code alone."""
        forms = {value_key(code if self.is_system_implied else f"{system}|{code}") for system, code in codings}
        keys = tuple(p ^ form for p in self.params for form in forms)
        return TokenMatch(self.text, keys, is_negated=self.operator == "not-in")


@dataclass(frozen=True, slots=True)
class Chain:
    """The version links under any of `params` to a current resource of `type` that meets all of `criteria`.

    `is_canonical`: the link is a canonical, so that the target is the resource whose `CANONICAL` link is equal.
    """

    text: str
    params: tuple[int, ...]
    type: str
    criteria: tuple[Criterion, ...]
    is_canonical: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """A current resource of `type` that meets all of `criteria` links under any of `params` to this resource (`_has`)."""

    text: str
    type: str
    params: tuple[int, ...]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    criterion: Criterion


Leaf: TypeAlias = (
    TokenMatch
    | PresentMatch
    | StringMatch
    | ReferenceMatch
    | HierarchyMatch
    | DateMatch
    | LastUpdatedMatch
    | QuantityMatch
    | PairMatch
    | IdMatch
    | Near
    | TextMatch
    | ListMatch
    | CompartmentMatch
    | ValueSetMatch
)
Criterion: TypeAlias = Leaf | Chain | Has | And | Or | Not

SortKind: TypeAlias = Literal["id", "last_updated", "document"] | SearchType


@dataclass(frozen=True, slots=True)
class Sort:
    """One level of order. `keys` are the parameter's (empty for `_id`, `_lastUpdated`); `kind` says which index.

    Tokens are sorted by their displays (the prefixes under `key ^ TEXT`), uris by themselves. References and codes without a
    display have no order in the indexes: their kind is `document`, and `path` names their members from the resource down
    (`("subject", "reference")`); sorting by them reads every match. The grammar refuses what has neither.
    """

    code: str
    kind: SortKind
    keys: tuple[int, ...]
    is_descending: bool = False
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Include:
    """`_include` or `_revinclude`: follow `parameters` of `source` resources to (or from) targets of `target` type.

    `source` is the type the references stand in, `target` "" for any; `params` are the link keys of `parameters`. For
    `Type:*` these are all its reference parameters; for `*` the source is "*" and both are empty: all of any type.
    """

    text: str
    source: str
    parameters: tuple[SearchParameter, ...]
    params: tuple[int, ...]
    target: str = ""
    is_iterated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A search. `types` is empty for every type; `criteria` are ANDed; `pairs` are the used parameters for the self link.

    `ignored` tells what a lenient search left out. `count`, `total` and `summary` are None when not asked for.
    """

    types: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    sort: tuple[Sort, ...] = ()
    count: int | None = None
    total: Literal["none", "estimate", "accurate"] | None = None
    summary: Literal["true", "text", "data", "count", "false"] | None = None
    elements: tuple[str, ...] = ()
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    ignored: tuple[Issue, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


def leaves(criteria: Iterable[Criterion]) -> Iterator[Leaf]:
    """Every leaf, those inside chains and boolean nodes too."""
    for criterion in criteria:
        match criterion:
            case Chain() | Has() | And() | Or():
                yield from leaves(criterion.criteria)
            case Not():
                yield from leaves((criterion.criterion,))
            case _:
                yield criterion


def unresolved(query: Query) -> tuple[ValueSetMatch, ...]:
    """The criteria that a terminology must decide before the store can answer."""
    return tuple(leaf for leaf in leaves(query.criteria) if isinstance(leaf, ValueSetMatch))


def resolved(query: Query, answers: Mapping[ValueSetMatch, Criterion]) -> Query:
    """The query with each of its `unresolved` criteria replaced by its answer."""

    def answer(leaf: Leaf) -> Criterion:
        return answers.get(leaf, leaf) if isinstance(leaf, ValueSetMatch) else leaf

    return replace(query, criteria=tuple(_mapped(c, answer) for c in query.criteria))


def _mapped(criterion: Criterion, change: Callable[[Leaf], Criterion]) -> Criterion:
    match criterion:
        case Chain() | Has() | And() | Or():
            return replace(criterion, criteria=tuple(_mapped(c, change) for c in criterion.criteria))
        case Not():
            return Not(_mapped(criterion.criterion, change))
        case _:
            return change(criterion)
