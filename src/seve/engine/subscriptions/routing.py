"""From the feed to those who want to hear: each change of a watched type is tested against topics and filters, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seve.engine.access import open_grant
from seve.engine.subscriptions.knowing import criteria_of, filters_of
from seve.store import feeding, indexes
from seve.store.subscriptions import events, registrations
from seve.store.subscriptions.matching import Criteria, Facts

if TYPE_CHECKING:
    from seve.engine.engine import Engine
    from seve.fhir.subscriptions.topics import Interaction, Topic, Trigger
    from seve.store.feeding import Arrival, Place
    from seve.store.subscriptions.registrations import Listening

_FOLLOWER = "subscriptions"
_LOCK = 0x5EFE_F011
_BATCH = 1_000
_WRITTEN_DOWN = 10_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """A trigger with its criteria, and those of the filters for its type."""

    trigger: Trigger
    previous: Criteria
    current: Criteria
    filters: Criteria

    @property
    def tests(self) -> tuple[Criteria, ...]:
        return self.previous, self.current, self.filters

    def is_met(self, arrival: Arrival, interaction: Interaction, facts: Facts) -> bool:
        """Whether a change is an event."""
        asked = arrival.before if arrival.is_deletion else arrival.vid
        if interaction not in self.trigger.interactions or asked is None or not facts.meets(asked, self.filters):
            return False
        found = list(self._results(arrival, interaction, facts))
        return all(found) if self.trigger.needs_both or not found else any(found)

    def _results(self, arrival: Arrival, interaction: Interaction, facts: Facts) -> Iterator[bool]:
        if self.previous:
            is_new = interaction == "create" or arrival.before is None
            yield self.trigger.on_create if is_new else facts.meets(arrival.before or 0, self.previous)
        if self.current:
            yield self.trigger.on_delete if arrival.is_deletion else facts.meets(arrival.vid, self.current)


class Router:
    """Routes one batch a step. One process does it for all; another one goes on where it was killed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rules = dict[tuple[str, tuple[str, ...]], Sequence[_Rule]]()
        self._place: Place | None = None

    def forget(self) -> None:
        """Another process may have routed meanwhile."""
        self._place = None

    async def step(self) -> bool:
        """Routes a batch; whether another one may be waiting."""
        place = self._place
        self._place = None  # should this break off, the store says how far we are
        async with self._engine.database.transaction(locks=(_LOCK,)) as connection:
            before = await feeding.barrier(connection)
            known = await feeding.place(connection, _FOLLOWER)
            listening = await registrations.listening(connection)
            if not listening or await indexes.missing(connection):  # a load put the feed's index aside: its turn comes
                return False
            since = _later(place or known, min(one.since for one in listening))
            rules = {one.id: self._rules_of(one) for one in listening}
            types = {rule.trigger.type for found in rules.values() for rule in found}
            arrivals, last = await feeding.arrivals(connection, since, before=before, types=sorted(types), limit=_BATCH)
            found = await self._found(connection, arrivals, listening, rules) if arrivals else []
            if found:
                await events.add(connection, found)
            if found or last.xid - known.xid > _WRITTEN_DOWN:
                await feeding.go_on(connection, _FOLLOWER, last)
        self._place = last
        return len(arrivals) == _BATCH

    async def _found(
        self,
        connection: registrations.Connection,
        arrivals: Sequence[Arrival],
        listening: Sequence[Listening],
        rules: Mapping[str, Sequence[_Rule]],
    ) -> list[tuple[str, int]]:
        vids = {vid for one in arrivals for vid in (one.vid, one.before) if vid is not None}
        facts = Facts(connection, open_grant(), sorted(vids))
        await facts.gather({test for found in rules.values() for rule in found for test in rule.tests})
        by_type = _by_type(listening, rules)
        return [
            (one.id, arrival.vid)
            for arrival in arrivals
            for one, rule in by_type.get(arrival.type, ())
            if arrival.xid >= one.since and rule.is_met(arrival, _interaction(arrival), facts)
        ]

    def _rules_of(self, one: Listening) -> Sequence[_Rule]:
        key = (one.topic, one.filters)
        if key not in self._rules:
            topic = self._engine.events.topics.get(one.topic)
            self._rules[key] = self._made(topic, one.filters) if topic else ()
        return self._rules[key]

    def _made(self, topic: Topic, filters: tuple[str, ...]) -> Sequence[_Rule]:
        parameters, base_url = self._engine.parameters, self._engine.base_url
        by_type = filters_of(filters, topic, parameters, base_url=base_url)

        def criteria(query: str, type_: str) -> Criteria:
            return criteria_of(query, type_, parameters, base_url=base_url) if query else ()

        return [
            _Rule(t, criteria(t.previous, t.type), criteria(t.current, t.type), by_type.get(t.type, ()))
            for t in topic.triggers
        ]


def _by_type(
    listening: Iterable[Listening], rules: Mapping[str, Sequence[_Rule]]
) -> Mapping[str, Sequence[tuple[Listening, _Rule]]]:
    found = dict[str, list[tuple["Listening", _Rule]]]()
    for one in listening:
        for rule in rules[one.id]:
            found.setdefault(rule.trigger.type, []).append((one, rule))
    return found


def _later(place: Place, since: int) -> Place:
    """Nothing before the first transaction that somebody wants to hear of needs to be looked at."""
    return place if place.xid >= since else replace(place, xid=since, vid=-1)


def _interaction(arrival: Arrival) -> Interaction:
    if arrival.is_deletion:
        return "delete"
    return "update" if arrival.replaces else "create"
