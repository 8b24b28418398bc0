"""Ages: those of the people who live at the end of the time told, and of those who die in it.

Everybody lives at its start, or is born in it. Whoever would be of age a at the end is drawn by the pyramid at a, divided by the
chance of living until then: so those who are left at the end are as many, at each age, as the pyramid says.
"""

from __future__ import annotations

from bisect import bisect
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random

from seve.territory.model.epidemiology import SEXES, Sex, mortality
from seve.territory.model.life import Span
from seve.territory.tables import table

_BAND = 5
_OLDEST_DRAWN = 104


@cache
def _weights(years: int) -> tuple[list[tuple[Sex, int]], list[float]]:
    people, sums = list[tuple[Sex, int]](), list[float]()
    for sex in SEXES:
        bands = table("population")["pyramid"][sex]
        last = len(bands) - 1
        for age in range(_OLDEST_DRAWN + 1):
            band = min(age // _BAND, last)
            width = _BAND if band < last else _OLDEST_DRAWN + 1 - last * _BAND
            people.append((sex, age))
            sums.append(bands[band] / width / _survival(sex, age, years=years))
    return people, list(accumulate(sums))


def _survival(sex: Sex, age: int, *, years: int) -> float:
    found = 1.0
    for past in range(max(age - years, 0), age):
        found *= 1 - mortality(sex)[past]
    return found


def drawn(random: Random, span: Span) -> tuple[Sex, date]:
    """Sex and day of birth of somebody."""
    people, sums = _weights(span.until.year - span.since.year)
    sex, age = people[bisect(sums, random.random() * sums[-1])]
    newest = span.until.replace(year=span.until.year - age, day=min(span.until.day, 28))
    return sex, newest - timedelta(days=int(random.random() * 365))
