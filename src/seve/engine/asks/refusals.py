"""What asks say no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class AskIsOver(Refusal):
    """Somebody else has it, it was withdrawn, or the time to answer is over."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "engine.asks.over"


class NotAsked(Refusal):
    """The request is not the caller's to change: neither the patient's side, nor who wrote it or cares for the patient."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine.asks.not_asked"


class TooLate(Refusal):
    """The visit would begin after what the request wants. Field: `at`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine.asks.too_late"
