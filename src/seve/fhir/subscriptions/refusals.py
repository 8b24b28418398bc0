"""What is said no to before a subscription is kept."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class UnknownTopic(Refusal):
    """`criteria` is not the canonical of a topic that this server has."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "fhir/subscriptions.refusals.unknown_topic"


class InvalidFilter(Refusal):
    """A filter is not a search of a type of the topic, or asks for what can't be told of one version by itself."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir/subscriptions.refusals.invalid_filter"


class InvalidChannel(Refusal):
    """The channel is of a type that there is not, or says what can't be done."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir/subscriptions.refusals.invalid_channel"


class InvalidTopic(Refusal):
    """A SubscriptionTopic says what this server can't do."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "fhir/subscriptions.refusals.invalid_topic"
