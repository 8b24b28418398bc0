"""A measure counted over a period, its small numbers hidden: no one is given the counts before that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from seve.fhir.measures import Count, Measure, Result, Stratifier, Stratum, suppressed
from seve.lake.measures.engines import Engine, EngineError, Row
from seve.lake.measures.refusals import MeasureFailed, PeriodWrong, ValuesAmbiguous

_PLACE: Final = re.compile(r"(?<!:):(start|end)\b")
_COUNTS: Final = (
    "count(*), coalesce(sum(hit), 0), count(DISTINCT person), "
    "count(DISTINCT CASE WHEN hit = 1 THEN person END), count(DISTINCT CASE WHEN hit = 0 THEN person END)"
)


def count(measure: Measure, engine: Engine, *, start: str, end: str) -> Result:
    """Counts from the day `start` to before the day `end`. In SQL `:start` and `:end` are these days as text, which compares with
    the dates of views as they are written. Raises PeriodWrong, MeasureFailed, ValuesAmbiguous.
    """
    _check(start, end)
    return suppressed(_Counting(measure, engine, start=start, end=end).result())


class _Counting:
    def __init__(self, measure: Measure, engine: Engine, *, start: str, end: str) -> None:
        self._measure, self._engine = measure, engine
        self._days = {"start": start, "end": end}

    def result(self) -> Result:
        denominator, numerator = self._filled(self._measure.denominator), self._filled(self._measure.numerator)
        try:
            has_persons = "person" in self._engine.columns(denominator)
            base = _base(denominator, numerator, person="person" if has_persons else "subject")
            ((subjects, *whole),) = self._engine.rows(
                f"WITH {base} SELECT count(DISTINCT subject), {_COUNTS} FROM base"
            )
            self._refuse_several(int(whole[0]) - int(subjects), "person")
            strata = [self._strata(stratifier, base, of=int(subjects)) for stratifier in self._measure.stratifiers]
        except EngineError as error:
            raise MeasureFailed(measure=self._measure.name, reason=str(error)) from error
        days = self._days
        return Result(_count(whole), strata, days["start"], days["end"], persons_are_subjects=not has_persons)

    def _strata(self, stratifier: Stratifier, base: str, *, of: int) -> Sequence[Stratum]:
        names = ", ".join(stratifier.components)
        values = f"SELECT DISTINCT subject, {names} FROM ({self._filled(stratifier.sql)}) AS told"
        joined = "base LEFT JOIN values_ ON base.subject = values_.subject"
        sql = f"WITH {base}, values_ AS ({values}) SELECT {names}, {_COUNTS} FROM {joined} GROUP BY {names}"
        rows = self._engine.rows(sql)
        width = len(stratifier.components)
        found = [
            Stratum(tuple(None if v is None else str(v) for v in row[:width]), _count(row[width:])) for row in rows
        ]
        self._refuse_several(sum(stratum.count.denominator for stratum in found) - of, names)
        return sorted(found, key=lambda stratum: [(value is None, value or "") for value in stratum.values])

    def _refuse_several(self, number: int, columns: str) -> None:
        """A subject with more than one value would be counted as often."""
        if number:
            raise ValuesAmbiguous(measure=self._measure.name, columns=columns, number=number)

    def _filled(self, sql: str) -> str:
        return _PLACE.sub(lambda place: f"'{self._days[place[1]]}'", sql)


def _base(denominator: str, numerator: str, *, person: str) -> str:
    return (
        f"whole AS (SELECT DISTINCT subject, {person} AS person FROM ({denominator}) AS d WHERE subject IS NOT NULL), "
        f"part AS (SELECT DISTINCT subject FROM ({numerator}) AS n), "
        "base AS (SELECT whole.subject, person, CASE WHEN part.subject IS NULL THEN 0 ELSE 1 END AS hit "
        "FROM whole LEFT JOIN part ON whole.subject = part.subject)"
    )


def _count(row: Row) -> Count:
    denominator, numerator, persons, inside, outside = (int(number) for number in row)
    return Count(denominator, numerator, (persons, inside, outside))


def _check(start: str, end: str) -> None:
    try:
        is_right = date.fromisoformat(start) < date.fromisoformat(end)
    except ValueError as error:
        raise PeriodWrong(start=start, end=end) from error
    if not is_right:
        raise PeriodWrong(start=start, end=end)
