"""One life: its long diseases with their days of onset and end, and its death, if the time told sees it.

Year by year from birth. Before the time told begins nobody dies, since it tells of people who live then, and incidence is
the net one; from then on both compete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random

from seve.territory.model.epidemiology import Disease, Sex, cause_norm, death_norm, diseases, mortality
from seve.territory.tables import OLDEST, table

_YEAR_DAYS = 365.2425


@dataclass(slots=True)
class Life:
    """`onsets` and `ends` by disease; `spells` are those that came and went. Dates within the life."""

    birth: date
    death: date | None = None
    onsets: dict[str, date] = field(default_factory=dict[str, date])
    spells: list[tuple[str, date, date | None]] = field(default_factory=list[tuple[str, date, date | None]])

    def has(self, disease: str, at: date) -> bool:
        """Whether the disease is there on that day."""
        onset = self.onsets.get(disease)
        if onset is not None:
            return onset <= at
        return any(
            name == disease and since <= at and (until is None or at < until) for name, since, until in self.spells
        )

    def age(self, at: date) -> int:
        """Whole years on that day."""
        return whole_years(self.birth, at)

    def years_with(self, disease: str, at: date) -> float:
        """How long the disease has been there, in years; 0 without it."""
        onset = self.onsets.get(disease)
        return max((at - onset).days / _YEAR_DAYS, 0.0) if onset else 0.0


def whole_years(birth: date, at: date) -> int:
    """Age in whole years."""
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


@dataclass(frozen=True, slots=True)
class Span:
    """The time told: people may die and leave traces from `since` to `until`."""

    since: date
    until: date


def live(
    birth: date,
    sex: Sex,
    *,
    span: Span,
    random: Random,
    fixed: Mapping[str, date] | None = None,
    is_spared: bool = False,
) -> Life:
    """A life up to the end of the span. `fixed` diseases begin when they are said to and no other long one joins them;
    `is_spared`: it does not end.
    """
    life = Life(birth)
    if fixed is not None:
        life.onsets.update(fixed)
    for age in range(min(whole_years(birth, span.until), OLDEST - 1) + 1):
        start = birth + timedelta(days=int(age * _YEAR_DAYS))
        is_told = start >= span.since
        if fixed is None:
            _fall_ill(life, sex, age=age, start=start, is_told=is_told, random=random)
        if is_told and not is_spared and random.random() < _dying(life, sex, age=age, start=start):
            life.death = start + timedelta(days=int(random.random() * _YEAR_DAYS))
            break
    return _cut(life, span)


@cache
def _candidates(age: int) -> tuple[Disease, ...]:
    return tuple(disease for disease in diseases().values() if age >= disease.since)


def _fall_ill(life: Life, sex: Sex, *, age: int, start: date, is_told: bool, random: Random) -> None:
    onsets = life.onsets
    for disease in _candidates(age):
        if disease.id in onsets:
            if disease.leaves and random.random() < disease.leaves:
                life.spells.append((disease.id, onsets.pop(disease.id), _later(start, random)))
            continue
        if disease.needs and onsets.keys().isdisjoint(disease.needs):
            continue
        risk = _risk(disease, sex, age=age, is_told=is_told, onsets=onsets)
        if random.random() < risk:
            onsets[disease.id] = _later(
                max([start, *(onsets[need] for need in disease.needs if need in onsets)]), random
            )


def _risk(disease: Disease, sex: Sex, *, age: int, is_told: bool, onsets: dict[str, date]) -> float:
    """The yearly probability of falling ill, for somebody with these diseases."""
    risk = (disease.gross if is_told else disease.net)[sex][age]
    if disease.causes:
        risk /= cause_norm(disease.id, sex)[age]
        for cause, ratio in disease.causes:
            if cause in onsets:
                risk *= ratio
    return risk


def _later(start: date, random: Random) -> date:
    return start + timedelta(days=1 + int(random.random() * (_YEAR_DAYS - 2)))


def _dying(life: Life, sex: Sex, *, age: int, start: date) -> float:
    risk = mortality(sex)[age] * _scale() / death_norm(sex)[age]
    known = diseases()
    for name, onset in life.onsets.items():
        if onset <= start:
            risk *= known[name].death
    return min(risk, 0.95)


@cache
def _scale() -> float:
    return float(table("population")["mortality"]["fitted_scale"])


def _cut(life: Life, span: Span) -> Life:
    """Without what would come after the end."""
    if life.death is not None and life.death > span.until:
        life.death = None
    end = min(life.death or span.until, span.until)
    life.onsets = {name: onset for name, onset in life.onsets.items() if onset <= end}
    life.spells = [
        (name, since, until if until is not None and until <= end else None)
        for name, since, until in life.spells
        if since <= end
    ]
    return life
