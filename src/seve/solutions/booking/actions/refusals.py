"""What booking says no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal

_PACKAGE = "solutions/booking.refusals"


class NotRight(Refusal):
    """A form can't be kept as it is: its fields say why."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.not_right"


class NoTime(Refusal):
    """A time that was asked for is none, is over, or too far away. Field: `days`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.no_time"


class NoReason(Refusal):
    """The agenda has no such reason to come, or not for patients."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.no_reason"


class TooManyOpen(Refusal):
    """So many appointments of one patient are still to come. Field: `most`."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "throttled"
    key: ClassVar[str] = f"{_PACKAGE}.too_many_open"


class TooManyToday(Refusal):
    """So many were made within a day. Field: `most`."""

    status: ClassVar[int] = 429
    code: ClassVar[str] = "throttled"
    key: ClassVar[str] = f"{_PACKAGE}.too_many_today"


class GuardianOnly(Refusal):
    """The guardian alone books for an adult under guardianship."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = f"{_PACKAGE}.guardian_only"


class TooYoung(Refusal):
    """A parent books for who is so young. Field: `age`."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = f"{_PACKAGE}.too_young"


class NotNow(Refusal):
    """An appointment stands otherwise than that this could be done with it."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = f"{_PACKAGE}.not_now"


class Outside(Refusal):
    """Booked appointments would fall outside of the agenda; somebody says that it is meant so. Field: `number`."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"
    key: ClassVar[str] = f"{_PACKAGE}.outside"


class NotACalendar(Refusal):
    """A file is no iCalendar, or too large."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "structure"
    key: ClassVar[str] = f"{_PACKAGE}.not_a_calendar"


class SeveralPatients(Refusal):
    """More than one patient of the store has this identity: the INS decides, at the desk."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "duplicate"
    key: ClassVar[str] = f"{_PACKAGE}.several_patients"


class WaitsAlready(Refusal):
    """The patient waits for this agenda already."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "duplicate"
    key: ClassVar[str] = f"{_PACKAGE}.waits_already"


class KnownOnly(Refusal):
    """A reason is for those whom this professional has seen before."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = f"{_PACKAGE}.known_only"


class TooFar(Refusal):
    """Home visits of the agenda do not go to where the patient lives. Fields: `city`, and `where` they go."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = f"{_PACKAGE}.too_far"


class NoAddress(Refusal):
    """A visit at home of somebody whose address nobody knows."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = f"{_PACKAGE}.no_address"


class CannotAsk(Refusal):
    """A parameter of a search can't be read. Field: `name`."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "value"
    key: ClassVar[str] = f"{_PACKAGE}.cannot_ask"
