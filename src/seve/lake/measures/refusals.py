"""Why a measure could not be counted."""

from __future__ import annotations

from typing import ClassVar

from seve.kernel.refusals import Refusal


class MeasureFailed(Refusal):
    """The engine does not take the measure's SQL. Fields: `measure`, `reason`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "processing"
    key: ClassVar[str] = "lake.measures.failed"


class ValuesAmbiguous(Refusal):
    """A stratifier gives a subject more than one value, or a population more than one person. Fields: `measure`, `columns`, `number`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "multiple-matches"
    key: ClassVar[str] = "lake.measures.ambiguous"


class ViewMissing(Refusal):
    """Nothing is known of a view that the measure reads. Fields: `measure`, `view`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "not-found"
    key: ClassVar[str] = "lake.measures.view_missing"


class PeriodWrong(Refusal):
    """The period does not begin before it ends, or is none. Fields: `start`, `end`."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "value"
    key: ClassVar[str] = "lake.measures.period_wrong"
