"""What the office's doors say no to."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class NotTheOffice(Refusal):
    """Only who works in an admissions office does this."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"
    key: ClassVar[str] = "engine/admissions.refusals.not_the_office"


class NoOffice(Refusal):
    """The appointment is at no place that has an admissions office, or is not booked."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "business-rule"
    key: ClassVar[str] = "engine/admissions.refusals.no_office"
