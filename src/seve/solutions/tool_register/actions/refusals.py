"""What the register says no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal

_PACKAGE = "solutions/tool_register.refusals"


class NotRight(Refusal):
    """A form can't be kept as it is: its fields say why."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.not_right"


class NotAMaker(Refusal):
    """Only who acts for a maker of tools declares."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = f"{_PACKAGE}.not_a_maker"


class NotTheirs(Refusal):
    """A declaration names a maker who did not write it: nothing is published of it."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = f"{_PACKAGE}.not_theirs"


class NotNow(Refusal):
    """The entry or the declaration stands otherwise than that this could be done."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = f"{_PACKAGE}.not_now"


class NotAList(Refusal):
    """What was sent is no list that can be read. Field: `reason`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = f"{_PACKAGE}.not_a_list"


class Lacking(Refusal):
    """A declaration that did not come through the form lacks something, or has it wrong. Field: `fields`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "incomplete"
    key: ClassVar[str] = f"{_PACKAGE}.lacking"
