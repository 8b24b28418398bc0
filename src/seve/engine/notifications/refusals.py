"""What notifications say no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class UnsafeTemplate(Refusal):
    """A template could say something about somebody's health, or says what it does not declare."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "security"
    key: ClassVar[str] = "engine/notifications.refusals.unsafe_template"


class UnknownTemplate(Refusal):
    """No template has that name."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/notifications.refusals.unknown_template"


class WrongField(Refusal):
    """A field that the template lacks or has too many, or of another kind than it declares."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine/notifications.refusals.wrong_field"


class CannotSend(Refusal):
    """A gateway did not take a message."""

    status: ClassVar[int] = 502
    code: ClassVar[str] = "transient"
    key: ClassVar[str] = "engine/notifications.refusals.cannot_send"


class WrongAddress(Refusal):
    """An e-mail address or a telephone number that can be none."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine/notifications.refusals.wrong_address"


class DeviceGone(Refusal):
    """A device asked to be told no more, or its browser forgot that it had asked."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "engine/notifications.refusals.device_gone"


class NoDevice(Refusal):
    """A subscription that can be none: its keys are not keys, or its endpoint may not be called."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine/notifications.refusals.no_device"
