"""From published prevalence to yearly incidence, by the illness-death relation.

Let p be the share of people of an age who have a disease that stays, and h what it multiplies the probability q of death by.
Among those who will be living at the start of the time told, the share grows by `net = p' / (1 - p)` a year. While people
may die, those who have the disease die more, and the share holds only if `p · q · (h - 1) / (1 + p (h - 1))` fall ill beside.
Where a cause multiplies the risk by r, all others' is divided by `1 + c (r - 1)`, c being the share that has the cause: what
is published stays true of everybody together. Death is divided up in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from seve.territory.tables import OLDEST, curve, table

Sex: TypeAlias = Literal["male", "female"]
SEXES: tuple[Sex, Sex] = ("male", "female")
_DIABETES = ("diabetes1", "diabetes2")


@dataclass(frozen=True, slots=True)
class Disease:
    """A long disease. Curves are by sex and whole age; `net` and `gross` are yearly probabilities of falling ill."""

    id: str
    title: str
    code: str
    ald: int
    needs: tuple[str, ...]
    leaves: float
    death: float
    share: dict[Sex, list[float]]
    net: dict[Sex, list[float]]
    gross: dict[Sex, list[float]]
    causes: tuple[tuple[str, float], ...]
    since: int
    """The age before which nobody has it."""


@cache
def mortality(sex: Sex) -> list[float]:
    """Yearly probability of death by age."""
    found = table("population")["mortality"]
    return [value / 1000 for value in curve(found["ages"], found[sex])]


@cache
def diseases() -> dict[str, Disease]:
    """All of them, a cause before what it causes."""
    return {id_: _disease(id_, row) for id_, row in table("diseases").items()}


def _disease(id_: str, row: dict[str, Any]) -> Disease:
    curves: dict[Sex, list[float]] = {sex: curve(row["ages"], row[sex]) for sex in SEXES}
    is_prevalence = row["kind"] == "prevalence"
    needed, death, leaves = row.get("needs", ""), row["death"], row.get("leaves", 0.0)
    share: dict[Sex, list[float]] = {
        sex: [v / 100 for v in c]
        if is_prevalence
        else _NONE
        if needed
        else _grown(c, leaves, death=death, dying=mortality(sex))
        for sex, c in curves.items()
    }
    rates: dict[Sex, list[float]] = {sex: [v / 1000 for v in c] for sex, c in curves.items()}
    net: dict[Sex, list[float]] = rates if needed or leaves else {sex: _net(share[sex]) for sex in SEXES}
    gross: dict[Sex, list[float]] = {
        sex: _gross(net[sex], share[sex], death=death, dying=mortality(sex)) if is_prevalence else rates[sex]
        for sex in SEXES
    }
    since = min((age for sex in SEXES for age, value in enumerate(gross[sex]) if value > 0), default=0)
    needs = _DIABETES if needed == "diabetes" else (needed,) if needed else ()
    causes = tuple(row.get("causes", {}).items())
    return Disease(
        id_, row["title"], row["code"], row.get("ald", 0), needs, leaves, death, share, net, gross, causes, since,
    )  # fmt: skip


_NONE = [0.0] * (OLDEST + 1)


def _grown(rate: list[float], leaves: float, *, death: float, dying: list[float]) -> list[float]:
    """The share of people who have a disease of which only the rate is published, those it kills left out."""
    found = [0.0]
    for value, q in zip(rate, dying, strict=True):
        now = found[-1] * (1 - leaves) * (1 - min(q * death, 0.95)) / (1 - q) + (1 - found[-1]) * value / 1000
        found.append(min(now, 0.9))
    return found[: OLDEST + 1]


def _net(share: list[float]) -> list[float]:
    grown = [max(after - now, 0.0) / (1 - now) for now, after in pairwise(share)]
    return [*grown, 0.0]


def _gross(net: list[float], share: list[float], *, death: float, dying: list[float]) -> list[float]:
    excess = death - 1
    return [n + p * q * excess / (1 + p * excess) for n, p, q in zip(net, share, dying, strict=True)]


@cache
def cause_norm(disease: str, sex: Sex) -> list[float]:
    """What the incidence of a disease is divided by, at each age, so that its causes leave the whole as published."""
    known = diseases()
    found = [1.0] * (OLDEST + 1)
    for cause, ratio in known[disease].causes:
        shares = known[cause].share[sex]
        found = [norm * (1 + p * (ratio - 1)) for norm, p in zip(found, shares, strict=True)]
    return found


@cache
def death_norm(sex: Sex) -> list[float]:
    """What the probability of death is divided by, at each age, before the diseases of a person multiply it."""
    found = [1.0] * (OLDEST + 1)
    for disease in diseases().values():
        found = [norm * (1 + p * (disease.death - 1)) for norm, p in zip(found, disease.share[sex], strict=True)]
    return found
