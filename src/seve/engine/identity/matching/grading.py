"""The grade of a pair (match-grade): `certain` by rule, the others by probability.

A probability alone never makes a pair certain: twins share all but their given names, homonyms exist, and a wrong merge mixes two
persons' records. Certain are an equal INS that a qualified identity holds with no trait against it, or the five strict traits
equal with a high probability. Numbers that contradict each other are never more than possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from seve.engine.identity.matching.comparing import Levels, compared
from seve.engine.identity.matching.portraits import Portrait
from seve.engine.identity.matching.scoring import Weights

Grade: TypeAlias = Literal["certain", "probable", "possible", "certainly-not"]

_CERTAIN = 0.999
_PROBABLE = 0.9
_POSSIBLE = 0.1
_CAP = 0.5
_STRICT = ("given", "birth_date", "sex")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a comparison came to: `score` from 0 to 1, and the levels that it rests on."""

    grade: Grade
    score: float
    levels: Levels


def likeness(one: Portrait, other: Portrait, weights: Weights) -> Likeness:
    """How likely two portraits are of one person."""
    levels = compared(one, other)
    score = weights.probability(levels)
    if _is_same_number(one, other):
        if not _contradicts(levels):
            return Likeness("certain", 1.0, levels)
        return Likeness("possible", max(min(score, _CAP), _POSSIBLE), levels)
    if _numbers_contradict(one, other):
        score = min(score, _CAP)
        return Likeness("possible" if score >= _POSSIBLE else "certainly-not", score, levels)
    return Likeness(_grade(levels, score), score, levels)


def _grade(levels: Levels, score: float) -> Grade:
    if score >= _CERTAIN and _is_strict(levels):
        return "certain"
    if score >= _PROBABLE and not _is_other_person(levels):
        return "probable"
    return "possible" if score >= _POSSIBLE else "certainly-not"


def _is_strict(levels: Levels) -> bool:
    """Name, given names, date and sex the same, the place too; where a place is unknown, a contact or a postcode stands for it."""
    if levels.get("family") not in ("same", "borne") or any(levels.get(name) != "same" for name in _STRICT):
        return False
    if "birth_place" in levels:
        return levels["birth_place"] == "same"
    return "same" in (levels.get("contact"), levels.get("postcode"))


def _is_other_person(levels: Levels) -> bool:
    """Another given name or another sex: a twin, a brother or a sister, rather than a mistake."""
    return levels.get("given") == "other" or (levels.get("sex") == "other" and levels.get("given") != "same")


def _is_same_number(one: Portrait, other: Portrait) -> bool:
    """The INS of a qualified identity, which the other one has too."""
    mine, theirs = one.matricule, other.matricule
    if mine is None or theirs is None or (mine.kind, mine.value) != (theirs.kind, theirs.value):
        return False
    return "qualified" in (one.trust, other.trust) and not mine.issues(source="import")


def _contradicts(levels: Levels) -> bool:
    """A trait against an equal number: the number was mistyped, or is another's. What is not known can't confirm it either."""
    if "family" not in levels or "birth_date" not in levels:
        return True
    return any(levels.get(name) == "other" for name in ("family", "given", "birth_date", "sex"))


def _numbers_contradict(one: Portrait, other: Portrait) -> bool:
    """Two numbers of one kind in force that differ, none of which the other one ever had."""
    mine, theirs = one.matricule, other.matricule
    if mine is None or theirs is None or mine.kind != theirs.kind:
        return False
    return one.numbers.isdisjoint(other.numbers)
