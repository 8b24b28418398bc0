"""What care at home says no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal

_PACKAGE = "solutions/home_care.refusals"


class NotRight(Refusal):
    """A form can't be kept as it is: its fields say why."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.not_right"


class Nobody(Refusal):
    """Nobody was chosen to be asked, or somebody who is not among those who can be."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "required"
    key: ClassVar[str] = f"{_PACKAGE}.nobody"


class NotNow(Refusal):
    """The request stands otherwise than that this could be done."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = f"{_PACKAGE}.not_now"


class NoTime(Refusal):
    """A time that is none."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.no_time"
