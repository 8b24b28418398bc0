"""What the audit trail says no to."""

from __future__ import annotations

from typing import ClassVar

from seve.engine.refusals import NotFound
from seve.kernel.refusals import Refusal


class TrailImmutable(Refusal):
    """An entry can't be changed or deleted."""

    status: ClassVar[int] = 405
    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.audit.immutable"


class UnsupportedTrailParameter(Refusal):
    """The trail can't be searched by this parameter."""

    code: ClassVar[str] = "not-supported"
    key: ClassVar[str] = "engine.audit.unsupported_parameter"


class InvalidTrailValue(Refusal):
    """A parameter's value can't be read."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine.audit.invalid_value"


class AlertNotFound(NotFound):
    """There is no such alert."""

    key: ClassVar[str] = "engine.audit.alert_not_found"


class InvalidAlertState(Refusal):
    """The state is none of an alert."""

    code: ClassVar[str] = "value"
    key: ClassVar[str] = "engine.audit.alert_state"


class AlertNoteMissing(Refusal):
    """An alert is closed with a note."""

    code: ClassVar[str] = "required"
    key: ClassVar[str] = "engine.audit.alert_note_missing"
