"""What subscriptions say no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class EndpointRefused(Refusal):
    """No call is made there: not https, or not to a public address."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine/subscriptions.refusals.endpoint_refused"


class OneByOne(Refusal):
    """A transaction, a patch or a condition can't write a Subscription: more is kept of it than the resource."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine/subscriptions.refusals.not_here"


class NobodyBehind(Refusal):
    """Who made the subscription is blocked, or withdrew what they granted to the application that did."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/subscriptions.refusals.nobody_behind"


class CannotCall(Refusal):
    """An endpoint can't be reached, or does not answer with 2xx."""

    status: ClassVar[int] = 502
    code: ClassVar[str] = "transient"
    key: ClassVar[str] = "engine/subscriptions.refusals.cannot_call"


class TokenRefused(Refusal):
    """A binding token that is not ours, or too old."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "login"
    key: ClassVar[str] = "engine/subscriptions.refusals.token_refused"
