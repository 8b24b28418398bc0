"""Which versions of a batch meet which criteria: many subscriptions share two queries.

What names a resource or a code is tested in memory, on the index rows of the batch; that is what thousands of subscriptions
differ by. Strings, dates and quantities are one query for each different test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from seve.fhir.search.query import Criterion, ReferenceMatch, TokenMatch
from seve.store.queries import statements
from seve.store.search.arguments import Statement
from seve.store.search.conditions import conditions

if TYPE_CHECKING:
    from seve.store.database import Connection
    from seve.store.grant import Grant

Criteria: TypeAlias = tuple[Criterion, ...]


class Facts:
    """What is asked of the versions of one batch, found out once."""

    def __init__(self, connection: Connection, grant: Grant, vids: Sequence[int]) -> None:
        self._connection = connection
        self._grant = grant
        self._vids = list(vids)
        self._links = set[tuple[int, int, int]]()
        self._postings = set[tuple[int, int]]()
        self._met = dict[Criterion, set[int]]()

    async def gather(self, tests: Iterable[Criteria]) -> None:
        """Learns what `meets` needs to answer for these tests."""
        criteria = {criterion for test in tests for criterion in test}
        if any(isinstance(one, ReferenceMatch) for one in criteria):
            rows = await self._connection.fetch(statements("subscription")["links"], self._vids)
            self._links = {(row["vid"], row["param"], row["target"]) for row in rows}
        keys = {key for one in criteria if isinstance(one, TokenMatch) for key in one.keys}
        if keys:
            rows = await self._connection.fetch(statements("subscription")["postings"], list(keys), self._vids)
            self._postings = {(row["vid"], row["key"]) for row in rows}
        for one in criteria:
            if not isinstance(one, (ReferenceMatch, TokenMatch)):
                self._met[one] = await self._asked(one)

    def meets(self, vid: int, test: Criteria) -> bool:
        """Whether a version of the batch meets all criteria."""
        return all(self._meets(vid, criterion) for criterion in test)

    def _meets(self, vid: int, criterion: Criterion) -> bool:
        match criterion:
            case TokenMatch(keys=keys, is_negated=is_negated):
                return any((vid, key) in self._postings for key in keys) != is_negated
            case ReferenceMatch(params=params, targets=targets, is_negated=is_negated):
                pairs = ((vid, param, target) for param in params for target in targets)
                return any(pair in self._links for pair in pairs) != is_negated
            case _:
                return vid in self._met[criterion]

    async def _asked(self, criterion: Criterion) -> set[int]:
        statement = Statement(self._grant)
        vids = statement.bind(self._vids, "bigint[]")
        sql = f"SELECT v.vid FROM version v WHERE v.vid = ANY({vids}) AND {conditions((criterion,), statement, 'v')}"  # noqa: S608 - constant fragments; values are bound
        return {row["vid"] for row in await self._connection.fetch(sql, *statement.arguments)}
