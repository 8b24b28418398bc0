"""What sharing an organisation's documents says no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class NoHouse(Refusal):
    """The caller acts for no organisation, so that there is no file to keep."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine.houses.no_house"


class AlreadyShared(Refusal):
    """The document is shared as it stands: there is nothing new to share."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "duplicate"
    key: ClassVar[str] = "engine.houses.already_shared"


class NotShared(Refusal):
    """The document is not in the shared record, so that there is nothing to withdraw."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine.houses.not_shared"


class NotCurrent(Refusal):
    """The document was replaced or taken back: what took its place is shared instead."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine.houses.not_current"


class NotTheirRule(Refusal):
    """The rule is the physicians' of the organisation, for types that they may add themselves. Field: `types`."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine.houses.not_their_rule"
