"""What is known of subscriptions without asking the store: topics, filters as criteria, keys, whom to trust."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl

from seve.engine.access.windows import TESTED
from seve.fhir.search.grammar import parse
from seve.fhir.subscriptions.refusals import InvalidFilter, UnknownTopic
from seve.fhir.subscriptions.topics import Topic, any_change, shipped
from seve.kernel.refusals import Refusal

if TYPE_CHECKING:
    from seve.engine.identity.keys import Keys
    from seve.fhir.definitions import Definitions
    from seve.fhir.search.parameters import SearchParameters
    from seve.fhir.subscriptions.notifications import Told
    from seve.store.subscriptions.matching import Criteria

Handler: TypeAlias = Callable[["Told"], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Events:
    """Of one engine. `hook_hosts` are hosts and addresses inside private networks that calls may go to; `handlers` by
    `solution/topic`.
    """

    secrets: Keys
    topics: Mapping[str, Topic]
    hook_hosts: frozenset[str] = frozenset()
    handlers: dict[str, Handler] = field(default_factory=dict[str, Handler])

    @classmethod
    def open(cls, secrets: Keys, definitions: Definitions, *, hook_hosts: frozenset[str] = frozenset()) -> Events:
        """With the topics that Sève ships, and one of any change for each type but those of this machinery itself."""
        types = definitions.resource_types - {"Subscription", "AuditEvent"}
        topics = [*shipped(), *(any_change(type_) for type_ in sorted(types))]
        return cls(secrets, {topic.url: topic for topic in topics}, hook_hosts)

    def topic(self, url: str) -> Topic:
        """Raises UnknownTopic."""
        found = self.topics.get(url)
        if found is None:
            raise UnknownTopic(topic=url[:200], expression="Subscription.criteria")
        return found


def criteria_of(query: str, type_: str, parameters: SearchParameters, *, base_url: str) -> Criteria:
    """A search that can be told of one version by itself. Raises SearchRefusal, InvalidFilter."""
    pairs = parse_qsl(query, keep_blank_values=True)
    found = parse(pairs, types=(type_,), parameters=parameters, base_url=base_url).criteria
    if not found or not all(isinstance(one, TESTED) for one in found):
        raise InvalidFilter(filter=f"{type_}?{query}"[:200], reason=query[:100])
    return found


def filters_of(
    filters: tuple[str, ...], topic: Topic, parameters: SearchParameters, *, base_url: str
) -> Mapping[str, Criteria]:
    """The criteria of each type that filters are about. Raises InvalidFilter."""
    found = dict[str, "Criteria"]()
    for one in filters:
        type_, _, query = one.partition("?")
        if type_ not in topic.types:
            raise InvalidFilter(filter=one[:200], reason=type_[:100])
        try:
            criteria = criteria_of(query, type_, parameters, base_url=base_url)
        except InvalidFilter:
            raise
        except Refusal as refusal:
            raise InvalidFilter(filter=one[:200], reason=str(refusal)) from refusal
        found[type_] = (*found.get(type_, ()), *criteria)
    return found
