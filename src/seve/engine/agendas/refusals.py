"""What booking says no to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from seve.kernel.refusals import Refusal

if TYPE_CHECKING:
    from seve.store.agendas import Free


class NotFree(Refusal):
    """The time is not free for this reason, or somebody was quicker. `choices` are the next times of the same agenda."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = "engine.agendas.not_free"

    def __init__(self, choices: Sequence[Free] = ()) -> None:
        super().__init__()
        self.choices = tuple(choices)


class NoAgenda(Refusal):
    """The appointment names no agenda that can be booked."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine.agendas.no_agenda"


class NotTheirTime(Refusal):
    """Neither the patient's side nor the professional's."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine.agendas.not_their_time"


class NotTheirPart(Refusal):
    """The patient's side may confirm, move and cancel; `what` is the element that it may not change."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine.agendas.not_their_part"
