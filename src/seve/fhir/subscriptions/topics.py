"""SubscriptionTopics (R5, 2.2): which changes of which resources are events. R4 has no such resource: they are canonicals here.

Every type has the topic of any change of it; `topics.json` has those that say more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from seve.fhir import Resource
from seve.fhir.codec.json import parse
from seve.fhir.subscriptions.refusals import InvalidTopic

Interaction: TypeAlias = Literal["create", "update", "delete"]
TOPICS = "https://seve.example/SubscriptionTopic/"
_INTERACTIONS: tuple[Interaction, ...] = ("create", "update", "delete")
_KNOWN = frozenset({"resource", "description", "supportedInteraction", "queryCriteria"})


@dataclass(frozen=True, slots=True)
class Trigger:
    """Changes of one type. `previous` and `current` are searches that the version before and the new one must meet ("": any
    does); `on_create` and `on_delete` stand for the result where there is no version to ask. `needs_both`: else one suffices.
    """

    type: str
    interactions: frozenset[Interaction]
    previous: str = ""
    current: str = ""
    on_create: bool = True
    on_delete: bool = True
    needs_both: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by its canonical."""

    url: str
    title: str
    triggers: tuple[Trigger, ...]

    @property
    def types(self) -> tuple[str, ...]:
        """The types whose changes may be events."""
        return tuple(dict.fromkeys(trigger.type for trigger in self.triggers))


def topic_of(resource: Resource) -> Topic:
    """From a SubscriptionTopic (R5). Raises InvalidTopic for triggers other than `resourceTrigger`, and for FHIRPath criteria."""
    url = str(resource.get("url", ""))
    found: list[dict[str, Any]] = resource.get("resourceTrigger", [])
    if not found or resource.get("eventTrigger"):
        raise InvalidTopic(topic=url, reason="resourceTrigger")
    return Topic(url, str(resource.get("title", "")), tuple(_trigger(url, one) for one in found))


def any_change(type_: str) -> Topic:
    """The topic of any change of a type."""
    return Topic(f"{TOPICS}{type_}", type_, (Trigger(type_, frozenset(_INTERACTIONS)),))


@cache
def shipped() -> tuple[Topic, ...]:
    """Those of `topics.json`."""
    text = resources.files("seve.fhir.subscriptions").joinpath("topics.json").read_bytes()
    return tuple(topic_of(one) for one in parse(text))


def _trigger(url: str, found: dict[str, Any]) -> Trigger:
    if unknown := found.keys() - _KNOWN:
        raise InvalidTopic(topic=url, reason=", ".join(sorted(unknown)))
    criteria: dict[str, Any] = found.get("queryCriteria", {})
    type_ = str(found["resource"]).rpartition("/")[2]
    return Trigger(
        type_,
        frozenset(found.get("supportedInteraction", _INTERACTIONS)),
        previous=criteria.get("previous", ""),
        current=criteria.get("current", ""),
        on_create=criteria.get("resultForCreate", "test-passes") == "test-passes",
        on_delete=criteria.get("resultForDelete", "test-passes") == "test-passes",
        needs_both=criteria.get("requireBoth", False),
    )
